use std::fmt;

use http::StatusCode;
use twilio_sdk_config::ConfigError;

use crate::cause::Cause;

/// Error of a request to a server other than Twilio's.
///
/// `Display` and `Debug` show the host, but neither query nor body.
pub struct HttpError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    status: Option<StatusCode>,
    is_tls: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Config,
    Connect,
    Timeout,
    Transport,
    Status,
    TooLarge,
}

impl HttpError {
    fn new(kind: Kind, message: String) -> Self {
        Self(Box::new(Inner { kind, message, status: None, is_tls: false, source: None }))
    }

    pub(crate) fn request(source: reqwest::Error) -> Self {
        let cause = Cause::of(&source);
        let host = source.url().and_then(|url| url.host_str()).unwrap_or("the host").to_owned();
        let (kind, what) = if source.is_builder() {
            (Kind::Config, "the request is invalid")
        } else if cause.tls {
            (Kind::Connect, "TLS with the host fails")
        } else if source.is_connect() {
            (Kind::Connect, "cannot connect")
        } else if cause.headers {
            (Kind::TooLarge, "the response headers are too large")
        } else if source.is_timeout() {
            (Kind::Timeout, "timed out")
        } else {
            (Kind::Transport, "the connection failed")
        };
        let mut error = Self::new(kind, format!("{what} ({host})"));
        error.0.is_tls = cause.tls;
        // The query may hold a secret.
        error.0.source = Some(Box::new(source.without_url()));
        error
    }

    pub(crate) fn timeout(host: &str) -> Self {
        Self::new(Kind::Timeout, format!("timed out ({host})"))
    }

    pub(crate) fn status_code(status: StatusCode) -> Self {
        let mut error = Self::new(Kind::Status, format!("the response has status {}", status.as_u16()));
        error.0.status = Some(status);
        error
    }

    pub(crate) fn too_large(what: &str, limit: u64) -> Self {
        Self::new(Kind::TooLarge, format!("the response {what} is larger than {limit} bytes"))
    }

    /// Returns whether the settings are invalid. Nothing was sent.
    pub fn is_config(&self) -> bool {
        self.0.kind == Kind::Config
    }

    /// Returns whether no connection could be made. Nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// Returns whether the TLS handshake failed: the certificate is not trusted, or there is no common version.
    pub fn is_tls(&self) -> bool {
        self.0.is_tls
    }

    /// Returns whether the timeout passed before there was a response.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// Returns whether the connection was lost before the end of the response.
    pub fn is_transport(&self) -> bool {
        self.0.kind == Kind::Transport
    }

    /// Returns whether the response is larger than the limit.
    pub fn is_response_too_large(&self) -> bool {
        self.0.kind == Kind::TooLarge
    }

    /// Returns whether the response has an unexpected [`status`](Self::status).
    pub fn is_status(&self) -> bool {
        self.0.kind == Kind::Status
    }

    /// Returns the HTTP status of the response, if that is the error.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }
}

impl From<ConfigError> for HttpError {
    fn from(source: ConfigError) -> Self {
        let mut error = Self::new(Kind::Config, source.to_string());
        error.0.source = Some(Box::new(source));
        error
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for HttpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.0.kind {
            // Its message is this error's own.
            Kind::Config => None,
            _ => self.0.source.as_deref().map(|source| source as _),
        }
    }
}
