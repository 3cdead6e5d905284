/// Settings of a [`Redactor`](crate::Redactor).
///
/// Secrets are always redacted; no setting shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedactionConfig {
    pub(crate) redact_fields: Vec<String>,
    pub(crate) omit_headers: Vec<String>,
    pub(crate) show_personal_data: bool,
    pub(crate) max_body_chars: usize,
}

impl Default for RedactionConfig {
    fn default() -> Self {
        Self {
            redact_fields: Vec::new(),
            omit_headers: Vec::new(),
            show_personal_data: false,
            max_body_chars: 4096,
        }
    }
}

impl RedactionConfig {
    /// Creates the default settings, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also redacts fields, parameters and headers of these names, at any depth. Default: none.
    ///
    /// Letter case, `-` and `_` make no difference.
    pub fn redact_fields(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redact_fields = names.into_iter().map(Into::into).collect();
        self
    }

    /// Leaves out headers of these names, with their values. Default: none.
    pub fn omit_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.omit_headers = names.into_iter().map(Into::into).collect();
        self
    }

    /// Shows phone numbers, e-mail and IP addresses and fields with personal data. Default: `false`.
    pub fn show_personal_data(mut self, show: bool) -> Self {
        self.show_personal_data = show;
        self
    }

    /// Sets how many characters of a redacted body, and of all headers together, are shown. Default: 4,096.
    pub fn max_body_chars(mut self, characters: usize) -> Self {
        self.max_body_chars = characters;
        self
    }
}
