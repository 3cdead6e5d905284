//! JSON Web Signatures in compact form (RFC 7515).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::Serialize;
use serde_json::Value;

use super::TokenError;
use crate::types::internal::jws::{Compact, Object, decoded, object};

/// No token of Twilio's comes near it, and nothing larger is decoded.
const LARGEST: usize = 64 << 10;

/// `base64url(header).base64url(payload)`, the bytes that are signed.
pub(super) fn signing_input(header: &impl Serialize, payload: &impl Serialize) -> Result<String, TokenError> {
    let header = serde_json::to_vec(header).map_err(TokenError::unwritable)?;
    let payload = serde_json::to_vec(payload).map_err(TokenError::unwritable)?;
    let mut text = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 64);
    URL_SAFE_NO_PAD.encode_string(&header, &mut text);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(&payload, &mut text);
    Ok(text)
}

/// The signed text with its signature.
pub(super) fn with_signature(mut text: String, signature: &[u8]) -> String {
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    text
}

/// Signs with HMAC and SHA-256 (`HS256`, RFC 7518, section 3.2).
pub(super) fn sign_hs256(
    header: &impl Serialize,
    payload: &impl Serialize,
    secret: &str,
) -> Result<String, TokenError> {
    let text = signing_input(header, payload)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, text.as_bytes());
    Ok(with_signature(text, tag.as_ref()))
}

/// Header and payload of a token whose HS256 signature is right; nothing of it is believed before that.
pub(super) fn verify_hs256(token: &str, secret: &str) -> Result<(Object, Object), TokenError> {
    if token.len() > LARGEST {
        return Err(TokenError::Malformed("it is larger than 64 KiB"));
    }
    let token = Compact::split(token).ok_or(TokenError::Malformed("it does not have three parts"))?;
    let header =
        object(token.header).ok_or(TokenError::Malformed("its header is no JSON object in base64url"))?;
    match header.get("alg").and_then(Value::as_str) {
        Some("HS256") => {}
        other => return Err(TokenError::Algorithm(other.unwrap_or("none").chars().take(16).collect())),
    }
    // RFC 7515, section 4.1.11: what must be understood and is not makes a token invalid.
    if header.contains_key("crit") {
        return Err(TokenError::Header("it asks for extensions (crit) that are not known"));
    }
    let signature =
        decoded(token.signature).ok_or(TokenError::Malformed("its signature is not base64url"))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, token.input.as_bytes(), &signature).map_err(|_| TokenError::Signature)?;
    let payload =
        object(token.payload).ok_or(TokenError::Malformed("its payload is no JSON object in base64url"))?;
    Ok((header, payload))
}
