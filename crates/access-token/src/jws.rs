//! JSON Web Signatures in compact form (RFC 7515).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::{Key, KeyInit as _};
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use twilio_sdk_types::internal::jws::{Compact, Object as Claims, decoded, object};
use zeroize::Zeroize as _;

use crate::AccessTokenError;
use crate::json::Object;

/// The largest token that is decoded. Twilio's tokens are far smaller.
const MAX_BYTES: usize = 64 << 10;

/// Returns `base64url(header).base64url(payload)`, the bytes to sign.
pub(crate) fn signing_input(header: &Object<'_>, payload: &Object<'_>) -> Result<String, AccessTokenError> {
    let header = serde_json::to_vec(header).map_err(AccessTokenError::serialize)?;
    let payload = serde_json::to_vec(payload).map_err(AccessTokenError::serialize)?;
    let mut input = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 64);
    URL_SAFE_NO_PAD.encode_string(&header, &mut input);
    input.push('.');
    URL_SAFE_NO_PAD.encode_string(&payload, &mut input);
    Ok(input)
}

/// Appends a signature to the bytes that it signs.
pub(crate) fn with_signature(mut input: String, signature: &[u8]) -> String {
    input.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut input);
    input
}

/// Signs with HMAC-SHA256 (`HS256`, RFC 7518, section 3.2).
pub(crate) fn sign_hs256(
    header: &Object<'_>,
    payload: &Object<'_>,
    secret: &str,
) -> Result<String, AccessTokenError> {
    let input = signing_input(header, payload)?;
    let tag = hmac_sha256(secret.as_bytes()).chain_update(&input).finalize().into_bytes();
    Ok(with_signature(input, &tag))
}

/// Returns header and payload of a token, after its HS256 signature has been verified in constant time.
pub(crate) fn verify_hs256(token: &str, secret: &str) -> Result<(Claims, Claims), AccessTokenError> {
    if token.len() > MAX_BYTES {
        return Err(AccessTokenError::Malformed("it is larger than 64 KiB"));
    }
    let token = Compact::split(token).ok_or(AccessTokenError::Malformed("it does not have three parts"))?;
    let header = object(token.header)
        .ok_or(AccessTokenError::Malformed("its header is not a JSON object in base64url"))?;
    match header.get("alg").and_then(Value::as_str) {
        Some("HS256") => {}
        other => return Err(AccessTokenError::Algorithm(other.unwrap_or("none").chars().take(16).collect())),
    }
    // RFC 7515, section 4.1.11: a token with a critical extension that is not understood is invalid.
    if header.contains_key("crit") {
        return Err(AccessTokenError::InvalidHeader("its extensions (crit) are not supported"));
    }
    let signature =
        decoded(token.signature).ok_or(AccessTokenError::Malformed("its signature is not base64url"))?;
    hmac_sha256(secret.as_bytes())
        .chain_update(token.input)
        .verify_slice(&signature)
        .map_err(|_| AccessTokenError::Signature)?;
    let payload = object(token.payload)
        .ok_or(AccessTokenError::Malformed("its payload is not a JSON object in base64url"))?;
    Ok((header, payload))
}

/// Keys HMAC as RFC 2104 (section 2) says: a secret that is longer than a block is hashed. The constructor that does the
/// same is fallible.
fn hmac_sha256(secret: &[u8]) -> Hmac<Sha256> {
    let mut key = Key::<Hmac<Sha256>>::default();
    if secret.len() <= key.len() {
        key[..secret.len()].copy_from_slice(secret);
    } else {
        let digest = Sha256::digest(secret);
        key[..digest.len()].copy_from_slice(&digest);
    }
    let mac = Hmac::new(&key);
    key.as_mut_slice().zeroize();
    mac
}
