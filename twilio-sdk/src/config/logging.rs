use twilio_sdk_redact::RedactionConfig;

use crate::auth::ANONYMOUS;

/// What the `tracing` spans and events may show.
///
/// A call is a span `twilio.call` and each of its attempts a span `twilio.attempt` below it, both at level INFO with
/// target `twilio_sdk` and the attributes of OpenTelemetry's conventions for HTTP clients.
///
/// Secrets are never shown: authorization, cookies, passwords, tokens, keys, signatures and their like are replaced
/// by `[REDACTED]` wherever their names stand, the header or parameter of a [`CustomKeyConfig`](crate::CustomKeyConfig) among
/// them, and this cannot be switched off. Phone numbers, e-mail and IP
/// addresses and fields that tell of a person are replaced by `[PERSONAL]`. SIDs are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggingConfig {
    pub(crate) filter_fields: Vec<String>,
    pub(crate) bodies: bool,
    pub(crate) personal: bool,
    pub(crate) body_limit: usize,
}

impl Default for LoggingConfig {
    fn default() -> Self {
        Self { filter_fields: Vec::new(), bodies: false, personal: false, body_limit: 4096 }
    }
}

impl LoggingConfig {
    pub(crate) fn redaction(&self) -> RedactionConfig {
        RedactionConfig::new()
            .redact_fields(&self.filter_fields)
            .omit_headers([ANONYMOUS.as_str()])
            .show_personal_data(self.personal)
            .max_body_chars(self.body_limit)
    }

    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names of further fields whose values are never shown: in JSON at any depth, in forms, queries, path
    /// parameters and headers; none unless set. Letter case, `-` and `_` make no difference.
    pub fn filter_fields(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filter_fields = names.into_iter().map(Into::into).collect();
        self
    }

    /// Whether headers and bodies of requests and answers are logged, at level DEBUG; off unless set. Of a body that
    /// is neither JSON nor a form, that cannot be read as what it says it is, or that is larger than 1 MiB, only the
    /// size is.
    pub fn bodies(mut self, log: bool) -> Self {
        self.bodies = log;
        self
    }

    /// Whether phone numbers, addresses and the fields that Twilio's specifications mark as personal are shown; off
    /// unless set. Secrets are not, even then.
    pub fn personal(mut self, show: bool) -> Self {
        self.personal = show;
        self
    }

    /// How many characters of a redacted body are logged, and of the headers; 4,096 unless set.
    pub fn body_limit(mut self, characters: usize) -> Self {
        self.body_limit = characters;
        self
    }
}
