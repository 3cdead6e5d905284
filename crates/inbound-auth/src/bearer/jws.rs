use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

use twilio_sdk_types::internal::jws::{Compact, Object, decoded, object};

/// A signed token that is not verified yet.
pub(super) struct Signed<'a> {
    parts: Compact<'a>,
    signature: Vec<u8>,
    /// The key ID.
    pub(super) kid: Option<String>,
}

impl<'a> Signed<'a> {
    /// Parses a token. Returns `None` unless it has three parts and a header with RS256 and without unknown extensions.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        let parts = Compact::split(token)?;
        let header = object(parts.header)?;
        // The algorithm is fixed and never chosen by the token (RFC 8725, section 3.1).
        if header.get("alg")?.as_str()? != "RS256" || header.contains_key("crit") {
            return None;
        }
        // Tokens of other types may be signed with the same keys (RFC 8725, section 3.11).
        if let Some(kind) = header.get("typ") {
            let kind = kind.as_str()?.to_ascii_lowercase();
            if !matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt") {
                return None;
            }
        }
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str()?.to_owned()),
        };
        Some(Self { signature: decoded(parts.signature)?, parts, kid })
    }

    /// Verifies the signature with a key and returns the payload.
    pub(super) fn verified(&self, key: &RsaPublicKeyComponents<Vec<u8>>) -> Option<Object> {
        key.verify(&RSA_PKCS1_2048_8192_SHA256, self.parts.input.as_bytes(), &self.signature).ok()?;
        object(self.parts.payload)
    }
}
