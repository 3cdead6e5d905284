//! What is signed, by what, and what is not.

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use twilio_sdk_webhook::{
    CloudEvent, IncomingMessage, Payload as _, SIGNATURE_SETTINGS_HEADER, SignatureAlgorithm,
    SignatureVerifier, WebhookError, WebhookRequest, sign, sign_with, url_with_body_hash,
};

use crate::{TOKEN, pairs, verifier};

const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const FORM: &[u8] =
    b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
const SHA256_OF_NON_ASCII: &str = "MbgeIW+knRvM86ICxf6u88ZsK1pN4Z9bNSiHqrWJuWY=";

fn form(url: &str, body: &[u8], signature: &str) -> Result<(), WebhookError> {
    verifier().verify(&WebhookRequest::form(url, body).signature(signature)).map(drop)
}

#[test]
fn the_documented_request_has_its_signature() {
    assert_eq!(sign(TOKEN, URL, pairs(FORM).iter()), SIGNATURE);
    form(URL, FORM, SIGNATURE).unwrap();
    assert_eq!(form(URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B9="), Err(WebhookError::SignatureMismatch));
    assert_eq!(form(URL, &FORM[1..], SIGNATURE), Err(WebhookError::SignatureMismatch));
    assert_eq!(form("https://mycompany.com/other", FORM, SIGNATURE), Err(WebhookError::SignatureMismatch));
    assert_eq!(form(URL, FORM, "no base64!"), Err(WebhookError::SignatureMismatch));
    assert_eq!(form(URL, FORM, ""), Err(WebhookError::SignatureMismatch));
    assert_eq!(
        sign_with(SignatureAlgorithm::HmacSha256, "secret", "https://example.com/x", [("Body", "é☎")]),
        SHA256_OF_NON_ASCII
    );
}

#[test]
fn the_port_may_be_signed_or_not() {
    for signed in [URL, "https://mycompany.com:443/myapp.php?foo=1&bar=2"] {
        let signature = sign(TOKEN, signed, pairs(FORM).iter());
        for seen in [URL, "https://mycompany.com:443/myapp.php?foo=1&bar=2"] {
            form(seen, FORM, &signature).unwrap();
        }
    }
    let signature = sign(TOKEN, "http://mycompany.com/x", []);
    form("http://mycompany.com:8080/x", b"", &signature).unwrap();
    let odd = sign(TOKEN, "http://mycompany.com:8080/x", []);
    form("http://mycompany.com:8080/x", b"", &odd).unwrap();
    assert!(form("http://mycompany.com/x", b"", &odd).is_err(), "another port is another service");
}

#[test]
fn credentials_hosts_and_quotes_are_signed_as_twilio_encodes_them() {
    let mut headers = HeaderMap::new();
    let signature = sign(TOKEN, "https://user:pass@MyCompany.com/x?a='", []);
    headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    let seen = |headers: &HeaderMap, url: &str| {
        verifier().verify(&WebhookRequest::from_parts(url, headers, b"").unwrap()).map(drop)
    };
    assert_eq!(seen(&headers, "https://MyCompany.com/x?a='"), Err(WebhookError::SignatureMismatch));
    headers.insert("authorization", HeaderValue::from_static("Basic dXNlcjpwYXNz"));
    seen(&headers, "https://MyCompany.com/x?a='").unwrap();
    seen(&headers, "https://MyCompany.com/x?a=%27").unwrap();
    let lower = sign(TOKEN, "https://mycompany.com/x?a=%27", []);
    form("https://MyCompany.com/x?a='", b"", &lower).unwrap();
}

#[test]
fn repeated_parameters_count_once_and_in_order() {
    let url = "https://example.com/x";
    let signature = sign(TOKEN, url, [("A", "2"), ("A", "1"), ("A", "2"), ("B", "é ☎")]);
    form(url, "A=1&A=2&B=%C3%A9+%E2%98%8E".as_bytes(), &signature).unwrap();
    form(url, "B=%C3%A9+%E2%98%8E&A=2&A=2&A=1".as_bytes(), &signature).unwrap();
    assert!(form(url, "A=1&B=%C3%A9+%E2%98%8E".as_bytes(), &signature).is_err());
}

#[test]
fn a_get_is_signed_with_its_query() {
    let url = "https://example.com/x?From=%2B1&Body=a+b";
    let signature = sign(TOKEN, url, []);
    verifier().verify(&WebhookRequest::get(url).signature(&signature)).unwrap();
    assert!(
        verifier()
            .verify(&WebhookRequest::get("https://example.com/x?From=%2B2&Body=a+b").signature(&signature))
            .is_err()
    );
}

#[test]
fn a_body_without_a_hash_is_rejected() {
    let url = "https://example.com/events";
    let body = br#"[{"id":"1"}]"#;
    let hashed = url_with_body_hash(url, body);
    let signature = sign(TOKEN, &hashed, []);
    let json = |url: &str, body: &[u8], signature: &str| {
        verifier().verify(&WebhookRequest::body(url, "application/json", body).signature(signature)).map(drop)
    };
    json(&hashed, body, &signature).unwrap();
    json(
        &hashed.replace("bodySHA256", "x=1&bodySHA256"),
        body,
        &sign(TOKEN, &hashed.replace("bodySHA256", "x=1&bodySHA256"), []),
    )
    .unwrap();
    assert_eq!(json(&hashed, br#"[{"id":"2"}]"#, &signature), Err(WebhookError::BodyMismatch));
    // A forged body that other libraries accept: only the URL is signed, and it has no hash of the body.
    assert_eq!(json(url, body, &sign(TOKEN, url, [])), Err(WebhookError::MissingBodyHash));
    let twice = format!("{hashed}&bodySHA256=00");
    assert_eq!(json(&twice, body, &sign(TOKEN, &twice, [])), Err(WebhookError::BodyMismatch));
    let empty = format!("{url}?bodySHA256=");
    assert_eq!(json(&empty, body, &sign(TOKEN, &empty, [])), Err(WebhookError::BodyMismatch));
    // With the content type of a form, the bytes are signed as parameters.
    assert_eq!(form(url, body, &sign(TOKEN, url, [])), Err(WebhookError::SignatureMismatch));
    for kind in ["multipart/form-data; boundary=x", "text/plain", "", "application/x-www-form-urlencoded2"] {
        let request = WebhookRequest::body(url, kind, body);
        let signature = sign(TOKEN, url, []);
        assert_eq!(
            verifier().verify(&request.signature(&signature)).map(drop),
            Err(WebhookError::MissingBodyHash),
            "{kind}"
        );
    }
}

#[test]
fn missing_and_repeated_headers_are_rejected() {
    let mut headers = HeaderMap::new();
    let parts = |headers: &HeaderMap| WebhookRequest::from_parts(URL, headers, b"").map(drop);
    assert_eq!(parts(&headers), Err(WebhookError::MissingSignature));
    assert_eq!(
        verifier().verify(&WebhookRequest::form(URL, FORM)).map(drop),
        Err(WebhookError::MissingSignature)
    );
    headers.append("x-twilio-signature", HeaderValue::from_static(SIGNATURE));
    headers
        .append("content-type", HeaderValue::from_static("application/x-www-form-urlencoded; charset=UTF-8"));
    parts(&headers).unwrap();
    verifier().verify(&WebhookRequest::from_parts(URL, &headers, FORM).unwrap()).unwrap();
    headers.append("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    assert_eq!(
        verifier().verify(&WebhookRequest::from_parts(URL, &headers, FORM).unwrap()).map(drop),
        Err(WebhookError::MissingBodyHash)
    );
    headers.append("x-twilio-signature", HeaderValue::from_static(SIGNATURE));
    assert_eq!(parts(&headers), Err(WebhookError::MissingSignature));
}

#[test]
fn forms_that_are_not_utf_8_are_rejected() {
    for body in [&b"a=\xff"[..], b"a=%FF", b"%C3=1", b"a=%EF%BF%BD&b=%FF"] {
        assert_eq!(form(URL, body, SIGNATURE), Err(WebhookError::InvalidForm), "{body:?}");
        assert_eq!(WebhookError::InvalidForm.status(), 400);
    }
    let replacement = sign(TOKEN, URL, [("a", "\u{fffd}")]);
    form(URL, b"a=%EF%BF%BD", &replacement).unwrap();
}

#[test]
fn several_tokens_are_accepted_while_they_are_rotated() {
    let both = SignatureVerifier::from_auth_token("old").add_auth_token("new");
    for (token, good) in [("old", true), ("new", true), ("other", false), ("", false)] {
        let signature = sign(token, URL, []);
        assert_eq!(both.verify(&WebhookRequest::get(URL).signature(&signature)).is_ok(), good, "{token}");
    }
    let empty = SignatureVerifier::from_auth_token("");
    assert!(
        empty.verify(&WebhookRequest::get(URL).signature(&sign("", URL, []))).is_err(),
        "no token signs nothing"
    );
    assert!(!format!("{both:?}").contains("old"));
}

#[test]
fn an_account_is_accepted_only_with_its_own_token() {
    let verifier = SignatureVerifier::with_account_lookup(|sid| match sid {
        "AC1" => vec!["token-1".into(), "token-1b".into()],
        "AC2" => vec!["token-2".into()],
        _ => Vec::new(),
    });
    let check = |sid: &str, token: &str| {
        let body = format!("AccountSid={sid}");
        let signature = sign(token, "https://e.com/x", [("AccountSid", sid)]);
        verifier.verify(&WebhookRequest::form("https://e.com/x", body.as_bytes()).signature(&signature))
    };
    assert_eq!(check("AC1", "token-1").unwrap().account_sid.as_deref(), Some("AC1"));
    assert!(check("AC1", "token-1b").is_ok() && check("AC2", "token-2").is_ok());
    assert_eq!(check("AC1", "token-2"), Err(WebhookError::SignatureMismatch));
    assert_eq!(check("AC3", "token-1"), Err(WebhookError::UnknownSigner));
    let query = "https://e.com/x?AccountSid=AC2";
    assert!(verifier.verify(&WebhookRequest::get(query).signature(&sign("token-2", query, []))).is_ok());
    let two = "https://e.com/x?AccountSid=AC2&AccountSid=AC1";
    assert_eq!(
        verifier.verify(&WebhookRequest::get(two).signature(&sign("token-2", two, []))),
        Err(WebhookError::UnknownSigner),
        "two accounts are ambiguous"
    );
}

#[test]
fn shared_keys_sign_with_sha_256() {
    let id = "webhooks_sharedkey_1";
    let verifier = SignatureVerifier::from_shared_key(id, "shared");
    let params = || pairs(FORM);
    let strong = sign_with(SignatureAlgorithm::HmacSha256, "shared", URL, params().iter());
    let settings = format!("key={id}, algorithm=HMAC_SHA256");
    let check = |signature: &str, settings: Option<&str>| {
        let request = WebhookRequest::form(URL, FORM).signature(signature);
        verifier.verify(&match settings {
            Some(settings) => request.settings(settings),
            None => request,
        })
    };
    let verified = check(&strong, Some(&settings)).unwrap();
    assert_eq!(
        (verified.algorithm, verified.shared_key.as_deref()),
        (SignatureAlgorithm::HmacSha256, Some(id))
    );
    assert_eq!(
        check(&strong, Some("key=webhooks_sharedkey_2,algorithm=HMAC_SHA256")),
        Err(WebhookError::UnknownSigner)
    );
    for algorithm in ["HMAC_SHA512", "none", "HMAC-SHA256"] {
        let settings = format!("key={id},algorithm={algorithm}");
        assert_eq!(check(&strong, Some(&settings)), Err(WebhookError::UnknownAlgorithm));
    }
    for settings in ["key", "key=", "key=a,key=b", "algorithm=HMAC_SHA1,algorithm=HMAC_SHA256"] {
        assert_eq!(check(&strong, Some(settings)), Err(WebhookError::InvalidSettings), "{settings}");
    }
    // Without settings an auth token must have signed the request, and none is configured.
    let weak = sign("shared", URL, params().iter());
    assert_eq!(check(&weak, None), Err(WebhookError::UnknownSigner));
    assert_eq!(check(&strong, None), Err(WebhookError::UnknownSigner));
}

#[test]
fn the_settings_header_is_read_from_requests() {
    let mut headers = HeaderMap::new();
    let signature = sign_with(SignatureAlgorithm::HmacSha256, "shared", URL, []);
    headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    headers.insert(SIGNATURE_SETTINGS_HEADER, HeaderValue::from_static("key=k1,algorithm=HMAC_SHA256"));
    let verifier = SignatureVerifier::from_shared_key("k1", "shared");
    verifier.verify(&WebhookRequest::from_parts(URL, &headers, b"").unwrap()).unwrap();
    headers.append(SIGNATURE_SETTINGS_HEADER, HeaderValue::from_static("key=k1,algorithm=HMAC_SHA256"));
    assert_eq!(WebhookRequest::from_parts(URL, &headers, b"").map(drop), Err(WebhookError::InvalidSettings));
}

proptest! {
    #[test]
    fn only_signed_requests_are_accepted(
        host in "[a-zA-Z0-9.-]{1,20}(:[0-9]{1,5})?",
        path in "(/[a-zA-Z0-9'%._~-]{0,8}){0,3}",
        params in prop::collection::vec(("\\PC{1,8}", "\\PC{0,12}"), 0..6),
        flip in any::<prop::sample::Index>(),
    ) {
        let url = format!("https://{host}{path}");
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
        let signature = sign(TOKEN, &url, params.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        prop_assert_eq!(form(&url, body.as_bytes(), &signature), Ok(()));
        let longer = [body.as_str(), "&extra=1"].concat();
        prop_assert!(form(&url, longer.as_bytes(), &signature).is_err());
        let mut bytes = signature.into_bytes();
        let place = flip.index(bytes.len());
        bytes[place] ^= 1;
        let flipped = String::from_utf8(bytes).unwrap();
        prop_assert!(form(&url, body.as_bytes(), &flipped).is_err());
    }

    #[test]
    fn no_request_makes_the_verifier_panic(url in "\\PC*", body in prop::collection::vec(any::<u8>(), 0..64), signature in "\\PC*", settings in "\\PC*") {
        let _ = verifier().verify(&WebhookRequest::form(&url, &body).signature(&signature).settings(&settings));
        let _ = IncomingMessage::read(&url, "application/x-www-form-urlencoded", &body);
        let _ = Vec::<CloudEvent>::read(&url, "", &body);
    }
}
