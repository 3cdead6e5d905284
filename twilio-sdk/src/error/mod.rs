//! The error type of the client.

mod api;
mod lasting;
mod shown;
mod transfer;
#[cfg(feature = "request-validation")]
mod violation;

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use serde_json::error::Category;

pub use api::{ErrorBody, ProblemDetail};
pub(crate) use lasting::lasts;
pub(crate) use twilio_sdk_http::internal::TokenResult;
pub use twilio_sdk_http::{OAuthError, OAuthErrorCode};
#[cfg(feature = "request-validation")]
pub use violation::Violation;

use crate::runtime::{HttpError, Operation, Raw, retry_after};
use shown::Unexpected;
use twilio_sdk_config::{ConfigError, ConfigProblem};
use twilio_sdk_http::internal::Cause;

/// The result of a request.
pub type Result<T> = std::result::Result<T, Error>;

/// The error of a request or of a configuration.
///
/// Branch on [`code`](Self::code), Twilio's own error code, or on the `is_*` predicates. `Display` and `Debug` show
/// no credentials, no query and nothing of a body except Twilio's message, which may contain a phone number.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    operation: Option<&'static Operation>,
    raw: Option<Raw>,
    problem: ErrorBody,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    attempts: u32,
    /// Whether Twilio may have executed the request in an attempt before the last.
    uncertain: bool,
    tls: bool,
    refused: bool,
    circuit_retry_after: Option<Duration>,
    config_problems: Vec<ConfigProblem>,
    #[cfg(feature = "request-validation")]
    violations: Vec<Violation>,
    token: Option<Box<OAuthError>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Config,
    Request,
    Connect,
    Timeout,
    Transport,
    Api,
    Decode,
    Paging,
    Limit,
    Busy,
    CircuitOpen,
    Content,
    Redirect,
    Token,
}

impl Error {
    fn new(kind: Kind, operation: Option<&'static Operation>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation,
            raw: None,
            problem: ErrorBody::default(),
            source: None,
            attempts: 0,
            uncertain: false,
            tls: false,
            refused: false,
            circuit_retry_after: None,
            config_problems: Vec::new(),
            #[cfg(feature = "request-validation")]
            violations: Vec::new(),
            token: None,
        }))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, None, message)
    }

    pub(crate) fn request(operation: &Operation, message: impl Into<String>) -> Self {
        Self::new(Kind::Request, None, format!("{}: {}", operation.id, message.into()))
    }

    pub(crate) fn paging(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::new(Kind::Paging, Some(operation), message)
    }

    pub(crate) fn transport(operation: &'static Operation, source: HttpError) -> Self {
        let cause = Cause::of(&source);
        // A connection that cannot be made in time was not made, whatever else it is.
        let (kind, what) = if cause.tls {
            (Kind::Connect, "TLS with the host fails")
        } else if source.is_connect() {
            (Kind::Connect, "cannot connect")
        } else if cause.headers {
            (Kind::Limit, "the response headers are too large")
        } else if source.is_timeout() {
            (Kind::Timeout, "timed out")
        } else if cause.refused {
            (Kind::Transport, "the server refused the request without processing it")
        } else {
            (Kind::Transport, "the connection failed")
        };
        let host = source.url().and_then(|url| url.host_str()).unwrap_or("the host").to_owned();
        let mut error = Self::new(kind, Some(operation), format!("{what} ({host})"));
        error.0.tls = cause.tls;
        error.0.refused = cause.refused;
        // The URL holds the account and the query, which may be personal.
        error.0.source = Some(Box::new(source.without_url()));
        error
    }

    pub(crate) fn timeout(operation: &'static Operation, host: &str) -> Self {
        Self::new(Kind::Timeout, Some(operation), format!("timed out ({host})"))
    }

    pub(crate) fn limit(operation: &'static Operation, message: impl Into<String>, raw: &Raw) -> Self {
        Self::new(Kind::Limit, Some(operation), message).with_raw(raw)
    }

    pub(crate) fn busy(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::new(Kind::Busy, Some(operation), message)
    }

    pub(crate) fn circuit_open(operation: &'static Operation, host: &str, wait: Duration) -> Self {
        let next = match wait.is_zero() {
            true => "a probe is in flight".to_owned(),
            false => format!("it allows the next request in {:.1} s", wait.as_secs_f64()),
        };
        let message = format!("the circuit breaker of {host} is open after too many failures; {next}");
        let mut error = Self::new(Kind::CircuitOpen, Some(operation), message);
        error.0.circuit_retry_after = Some(wait);
        error
    }

    pub(crate) fn token(operation: Option<&'static Operation>, problem: Box<OAuthError>) -> Self {
        let mut error = Self::new(Kind::Token, operation, problem.to_string());
        error.0.problem.code = problem.twilio_code;
        error.0.token = Some(problem);
        error
    }

    pub(crate) fn decode(operation: &'static Operation, source: serde_json::Error) -> Self {
        let mut error = Self::new(Kind::Decode, Some(operation), "the response is not the expected JSON");
        error.0.source = Some(match source.classify() {
            // Its message repeats values of the response.
            Category::Data => Unexpected { line: source.line(), column: source.column() }.into(),
            _ => Box::new(source),
        });
        error
    }

    /// The response is JSON of another kind. `kind` names it and contains no value.
    pub(crate) fn shape(operation: &'static Operation, kind: &str) -> Self {
        let message = format!("the response is not the expected JSON but {kind}");
        let mut error = Self::new(Kind::Decode, Some(operation), message);
        error.0.source = Some(Unexpected { line: 1, column: 1 }.into());
        error
    }

    pub(crate) fn api(operation: &'static Operation, raw: Raw) -> Self {
        let mut error = Self::new(Kind::Api, Some(operation), String::new());
        error.0.problem = ErrorBody::parse(&raw.body);
        let (attempts, uncertain) = (raw.attempts, raw.uncertain);
        error.0.raw = Some(raw);
        error.after(attempts, uncertain)
    }

    pub(crate) fn with_raw(mut self, raw: &Raw) -> Self {
        self.0.raw = Some(raw.clone());
        self.after(raw.attempts, raw.uncertain)
    }

    /// Sets the number of attempts, and whether Twilio may have executed the request in one before the last.
    pub(crate) fn after(mut self, attempts: u32, uncertain: bool) -> Self {
        (self.0.attempts, self.0.uncertain) = (attempts, uncertain);
        self
    }

    /// Returns the number of attempts, 0 if nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the HTTP status, if a response arrived.
    pub fn status(&self) -> Option<StatusCode> {
        let token = || self.0.token.as_ref()?.status;
        self.0.raw.as_ref().map(|raw| raw.status).or_else(token)
    }

    /// Returns Twilio's error code, such as 21211; see <https://www.twilio.com/docs/api/errors>.
    pub fn code(&self) -> Option<u32> {
        self.0.problem.code
    }

    /// Returns Twilio's message: `message`, or `detail` or `title` of an RFC 9457 body.
    pub fn message(&self) -> Option<&str> {
        let problem = &self.0.problem;
        problem.message.as_deref().or(problem.detail.as_deref()).or(problem.title.as_deref())
    }

    /// Returns a link to the documentation of the code.
    pub fn more_info(&self) -> Option<&str> {
        self.0.problem.more_info.as_deref()
    }

    /// Returns the property `details` of the response body.
    pub fn details(&self) -> Option<&Value> {
        self.0.problem.details.as_ref()
    }

    /// Returns the error body with all its fields.
    pub fn error_body(&self) -> &ErrorBody {
        &self.0.problem
    }

    /// Returns the header `Twilio-Request-Id`, which Twilio's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.raw.as_ref()?.request_id()
    }

    /// Returns the wait that the header `Retry-After` of the response asks for, in seconds or as a date.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.token {
            Some(problem) => problem.retry_after,
            None => retry_after(self.headers()?),
        }
    }

    /// Returns the response headers, if a response arrived.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.raw.as_ref().map(|raw| &raw.headers)
    }

    /// Returns the response body as received, if a response arrived.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.raw.as_ref().map(|raw| &raw.body[..])
    }

    /// Returns the `operationId`, if the error belongs to a request.
    pub fn operation_id(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// Returns the kind of error in one word, for spans and metrics.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.0.kind {
            Kind::Config => "config",
            Kind::Request => "request",
            Kind::Connect => "connect",
            Kind::Timeout => "timeout",
            Kind::Transport => "transport",
            Kind::Api => "api",
            Kind::Decode => "decode",
            Kind::Paging => "paging",
            Kind::Limit => "limit",
            Kind::Busy => "busy",
            Kind::CircuitOpen => "circuit_open",
            Kind::Content => "content",
            Kind::Redirect => "redirect",
            Kind::Token => "token",
        }
    }

    /// Returns whether the configuration or the credentials are invalid. Nothing was sent.
    pub fn is_config(&self) -> bool {
        self.0.kind == Kind::Config
    }

    /// Returns everything that is wrong with a configuration file, in the order of the file; empty for other errors.
    pub fn config_problems(&self) -> &[ConfigProblem] {
        &self.0.config_problems
    }

    /// Returns whether the request is invalid: a value cannot be sent, or it violates a validated rule. Nothing was sent.
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == Kind::Request
    }

    /// Returns whether no connection could be established. Nothing was sent in the last attempt.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// Returns whether TLS failed: an untrusted certificate, or no common version. Nothing was sent in the last attempt.
    pub fn is_tls(&self) -> bool {
        self.0.tls
    }

    /// Returns whether the last attempt was not sent: a local limit rejected it, or the request is invalid.
    pub(crate) fn is_held_back(&self) -> bool {
        self.is_local_limit() || self.is_circuit_open() || self.is_invalid_request()
    }

    /// Returns whether the server did not process the request: HTTP/2's REFUSED_STREAM, or a connection that was being
    /// closed.
    pub(crate) fn is_refused(&self) -> bool {
        self.0.refused
    }

    /// Returns whether the connection was lost or the response was cut off. Twilio may have executed the request.
    /// [`status`](Self::status) is set if the response had begun.
    pub fn is_transport(&self) -> bool {
        self.0.kind == Kind::Transport
    }

    /// Returns whether the response exceeds [`ResponseLimits`](crate::ResponseLimits). Twilio has executed the request.
    pub fn is_response_too_large(&self) -> bool {
        self.0.kind == Kind::Limit
    }

    /// Returns whether the client's own concurrency or rate limit kept the request from being sent in time. Nothing was sent
    /// in the last attempt.
    pub fn is_local_limit(&self) -> bool {
        self.0.kind == Kind::Busy
    }

    /// Returns whether the circuit breaker of the host is open. Nothing was sent in the last attempt.
    pub fn is_circuit_open(&self) -> bool {
        self.0.kind == Kind::CircuitOpen
    }

    /// Returns how long the circuit breaker stays open; zero while a probe is in flight.
    pub fn circuit_retry_after(&self) -> Option<Duration> {
        self.0.circuit_retry_after
    }

    /// Returns whether no OAuth token could be obtained: the authorization server rejected the request or did not respond in
    /// time. The request itself was not sent, or was rejected with the previous token. See
    /// [`oauth_error`](Self::oauth_error).
    pub fn is_oauth(&self) -> bool {
        self.0.kind == Kind::Token
    }

    /// Returns the error of the token endpoint.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        self.0.token.as_deref()
    }

    /// Returns whether Twilio may have executed the request although no usable response arrived.
    ///
    /// True after a timeout, a lost connection, an undecodable response, a 5xx, and a 303, which points to the result of
    /// what the server did (RFC 9110, section 15.4.4). Other redirects mean that nothing was executed. All attempts count:
    /// a `DELETE` that gets 404 after a timeout may have deleted.
    pub fn may_have_executed(&self) -> bool {
        let uncertain = match self.0.kind {
            Kind::Timeout | Kind::Transport | Kind::Decode | Kind::Limit => true,
            Kind::Api => self
                .status()
                .is_some_and(|status| status.is_server_error() || status == StatusCode::SEE_OTHER),
            _ => false,
        };
        self.0.uncertain || (uncertain && !self.0.refused)
    }

    /// Returns whether the request timed out. Twilio may have executed it.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// Returns whether Twilio responded with an error status.
    pub fn is_api(&self) -> bool {
        self.0.kind == Kind::Api
    }

    /// Returns whether the response could not be decoded. Twilio has executed the request.
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// Returns whether the link to the next page points to another host or to a page already read.
    pub fn is_pagination(&self) -> bool {
        self.0.kind == Kind::Paging
    }

    /// Returns whether the resource does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Returns whether Twilio rejected the request because of too many requests (429).
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Returns whether Twilio rejected the credentials (401).
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Returns whether the credentials lack the permission (403).
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let mut shown = Self::config(error.to_string());
        shown.0.config_problems = error.into_problems();
        shown
    }
}

impl From<ConfigProblem> for Error {
    fn from(problem: ConfigProblem) -> Self {
        ConfigError::from(problem).into()
    }
}

#[cfg(feature = "oauth")]
impl From<crate::oauth::OAuthClientError> for Error {
    fn from(error: crate::oauth::OAuthClientError) -> Self {
        match error.into_inner() {
            Ok(config) => config.into(),
            Err(error) => Self::token(None, error),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
