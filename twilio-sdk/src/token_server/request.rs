use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::Value;

use super::answer::Refusal;
use crate::listener::{AuthError, Credential};

/// How long a caller may take to send the body.
const BODY_TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// Reads the body to its end.
pub(super) async fn body(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(BODY_TIME, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than allowed"))
        }
        Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body ends too early")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
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
    let Value::Object(object) = json(headers, body)? else {
        return Err(bad("the body must be a JSON object with username and password"));
    };
    let text = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(bad("username and password must be texts")),
    };
    let (username, password) = (text("username")?, text("password")?);
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
