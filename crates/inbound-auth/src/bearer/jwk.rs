use ring::signature::RsaPublicKeyComponents;
use serde_json::Value;

use twilio_sdk_types::internal::jws::decoded;

/// A public key for RS256 from a JSON Web Key Set (RFC 7517).
pub(super) struct Key {
    pub(super) kid: Option<String>,
    pub(super) public: RsaPublicKeyComponents<Vec<u8>>,
}

/// Returns the keys of a set, without keys of other types or for other uses. An HMAC key would let anyone who knows it sign.
pub(super) fn keys(json: &[u8]) -> Result<Vec<Key>, &'static str> {
    let set: Value = serde_json::from_slice(json).map_err(|_| "it is not JSON")?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("the list `keys` is missing")?;
    let keys: Vec<Key> = keys.iter().filter_map(key).collect();
    if keys.is_empty() { Err("it contains no RSA key for RS256") } else { Ok(keys) }
}

fn key(value: &Value) -> Option<Key> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let absent_or = |name: &str, expected: &str| match value.get(name) {
        None => true,
        Some(value) => value.as_str() == Some(expected),
    };
    let operations = value.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|list| list.iter().any(|one| one.as_str() == Some("verify")))
    });
    if text("kty") != Some("RSA") || !absent_or("use", "sig") || !absent_or("alg", "RS256") || !operations {
        return None;
    }
    let kid = match value.get("kid") {
        None => None,
        Some(kid) => Some(kid.as_str()?.to_owned()),
    };
    let number = |name: &str| decoded(text(name)?);
    let (n, e) = (number("n")?, number("e")?);
    Some(Key { kid, public: RsaPublicKeyComponents { n, e } })
}
