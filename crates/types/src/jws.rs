//! Compact JSON Web Signatures (RFC 7515, section 7.1): splitting and decoding, without verification.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// A JSON object.
pub type Object = Map<String, Value>;

/// The parts of a token. None of them is decoded or verified.
pub struct Compact<'a> {
    /// Header and payload, joined by a period: the signed bytes.
    pub input: &'a str,
    /// The header, encoded.
    pub header: &'a str,
    /// The payload, encoded.
    pub payload: &'a str,
    /// The signature, encoded.
    pub signature: &'a str,
}

impl<'a> Compact<'a> {
    /// Splits a token. Returns `None` unless it has exactly three parts.
    pub fn split(token: &'a str) -> Option<Self> {
        let (input, signature) = token.rsplit_once('.')?;
        let (header, payload) = input.split_once('.')?;
        (!payload.contains('.')).then_some(Self { input, header, payload, signature })
    }
}

/// Decodes a header or a payload: a JSON object in base64url.
pub fn object(part: &str) -> Option<Object> {
    let bytes = Zeroizing::new(decoded(part)?);
    serde_json::from_slice(&bytes).ok()
}

/// Decodes a part: base64url without padding.
pub fn decoded(part: &str) -> Option<Vec<u8>> {
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
