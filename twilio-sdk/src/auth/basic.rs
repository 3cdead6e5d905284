use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::types::SecretString;

/// The value of `Authorization` for Basic (RFC 7617): UTF-8, standard alphabet, padded, marked as sensitive.
///
/// `None` where the user holds a `:` or either holds a control character: section 2 forbids both, because the
/// receiver would read another user.
pub(crate) fn basic(user: &str, password: &SecretString) -> Option<HeaderValue> {
    if user.contains(':') || user.chars().chain(password.expose_secret().chars()).any(char::is_control) {
        return None;
    }
    let plain = Zeroizing::new(format!("{user}:{}", password.expose_secret()));
    let mut text = Zeroizing::new(String::from("Basic "));
    STANDARD.encode_string(plain.as_bytes(), &mut text);
    secret_header(text)
}

/// The value of `Authorization` for a bearer token (RFC 6750, section 2.1).
pub(crate) fn bearer(token: &SecretString) -> Option<HeaderValue> {
    secret_header(Zeroizing::new(format!("Bearer {}", token.expose_secret())))
}

/// A header that is never printed, and is wiped from memory when its last copy is dropped. `None` where it is not
/// printable ASCII, which is all that servers read alike.
pub(crate) fn secret_header(text: Zeroizing<String>) -> Option<HeaderValue> {
    if !text.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return None;
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
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
    fn what_the_receiver_would_read_otherwise_is_refused() {
        assert!(basic("a:b", &"c".into()).is_none());
        assert!(basic("a\n", &"c".into()).is_none());
        assert!(basic("a", &"c\u{7f}".into()).is_none());
        assert!(basic("a", &"b:c".into()).is_some());
        for text in ["é", "a\tb", "a\u{7f}"] {
            assert!(secret_header(Zeroizing::new(text.to_owned())).is_none(), "{text:?}");
        }
    }
}
