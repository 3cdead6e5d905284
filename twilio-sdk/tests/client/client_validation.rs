//! Public key client validation, as the server receives it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use twilio_sdk::access_token::{CanonicalRequest, PublicKeyClientValidation};
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig};

#[tokio::test]
async fn every_request_is_signed_as_it_is_sent() {
    let generated = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .expect("the program openssl creates the test's key");
    let pem = generated.stdout;
    let Ok(PrivateKeyDer::Pkcs8(der)) = PrivateKeyDer::from_pem_slice(&pem) else { panic!("PKCS#8") };
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref().to_vec());

    let mock = crate::common::mock().await;
    let validation =
        PublicKeyClientValidation::new(crate::common::ACCOUNT, crate::common::KEY, "CR1", &pem).unwrap();
    let key = ApiKeyConfig::new(crate::common::ACCOUNT, crate::common::KEY, "key-secret");
    let config =
        ConnectionConfig::new(key).base_url(mock.base_url()).public_key_client_validation(validation);
    let api = Client::new(config).unwrap().api_v2010();
    api.create_message("+15558675310").from("+15017122661").body("Hi *there*~").send().await.unwrap();
    api.list_message().to("+1 5*~").date_sent_after("2026-01-31").send().await.unwrap();

    let requests = mock.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let token = request.header("twilio-client-validation").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let payload = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
        let expected = CanonicalRequest {
            method: &request.method,
            path: &request.path,
            query: &query,
            authorization: request.authorization().unwrap(),
            host: request.header("host").unwrap(),
            body: &request.body,
        };
        assert_eq!(payload["rqh"], expected.hash());
        assert_eq!(payload["iss"], crate::common::KEY);
    }
}
