use twilio_sdk_redact::RedactionConfig;

use crate::auth::ANONYMOUS;

/// Contents of the `tracing` spans and events.
///
/// A request is a span `twilio.call` and each of its attempts a span `twilio.attempt` below it, both at level INFO with
/// target `twilio_sdk` and the attributes of OpenTelemetry's conventions for HTTP clients.
///
/// Secrets are never shown: `[REDACTED]` replaces the values of authorization headers, cookies, passwords, tokens, keys,
/// signatures and the like, and of the header or parameter of a [`CustomKeyConfig`](crate::CustomKeyConfig). This cannot be
/// switched off. `[PERSONAL]` replaces phone numbers, e-mail and IP addresses and fields with personal data. SIDs are
/// shown.
///
/// ```
/// use twilio_sdk::LoggingConfig;
///
/// let logging = LoggingConfig::new().redact_fields(["patientId"]).log_bodies(true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggingConfig {
    /// Names of further fields whose values are never shown.
    pub redact_fields: Vec<String>,
    /// Whether headers and bodies are logged.
    pub log_bodies: bool,
    /// Whether personal data is shown.
    pub log_personal_data: bool,
    /// Maximum number of characters of a logged body.
    pub max_body_chars: usize,
}

impl Default for LoggingConfig {
    fn default() -> Self {
        Self { redact_fields: Vec::new(), log_bodies: false, log_personal_data: false, max_body_chars: 4096 }
    }
}

impl LoggingConfig {
    pub(crate) fn redaction(&self) -> RedactionConfig {
        RedactionConfig::new()
            .redact_fields(&self.redact_fields)
            .omit_headers([ANONYMOUS.as_str()])
            .show_personal_data(self.log_personal_data)
            .max_body_chars(self.max_body_chars)
    }

    /// Creates the default settings, which each setter names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the names of further fields whose values are never shown: in JSON at any depth, in forms, queries, path
    /// parameters and headers. Default: none. Case, `-` and `_` are ignored.
    pub fn redact_fields(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redact_fields = names.into_iter().map(Into::into).collect();
        self
    }

    /// Logs headers and bodies of requests and responses at level DEBUG. Default: `false`. Only the size is logged of a
    /// body that is neither JSON nor a form, does not match its `Content-Type`, or is larger than 1 MiB.
    pub fn log_bodies(mut self, log: bool) -> Self {
        self.log_bodies = log;
        self
    }

    /// Shows phone numbers, addresses and the fields that Twilio's specifications mark as personal. Default: `false`.
    /// Secrets stay redacted.
    pub fn log_personal_data(mut self, show: bool) -> Self {
        self.log_personal_data = show;
        self
    }

    /// Sets how many characters of a redacted body are logged, and how many of the headers. Default: 4,096.
    pub fn max_body_chars(mut self, characters: usize) -> Self {
        self.max_body_chars = characters;
        self
    }
}
