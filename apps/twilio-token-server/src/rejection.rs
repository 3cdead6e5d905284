use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use twilio_sdk_inbound_auth::{AuthError, Challenge};

const REALM: &str = "Twilio access tokens";

/// A response without a token.
#[derive(Debug)]
pub(crate) struct Rejection {
    pub(crate) status: StatusCode,
    message: &'static str,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The reason for the log. Clients do not get it.
    pub(crate) reason: Option<String>,
}

impl Rejection {
    pub(crate) fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message, headers: Vec::new(), reason: None }
    }

    /// Creates the same response for all invalid credentials.
    pub(crate) fn unauthorized(error: AuthError) -> Self {
        let headers = error.headers(&Challenge::basic(REALM));
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let status = error.status();
        let message = match status {
            StatusCode::UNAUTHORIZED => "invalid credentials",
            _ => "credentials cannot be checked now; retry later",
        };
        Self { status, message, headers, reason: Some(error.to_string()) }
    }

    pub(crate) fn too_many(wait: Duration) -> Self {
        let mut rejection = Self::new(StatusCode::TOO_MANY_REQUESTS, "too many failed attempts; retry later");
        // Rounded up: a client that retries too early is rejected again.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        rejection.headers.push((header::RETRY_AFTER, HeaderValue::from(seconds.max(1))));
        rejection
    }

    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.headers.push((header::ALLOW, HeaderValue::from_static(methods)));
        self
    }

    pub(crate) fn response(self) -> Response {
        let mut response = json(self.status, &json!({ "error": self.message }));
        response.headers_mut().extend(self.headers);
        response
    }
}

/// Creates a JSON response that must not be cached.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
