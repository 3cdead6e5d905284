//! What requests hold, and answers to those that cannot be done.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use twilio_sdk::access::AccessError;
use twilio_sdk::audit::AuditError;
use twilio_sdk::payload_validation::PayloadRules;
use twilio_sdk::vault::VaultError;

/// The JSON of a body, in which these fields are texts that are not blank.
pub fn object(body: &[u8], fields: &[&str]) -> Result<Value, Problem> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}")))?;
    let rules = PayloadRules::new().required_fields(fields.iter().copied());
    let missing = rules.check(&value).err().map(|invalid| invalid.to_string());
    let other =
        fields.iter().find(|field| !value[**field].is_string()).map(|field| format!("{field}: is no text"));
    match missing.or(other) {
        Some(message) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message)),
        None => Ok(value),
    }
}

pub fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// An answer in JSON.
pub fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

/// A status and what the caller may know.
#[derive(Debug)]
pub struct Problem(StatusCode, String);

impl Problem {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self(status, message.into())
    }

    /// What is the service's own trouble is told to its operator alone.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        eprintln!("cannot be done: {error}");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "try again later")
    }

    pub fn body(message: &str) -> Value {
        json!({ "error": message })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        answer(self.0, &Self::body(&self.1))
    }
}

/// Twilio's refusals are the caller's business: a wrong number, a text that is too long.
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
