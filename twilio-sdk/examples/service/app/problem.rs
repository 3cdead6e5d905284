//! JSON bodies and error responses.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use twilio_sdk::access_control::AccessError;
use twilio_sdk::audit::AuditError;
use twilio_sdk::payload_validation::PayloadRules;
use twilio_sdk::vault::VaultError;

/// Parses a JSON object in which these fields are strings that are not blank.
pub fn object(body: &[u8], fields: &[&str]) -> Result<Value, Problem> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("body: not JSON: {error}")))?;
    let rules = PayloadRules::new().required_fields(fields.iter().copied());
    let missing = rules.check(&value).err().map(|invalid| invalid.to_string());
    let other =
        fields.iter().find(|field| !value[**field].is_string()).map(|field| format!("{field}: not a string"));
    match missing.or(other) {
        Some(message) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message)),
        None => Ok(value),
    }
}

pub fn string<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// Creates a JSON response.
pub fn respond(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

/// An error response: a status, and a message for the client.
#[derive(Debug)]
pub struct Problem(StatusCode, String);

impl Problem {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self(status, message.into())
    }

    /// Creates a 503 for a failure of the service. Only the log says why.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        eprintln!("request failed: {error}");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "try again later")
    }

    pub fn body(message: &str) -> Value {
        json!({ "error": message })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        respond(self.0, &Self::body(&self.1))
    }
}

/// Passes on why Twilio rejected a request, such as a wrong number or a text that is too long.
impl From<twilio_sdk::Error> for Problem {
    fn from(error: twilio_sdk::Error) -> Self {
        match error.message() {
            Some(message) if error.status() == Some(StatusCode::BAD_REQUEST) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
            }
            _ => Self::unavailable(error),
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let status = match error {
            AccessError::Denied(_) | AccessError::PrivilegeEscalation => StatusCode::FORBIDDEN,
            AccessError::UnknownUser(_) | AccessError::UnknownKey(_) => StatusCode::NOT_FOUND,
            AccessError::UserExists(_) | AccessError::LastAdmin => StatusCode::CONFLICT,
            AccessError::UnknownRole(_) | AccessError::InvalidName(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => return Self::unavailable(error),
        };
        Self::new(status, error.to_string())
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        Self::unavailable(error)
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        Self::unavailable(error)
    }
}
