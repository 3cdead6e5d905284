//! The one error of the client.

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

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed.
///
/// Branch on [`code`](Self::code), Twilio's own error code, or on the `is_*` predicates. `Display` and `Debug` show
/// no credentials, no query and nothing of a body but Twilio's own message, which may name a phone number.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    operation: Option<&'static Operation>,
    raw: Option<Raw>,
    problem: ErrorBody,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    attempts: u32,
    /// Whether Twilio may have carried out the call in an attempt before the last.
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
            (Kind::Limit, "the answer's headers are more than is read")
        } else if source.is_timeout() {
            (Kind::Timeout, "timed out")
        } else if cause.refused {
            (Kind::Transport, "the server did not take the request")
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
            true => "an attempt is under way that shows whether it works again".to_owned(),
            false => format!("the next attempt is made in {:.1} s", wait.as_secs_f64()),
        };
        let message = format!("too many calls to {host} failed; {next}");
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
        let mut error =
            Self::new(Kind::Decode, Some(operation), "the answer is not the JSON that is expected");
        error.0.source = Some(match source.classify() {
            // This one repeats what the answer held.
            Category::Data => Unexpected { line: source.line(), column: source.column() }.into(),
            _ => Box::new(source),
        });
        error
    }

    /// The answer is JSON of another kind; `kind` says which, and nothing of what it holds.
    pub(crate) fn shape(operation: &'static Operation, kind: &str) -> Self {
        let message = format!("the answer is not the JSON that is expected, but {kind}");
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

    /// How many attempts were made, and whether Twilio may have carried out the call in one before the last.
    pub(crate) fn after(mut self, attempts: u32, uncertain: bool) -> Self {
        (self.0.attempts, self.0.uncertain) = (attempts, uncertain);
        self
    }

    /// How many attempts were made; 0 where none was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        let token = || self.0.token.as_ref()?.status;
        self.0.raw.as_ref().map(|raw| raw.status).or_else(token)
    }

    /// Twilio's error code, such as 21211; see <https://www.twilio.com/docs/api/errors>.
    pub fn code(&self) -> Option<u32> {
        self.0.problem.code
    }

    /// Twilio's message: `message`, or `detail` and `title` of the newer shape.
    pub fn message(&self) -> Option<&str> {
        let problem = &self.0.problem;
        problem.message.as_deref().or(problem.detail.as_deref()).or(problem.title.as_deref())
    }

    /// A link to what the code means.
    pub fn more_info(&self) -> Option<&str> {
        self.0.problem.more_info.as_deref()
    }

    /// Further facts, as Twilio gives them.
    pub fn details(&self) -> Option<&Value> {
        self.0.problem.details.as_ref()
    }

    /// Every field of Twilio's three error shapes.
    pub fn error_body(&self) -> &ErrorBody {
        &self.0.problem
    }

    /// `Twilio-Request-Id`, by which Twilio's support finds a request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.raw.as_ref()?.request_id()
    }

    /// How long to wait before the next attempt, where the answer's `Retry-After` says so in seconds or as a date.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.token {
            Some(problem) => problem.retry_after,
            None => retry_after(self.headers()?),
        }
    }

    /// The answer's headers, if there was an answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.raw.as_ref().map(|raw| &raw.headers)
    }

    /// The answer's body as it came, if there was an answer.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.raw.as_ref().map(|raw| &raw.body[..])
    }

    /// The `operationId` of the call, if the error belongs to an answer.
    pub fn operation_id(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// What kind of error it is, in one word, for spans and metrics.
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

    /// The configuration or the credentials cannot work; nothing was sent.
    pub fn is_config(&self) -> bool {
        self.0.kind == Kind::Config
    }

    /// Returns everything that is wrong with a configuration file, in the order of the file; empty for other errors.
    pub fn config_problems(&self) -> &[ConfigProblem] {
        &self.0.config_problems
    }

    /// A value cannot be put into a request, or breaks a rule that is checked; nothing was sent.
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == Kind::Request
    }

    /// No connection was made; nothing was sent in the last attempt.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// TLS with the host failed: its certificate is not trusted, or the versions do not meet; nothing was sent in the
    /// last attempt.
    pub fn is_tls(&self) -> bool {
        self.0.tls
    }

    /// The last attempt was not made: the client's own limits held it back, or it could not be put together.
    pub(crate) fn is_held_back(&self) -> bool {
        self.is_local_limit() || self.is_circuit_open() || self.is_invalid_request()
    }

    /// The server says that it did not look at the request: HTTP/2's REFUSED_STREAM, or a connection that was
    /// being shut down.
    pub(crate) fn is_refused(&self) -> bool {
        self.0.refused
    }

    /// The connection was lost, or the answer broke off. Twilio may have carried out the call;
    /// [`status`](Self::status) is there if the answer had begun.
    pub fn is_transport(&self) -> bool {
        self.0.kind == Kind::Transport
    }

    /// The answer is larger than the client's limits. Twilio has carried out the call.
    pub fn is_response_too_large(&self) -> bool {
        self.0.kind == Kind::Limit
    }

    /// The call's turn did not come in time: the client's own limit of calls under way or of calls per second
    /// held it back; nothing was sent in the last attempt.
    pub fn is_local_limit(&self) -> bool {
        self.0.kind == Kind::Busy
    }

    /// The circuit breaker of the host is open; nothing was sent in the last attempt.
    pub fn is_circuit_open(&self) -> bool {
        self.0.kind == Kind::CircuitOpen
    }

    /// How long the circuit breaker that refused the call stays open; zero while the outcome of a probe is awaited.
    pub fn circuit_retry_after(&self) -> Option<Duration> {
        self.0.circuit_retry_after
    }

    /// There is no OAuth token: the authorization server refused it, or did not answer in time; the call itself was
    /// not sent, or was refused with the token before. [`oauth_error`](Self::oauth_error) says why.
    pub fn is_oauth(&self) -> bool {
        self.0.kind == Kind::Token
    }

    /// Why there is no OAuth token.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        self.0.token.as_deref()
    }

    /// Whether Twilio may have carried out the call though there is no answer of use: it was sent, and then the
    /// time-out passed, the connection was lost, the answer could not be read, or it is one of a failure of Twilio's
    /// own (5xx), or a 303, with which a server points to the outcome of what it did (RFC 9110, section 15.4.4); any
    /// other redirect says that nothing was carried out at the address that was asked. That holds for every attempt: a `DELETE` that is told 404 after a time-out may have deleted.
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

    /// The time-out passed. Twilio may have carried out the call.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// Twilio answered with an error.
    pub fn is_api(&self) -> bool {
        self.0.kind == Kind::Api
    }

    /// The answer could not be read. Twilio has carried out the call.
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// The next page's link leads elsewhere, or in a circle.
    pub fn is_pagination(&self) -> bool {
        self.0.kind == Kind::Paging
    }

    /// Twilio does not know the resource (404).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// There were too many requests (429).
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Twilio does not accept the credentials (401).
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// The credentials do not allow the call (403).
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
