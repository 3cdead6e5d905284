//! Header values that carry credentials.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use twilio_sdk_types::SecretString;

/// Returns the value of `Authorization` for Basic (RFC 7617): UTF-8, standard alphabet, padded, marked as sensitive.
///
/// `None` if the username contains a `:` or either contains a control character: section 2 forbids both, because the
/// receiver would read another username.
pub fn basic(user: &str, password: &SecretString) -> Option<HeaderValue> {
    if user.contains(':') || user.chars().chain(password.expose_secret().chars()).any(char::is_control) {
        return None;
    }
    let plain = Zeroizing::new(format!("{user}:{}", password.expose_secret()));
    let mut text = Zeroizing::new(String::from("Basic "));
    STANDARD.encode_string(plain.as_bytes(), &mut text);
    secret_header(text)
}

/// Returns the value of `Authorization` for a bearer token (RFC 6750, section 2.1).
pub fn bearer(token: &SecretString) -> Option<HeaderValue> {
    secret_header(Zeroizing::new(format!("Bearer {}", token.expose_secret())))
}

/// Returns a header value that is never printed and is zeroized when its last copy is dropped.
///
/// `None` if it is not printable ASCII, the only characters that all servers read alike.
pub fn secret_header(text: Zeroizing<String>) -> Option<HeaderValue> {
    if !text.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return None;
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Returns whether a string can follow `Bearer `: visible ASCII. That is wider than RFC 6750's `b64token`, because servers
/// issue other characters.
pub fn is_bearer_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_match_known_vectors() {
        let vectors = [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123£", "Basic dGVzdDoxMjPCow=="),
            ("SK123", "secret", "Basic U0sxMjM6c2VjcmV0"),
            ("ldclakmal", "ldclakmal@123", "Basic bGRjbGFrbWFsOmxkY2xha21hbEAxMjM="),
            ("ü", "ß", "Basic w7w6w58="),
            ("tom", "123", "Basic dG9tOjEyMw=="),
        ];
        for (user, password, expected) in vectors {
            let value = basic(user, &password.into()).expect(user);
            assert_eq!(value.to_str().ok(), Some(expected));
            assert!(value.is_sensitive());
        }
    }

    #[test]
    fn credentials_that_the_receiver_would_read_differently_are_rejected() {
        assert!(basic("a:b", &"c".into()).is_none());
        assert!(basic("a\n", &"c".into()).is_none());
        assert!(basic("a", &"c\u{7f}".into()).is_none());
        assert!(basic("a", &"b:c".into()).is_some());
        for text in ["é", "a\tb", "a\u{7f}"] {
            assert!(secret_header(Zeroizing::new(text.to_owned())).is_none(), "{text:?}");
        }
    }
}
