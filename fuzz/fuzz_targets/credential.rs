//! Basic credentials, decoded (`d`) and made of a name and a password (`m`, a NUL between them): each has one text, and
//! what one side rejects the other rejects too.
#![no_main]

use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::{Corpus, fuzz_target};
use twilio_fuzz::keep;
use twilio_sdk::BasicProvider;
use twilio_sdk::inbound_auth::{AuthError, Credential};

fn seeds() {
    // The vectors of RFC 7617, and what is not quite one.
    for (name, header) in [
        ("rfc", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("utf8", "Basic dGVzdDoxMjPCow=="),
        ("bare", "basic dG9tOjEyMw"),
        ("colons", "BASIC YWxpY2U6YWxpY2UxMjM6YWxpY2U6"),
        ("trailing", "Basic dG9tOjEyMx=="),
        ("latin1", "Basic YTqj"),
        ("spaces", "Basic  dG9tOjEyMw=="),
        ("bearer", "Bearer x"),
    ] {
        keep(name, format!("d{header}").as_bytes());
    }
    keep("pair", "mtom\0päss:word".as_bytes());
    keep("control", b"mto\x07m\0x");
}

/// The only text of a credential, but for its padding.
fn text(credential: &Credential) -> String {
    let provider = BasicProvider::new(credential.username(), credential.password().clone());
    provider.expect("what was decoded can be carried").generate_token().expose_secret().to_owned()
}

fn decode(header: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(header) else { return };
    let mut headers = HeaderMap::new();
    headers.append("authorization", value.clone());
    let found = Credential::from_headers(&headers);
    headers.append("authorization", value);
    assert!(Credential::from_headers(&headers).is_err(), "two headers");
    match found {
        Ok(credential) => {
            let header = std::str::from_utf8(header).expect("a credential is text");
            let (scheme, encoded) = header.split_once(' ').expect("a scheme and a credential");
            assert!(scheme.eq_ignore_ascii_case("basic"), "{scheme}");
            assert_eq!(text(&credential).trim_end_matches('='), encoded.trim_end_matches('='));
            let (name, password) = (credential.username(), credential.password().expose_secret());
            assert!(!name.is_empty() && !name.contains(':') && !password.is_empty());
            assert!(!format!("{name}{password}").contains(char::is_control));
            let shown = format!("{credential:?}");
            assert_eq!(
                shown,
                format!("{:?}", Credential::new(name, "other").expect("a credential")),
                "a password shows"
            );
        }
        Err(error) => {
            let known = matches!(error, AuthError::UnsupportedScheme | AuthError::Malformed(_));
            assert!(known && error.status() == 401, "{error:?}");
        }
    }
}

fn make(name: &str, password: &str) {
    let (credential, provider) = (Credential::new(name, password), BasicProvider::new(name, password));
    assert_eq!(credential.is_ok(), provider.is_ok(), "{credential:?} {provider:?}");
    // Longer ones than are read are made all the same.
    if let Ok(provider) = provider
        && provider.generate_token().expose_secret().len() <= 8 << 10
    {
        let token = provider.generate_token();
        let again = Credential::decode(token.expose_secret()).expect("what was encoded");
        assert_eq!((again.username(), again.password().expose_secret()), (name, password));
    }
}

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    match data.split_first() {
        Some((b'd', header)) => decode(header),
        Some((b'm', pair)) => {
            let Ok(pair) = std::str::from_utf8(pair) else { return Corpus::Reject };
            let Some((name, password)) = pair.split_once('\0') else { return Corpus::Reject };
            make(name, password);
        }
        _ => return Corpus::Reject,
    }
    Corpus::Keep
});
