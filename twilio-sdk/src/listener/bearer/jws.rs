use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// A signed token in compact form (RFC 7515, section 7.1), of which nothing is believed yet.
pub(super) struct Signed<'a> {
    input: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
    /// The name of the key.
    pub(super) kid: Option<String>,
}

impl<'a> Signed<'a> {
    /// `None` for anything but three parts with a header that says RS256 and nothing that is not understood.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        let (input, signature) = token.rsplit_once('.')?;
        let (header, payload) = input.split_once('.')?;
        if payload.contains('.') {
            return None;
        }
        let header = object(header)?;
        // The algorithm is ours and never the token's choice (RFC 8725, section 3.1).
        if header.get("alg")?.as_str()? != "RS256" || header.contains_key("crit") {
            return None;
        }
        // A token of another kind is signed by the same keys, and says so (RFC 8725, section 3.11).
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
        Some(Self { input, payload, signature: URL_SAFE_NO_PAD.decode(signature).ok()?, kid })
    }

    /// The payload, where the signature is by this key.
    pub(super) fn verified(&self, key: &RsaPublicKeyComponents<Vec<u8>>) -> Option<Object> {
        key.verify(&RSA_PKCS1_2048_8192_SHA256, self.input.as_bytes(), &self.signature).ok()?;
        object(self.payload)
    }
}

fn object(part: &str) -> Option<Object> {
    match serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}
