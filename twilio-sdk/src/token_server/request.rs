use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use zeroize::Zeroizing;

use super::answer::Refusal;
use crate::listener::{AuthError, Credential};
use crate::types::SecretString;

/// How much is read on of a body that is too large: a caller that is cut off while it sends never sees the answer.
const READ_ON: usize = 1 << 20;

/// Reads the body to its end.
pub(super) async fn body(body: Body, limit: usize, time: Duration) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    match tokio::time::timeout(time, read(body, limit)).await {
        Ok(read) => read,
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

async fn read(mut body: Body, limit: usize) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut kept = Zeroizing::new(Vec::new());
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the body ends too early"))?;
        let Some(data) = frame.data_ref() else { continue };
        size = size.saturating_add(data.len());
        if size <= limit {
            kept.extend_from_slice(data);
        }
        if size > limit.saturating_add(READ_ON) {
            break;
        }
    }
    match size > limit {
        true => Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than allowed")),
        false => Ok(kept),
    }
}

/// The name and password: of HTTP Basic, or of a JSON object `{"username", "password"}`.
pub(super) fn credential(headers: &HeaderMap, body: &[u8]) -> Result<Credential, Refusal> {
    let bad = |message| Refusal::new(StatusCode::BAD_REQUEST, message);
    if headers.contains_key(header::AUTHORIZATION) {
        if !body.is_empty() {
            json(headers, body)?;
            return Err(bad("credentials come in Authorization or in a body, not in both"));
        }
        return Credential::from_headers(headers).map_err(Refusal::unauthorized);
    }
    if body.is_empty() {
        return Err(bad("there is no body, and no Authorization either"));
    }
    let Value::Object(mut object) = json(headers, body)? else {
        return Err(bad("the body must be a JSON object with username and password"));
    };
    let mut text = |name: &str| match object.remove(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(bad("username and password must be texts")),
    };
    let (username, password) = (text("username")?, SecretString::from(text("password")?));
    Credential::new(username, password).map_err(|_| Refusal::unauthorized(AuthError::Rejected))
}

fn json(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        let message = "the body must be application/json";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    serde_json::from_slice(body).map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the body is not JSON"))
}
