//! JSON Web Signatures in compact form (RFC 7515, section 7.1), as far as all their readers go the same way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub(crate) type Object = Map<String, Value>;

/// A token in its parts, of which nothing is decoded or believed yet.
// Whoever only wants to know how long a token lives reads its payload alone.
#[cfg_attr(not(any(feature = "access-token", feature = "auth-layer")), allow(dead_code))]
pub(crate) struct Compact<'a> {
    /// Header and payload with the point between them, which is what is signed.
    pub(crate) input: &'a str,
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Compact<'a> {
    /// `None` for anything but three parts.
    pub(crate) fn split(token: &'a str) -> Option<Self> {
        let (input, signature) = token.rsplit_once('.')?;
        let (header, payload) = input.split_once('.')?;
        (!payload.contains('.')).then_some(Self { input, header, payload, signature })
    }
}

/// A header or a payload: base64url of a JSON object.
pub(crate) fn object(part: &str) -> Option<Object> {
    let bytes = Zeroizing::new(decoded(part)?);
    serde_json::from_slice(&bytes).ok()
}

/// What a part stands for: base64url without padding.
pub(crate) fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts() {
        let token = Compact::split("a.b.c").expect("three parts");
        assert_eq!((token.header, token.payload, token.signature), ("a", "b", "c"));
        assert_eq!(token.input, "a.b");
        for other in ["", "a", "a.b", "a.b.c.d"] {
            assert!(Compact::split(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_part_is_an_object_in_base64url_without_padding() {
        assert_eq!(object("e30"), Some(Object::new()));
        for other in ["", "e30=", "W10", "!", "bnVsbA"] {
            assert!(object(other).is_none(), "{other}");
        }
    }
}
