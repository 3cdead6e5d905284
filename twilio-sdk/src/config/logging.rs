/// What the `tracing` spans and events may show.
///
/// Secrets are never shown: authorization, cookies, passwords, tokens, keys and their like are redacted by name
/// at any depth, and this cannot be switched off. SIDs are shown.
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
    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names of further fields to redact, in any case, at any depth of JSON, in forms, queries and headers.
    pub fn filter_fields(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filter_fields = names.into_iter().map(Into::into).collect();
        self
    }

    /// Whether bodies of requests and answers are logged, at level DEBUG; off unless set. Fields that Twilio's
    /// specifications mark as personal, and phone numbers, are redacted unless [`personal`](Self::personal) is on.
    pub fn bodies(mut self, log: bool) -> Self {
        self.bodies = log;
        self
    }

    /// Whether phone numbers and personal fields are shown; off unless set.
    pub fn personal(mut self, show: bool) -> Self {
        self.personal = show;
        self
    }

    /// How many characters of a body are logged; 4,096 unless set.
    pub fn body_limit(mut self, characters: usize) -> Self {
        self.body_limit = characters;
        self
    }
}
