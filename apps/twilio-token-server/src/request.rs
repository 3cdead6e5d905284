use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::rejection::Rejection;
use twilio_sdk_inbound_auth::{AuthError, Credential};
use twilio_sdk_types::SecretString;

/// How many more bytes of a too large body are read. A client whose connection is closed while it sends gets no response.
const DRAIN: usize = 1 << 20;

/// Reads the complete body.
pub(crate) async fn body(body: Body, limit: usize, time: Duration) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    match tokio::time::timeout(time, read(body, limit)).await {
        Ok(read) => read,
        Err(_) => Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

async fn read(mut body: Body, limit: usize) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    let mut kept = Zeroizing::new(Vec::new());
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Rejection::new(StatusCode::BAD_REQUEST, "the body ended early"))?;
        let Some(data) = frame.data_ref() else { continue };
        size = size.saturating_add(data.len());
        if size <= limit {
            kept.extend_from_slice(data);
        }
        if size > limit.saturating_add(DRAIN) {
            break;
        }
    }
    match size > limit {
        true => Err(Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than allowed")),
        false => Ok(kept),
    }
}

/// Returns the credential from HTTP Basic or from a JSON object `{"username", "password"}`.
pub(crate) fn credential(headers: &HeaderMap, body: &[u8]) -> Result<Credential, Rejection> {
    let bad = |message| Rejection::new(StatusCode::BAD_REQUEST, message);
    if headers.contains_key(header::AUTHORIZATION) {
        if !body.is_empty() {
            json(headers, body)?;
            return Err(bad("send credentials in Authorization or in the body, not in both"));
        }
        return Credential::from_headers(headers).map_err(Rejection::unauthorized);
    }
    if body.is_empty() {
        return Err(bad("the body and the Authorization header are missing"));
    }
    let Value::Object(mut object) = json(headers, body)? else {
        return Err(bad("the body must be a JSON object with username and password"));
    };
    let mut string = |name: &str| match object.remove(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(bad("username and password must be strings")),
    };
    let (username, password) = (string("username")?, SecretString::from(string("password")?));
    Credential::new(username, password).map_err(|_| Rejection::unauthorized(AuthError::InvalidCredentials))
}

fn json(headers: &HeaderMap, body: &[u8]) -> Result<Value, Rejection> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        let message = "the body must be application/json";
        return Err(Rejection::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    serde_json::from_slice(body).map_err(|_| Rejection::new(StatusCode::BAD_REQUEST, "the body is not JSON"))
}
