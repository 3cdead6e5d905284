//! Spans by OpenTelemetry's conventions for HTTP clients: one per request, and below it one per attempt.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Level, Span};

use super::{Dispatch, Operation, Raw};
use crate::{Error, ErrorBody, Result};
use twilio_sdk_redact::RedactionScope;

/// Starts the span of a request with all its attempts.
pub(super) fn call(client: &dyn Dispatch, operation: &'static Operation) -> Span {
    let product = client.product();
    tracing::span!(
        target: "twilio_sdk",
        Level::INFO,
        "twilio.call",
        otel.name = format_args!("{product}/{}", operation.id),
        otel.status_code = Empty,
        twilio.product = product,
        twilio.operation_id = operation.id,
        twilio.attempts = Empty,
        twilio.request_id = Empty,
        twilio.error_code = Empty,
        error.type = Empty,
        duration_ms = Empty,
    )
}

/// Records the outcome of a request.
pub(super) fn done(span: &Span, elapsed: Duration, outcome: &Result<Raw>) {
    span.record("duration_ms", elapsed.as_secs_f64() * 1000.0);
    let attempts = outcome.as_ref().map_or_else(Error::attempts, |raw| raw.attempts);
    span.record("twilio.attempts", attempts);
    if let Ok(raw) = outcome
        && (raw.status.is_client_error() || raw.status.is_server_error())
        && let Some(code) = ErrorBody::parse(&raw.body).code
    {
        span.record("twilio.error_code", code);
    }
    ended(span, outcome);
}

/// Records what requests and attempts have in common.
fn ended(span: &Span, outcome: &Result<Raw>) {
    let request_id = outcome.as_ref().map_or_else(Error::request_id, Raw::request_id);
    if let Some(id) = request_id {
        span.record("twilio.request_id", id);
    }
    match outcome {
        Ok(raw) if raw.status.is_client_error() || raw.status.is_server_error() => {
            span.record("error.type", raw.status.as_str());
        }
        Ok(_) => return,
        Err(error) => {
            span.record("error.type", error.kind_name());
        }
    }
    span.record("otel.status_code", "ERROR");
}

/// The span of one attempt.
pub(super) struct Watch<'a> {
    span: Span,
    scope: RedactionScope<'a>,
    /// Whether headers and bodies are logged.
    bodies: bool,
    host: Option<Box<str>>,
    started: Instant,
    number: u32,
}

/// Starts the span of an attempt.
pub(super) fn attempt<'a>(
    client: &'a dyn Dispatch,
    operation: &'static Operation,
    request: &reqwest::Request,
    number: u32,
) -> Watch<'a> {
    let (settings, auth) = (client.handle().settings(), client.handle().auth());
    let scope = settings.redactor.scope().personal_names(client.pii()).credential_name(auth.carrier());
    let url = request.url();
    let method = request.method().as_str();
    let sent = || request.body().and_then(reqwest::Body::as_bytes);
    let span = tracing::span!(
        target: "twilio_sdk",
        Level::INFO,
        "twilio.attempt",
        otel.name = format_args!("{method} {}", operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        http.request.resend_count = (number > 1).then(|| number - 1),
        http.request.body.size = sent().map(<[u8]>::len),
        url.full = scope.url(operation.path, url.as_str()),
        url.template = operation.path,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        http.response.status_code = Empty,
        http.response.body.size = Empty,
        "http.response.header.retry-after" = Empty,
        "http.response.header.twilio-concurrent-requests" = Empty,
        twilio.product = client.product(),
        twilio.operation_id = operation.id,
        twilio.attempt = number,
        twilio.request_id = Empty,
        error.type = Empty,
        duration_ms = Empty,
    );
    let bodies = settings.log_bodies && tracing::enabled!(target: "twilio_sdk", Level::DEBUG);
    if bodies {
        span.in_scope(|| {
            tracing::debug!(
                target: "twilio_sdk",
                headers = scope.headers(request.headers()),
                body = scope.body(request.headers(), sent().unwrap_or_default()),
                "request"
            );
        });
    }
    let host = settings.observer.as_ref().and_then(|_| url.host_str()).map(Into::into);
    Watch { span, scope, bodies, host, started: Instant::now(), number }
}

impl Watch<'_> {
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Returns the host for the observer.
    pub(super) fn host(&self) -> &str {
        self.host.as_deref().unwrap_or_default()
    }

    /// Returns the duration of the attempt.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Records the outcome of the attempt, and logs the wait for the next one.
    pub(super) fn end(&self, outcome: &Result<Raw>, retry_in: Option<Duration>) {
        if !self.span.is_disabled() {
            self.record(outcome);
        }
        if !self.bodies && retry_in.is_none() {
            return;
        }
        let _entered = self.span.enter();
        if let (true, Ok(raw)) = (self.bodies, outcome) {
            tracing::debug!(
                target: "twilio_sdk",
                headers = self.scope.headers(&raw.headers),
                body = self.scope.body(&raw.headers, &raw.body),
                "response"
            );
        }
        let Some(wait) = retry_in else { return };
        let (attempt, wait_ms) = (self.number, wait.as_millis());
        match outcome {
            Ok(raw) => tracing::warn!(
                target: "twilio_sdk",
                attempt,
                wait_ms,
                status = raw.status.as_u16(),
                "the call is tried again"
            ),
            Err(error) => tracing::warn!(
                target: "twilio_sdk",
                attempt,
                wait_ms,
                error = &*self.scope.string(&error.to_string()),
                "the call is tried again"
            ),
        }
    }

    fn record(&self, outcome: &Result<Raw>) {
        let span = &self.span;
        span.record("duration_ms", self.elapsed().as_secs_f64() * 1000.0);
        let (status, headers) = match outcome {
            Ok(raw) => (Some(raw.status), Some(&raw.headers)),
            Err(error) => (error.status(), error.headers()),
        };
        if let Some(status) = status {
            span.record("http.response.status_code", status.as_u16());
        }
        if let Ok(raw) = outcome {
            span.record("http.response.body.size", raw.body.len());
        }
        let header = |name: &str| headers.and_then(|headers: &HeaderMap| headers.get(name)?.to_str().ok());
        if let Some(wait) = header("retry-after") {
            span.record("http.response.header.retry-after", &*self.scope.string(wait));
        }
        if let Some(count) = header("twilio-concurrent-requests") {
            span.record("http.response.header.twilio-concurrent-requests", &*self.scope.string(count));
        }
        ended(span, outcome);
    }
}
