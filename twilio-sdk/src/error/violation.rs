use std::fmt;

/// A rule of Twilio's specification that a parameter breaks. It never holds the parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    parameter: String,
    rule: String,
}

impl Violation {
    pub(crate) fn new(parameter: &str, rule: String) -> Self {
        Self { parameter: parameter.to_owned(), rule }
    }

    /// The parameter's name on the wire: `Body`, an item as `MediaUrl[0]`, a field as `channels[2].from`, any value of
    /// a map as `traits.*`; empty where it is the whole body.
    pub fn parameter(&self) -> &str {
        &self.parameter
    }

    /// What it must fulfil, such as "must have at most 1600 characters".
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.parameter.is_empty() { "body" } else { &self.parameter };
        write!(f, "`{name}` {}", self.rule)
    }
}
