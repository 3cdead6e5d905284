//! Spans after OpenTelemetry's conventions for HTTP clients: one for the call, one below it for each attempt.

use std::time::Duration;

use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Level, Span};

use super::{Dispatch, Operation, Raw};
use crate::Result;

/// The span of a call with all its attempts.
pub(super) fn call(client: &dyn Dispatch, operation: &'static Operation) -> Span {
    let product = client.product();
    tracing::span!(
        target: "twilio_sdk",
        Level::INFO,
        "twilio.call",
        otel.name = format_args!("{product}/{}", operation.id),
        twilio.product = product,
        twilio.operation_id = operation.id,
        twilio.attempts = Empty,
        twilio.error_code = Empty,
        error.type = Empty,
    )
}

/// Tells the span of a call how it ended.
pub(super) fn done(span: &Span, outcome: &Result<Raw>) {
    match outcome {
        Ok(raw) => {
            span.record("twilio.attempts", raw.attempts);
            if !raw.status.is_success() && !raw.status.is_redirection() {
                span.record("error.type", raw.status.as_str());
            }
        }
        Err(error) => {
            span.record("twilio.attempts", error.attempts());
            span.record("error.type", error.kind_name());
        }
    }
}

/// The span of one attempt.
pub(super) struct Watch {
    span: Span,
    host: String,
    started: Instant,
    number: u32,
}

/// Starts the span of an attempt.
pub(super) fn attempt(operation: &'static Operation, request: &reqwest::Request, number: u32) -> Watch {
    let url = request.url();
    let method = request.method().as_str();
    let span = tracing::span!(
        target: "twilio_sdk",
        Level::INFO,
        "twilio.attempt",
        otel.name = format_args!("{method} {}", operation.path),
        otel.kind = "client",
        http.request.method = method,
        http.request.resend_count = (number > 1).then(|| number - 1),
        url.template = operation.path,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        http.response.status_code = Empty,
        twilio.request_id = Empty,
        error.type = Empty,
        duration_ms = Empty,
    );
    Watch { span, host: url.host_str().unwrap_or_default().to_owned(), started: Instant::now(), number }
}

impl Watch {
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// How long the attempt has taken.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Tells the span how the attempt ended, and the log where another one follows.
    pub(super) fn end(&self, outcome: &Result<Raw>, retry_in: Option<Duration>) {
        if self.span.is_disabled() {
            return;
        }
        self.span.record("duration_ms", self.elapsed().as_secs_f64() * 1000.0);
        match outcome {
            Ok(raw) => {
                self.span.record("http.response.status_code", raw.status.as_u16());
                if let Some(id) = raw.request_id() {
                    self.span.record("twilio.request_id", id);
                }
                if raw.status.is_client_error() || raw.status.is_server_error() {
                    self.span.record("error.type", raw.status.as_str());
                }
            }
            Err(error) => {
                self.span.record("error.type", error.kind_name());
            }
        }
        if let Some(wait) = retry_in {
            let _entered = self.span.enter();
            let (attempt, wait_ms) = (self.number, wait.as_millis());
            match outcome {
                Ok(raw) => tracing::warn!(
                    target: "twilio_sdk",
                    attempt,
                    wait_ms,
                    status = raw.status.as_u16(),
                    "the call is tried again"
                ),
                Err(error) => {
                    tracing::warn!(target: "twilio_sdk", attempt, wait_ms, %error, "the call is tried again");
                }
            }
        }
    }
}
