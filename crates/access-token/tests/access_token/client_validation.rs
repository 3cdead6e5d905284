//! Public key client validation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use twilio_sdk_access_token::{CanonicalRequest, JwsAlgorithm, PublicKeyClientValidation};

use crate::{at, parts};

#[test]
fn the_canonical_request_has_the_known_hashes() {
    let base = CanonicalRequest {
        method: "GET",
        path: "/Messages",
        query: "PageSize=5&Limit=10",
        authorization: "foobar",
        host: "api.twilio.com",
        body: b"foobar",
    };
    assert_eq!(base.hash(), "4dc9b67bed579647914587b0e22a1c65c1641d8674797cd82de65e766cce5f80");
    let post = CanonicalRequest { method: "POST", query: "", body: b"testbody", ..base.clone() };
    assert_eq!(post.hash(), "bd792c967c20d546c738b94068f5f72758a10d26c12979677501e1eefe58c65a");
    let slashes = CanonicalRequest { path: "//Messages", ..base.clone() };
    assert_eq!(slashes.hash(), base.hash(), "slashes are single");
    let star = |query| CanonicalRequest { query, ..base.clone() }.hash();
    assert_eq!(star("a=*"), star("a=%2A"));
    assert_eq!(star("a=%7E"), star("a=~"));
    assert_ne!(star("a=1"), star("a=2"));
}

#[test]
fn a_signed_request_is_signed_by_the_private_key() {
    let generated = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .expect("the program openssl creates the test's key");
    let pem = generated.stdout;
    let request = CanonicalRequest {
        method: "GET",
        path: "/Messages",
        query: "",
        authorization: "Basic x",
        host: "api.twilio.com",
        body: b"",
    };
    let der = rustls_pki_types::pem::PemObject::from_pem_slice(&pem).unwrap();
    let rustls_pki_types::PrivateKeyDer::Pkcs8(der) = der else { panic!("PKCS#8") };
    let public = ring::signature::RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let validation = PublicKeyClientValidation::new("AC1", "SK1", "CR1", &pem).unwrap().issued_at(at(0));
    let checks: [(_, _, &dyn ring::signature::VerificationAlgorithm); 2] = [
        (JwsAlgorithm::Rs256, "RS256", &ring::signature::RSA_PKCS1_2048_8192_SHA256),
        (JwsAlgorithm::Ps256, "PS256", &ring::signature::RSA_PSS_2048_8192_SHA256),
    ];
    for (algorithm, name, verification) in checks {
        let token = validation.clone().algorithm(algorithm).sign(&request).unwrap();
        let (header, payload, signature) = parts(&token);
        assert_eq!(header, json!({"typ": "JWT", "alg": name, "cty": "twilio-pkrv;v=1", "kid": "CR1"}));
        let expected = json!({"iss": "SK1", "sub": "AC1", "exp": 300, "hrh": "authorization;host", "rqh": request.hash()});
        assert_eq!(payload, expected);
        let key = ring::signature::UnparsedPublicKey::new(verification, public.public());
        let signed = token.rsplit_once('.').unwrap().0.as_bytes();
        key.verify(signed, &URL_SAFE_NO_PAD.decode(signature).unwrap()).expect(name);
        assert!(key.verify(b"another", &[0; 256]).is_err());
    }
    assert!(PublicKeyClientValidation::new("AC1", "SK1", "SK1", &pem).is_err());
    assert!(PublicKeyClientValidation::new("AC1", "SK1", "CR1", b"no key").is_err());
}

#[test]
fn algorithms_are_parsed_as_they_are_displayed() {
    for algorithm in [JwsAlgorithm::Rs256, JwsAlgorithm::Ps256] {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    assert!("HS256".parse::<JwsAlgorithm>().is_err());
}
