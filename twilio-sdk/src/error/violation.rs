use std::fmt;

use super::{Error, Kind};
use crate::runtime::Operation;

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
    pub fn message(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.parameter.is_empty() { "body" } else { &self.parameter };
        write!(f, "`{name}` {}", self.rule)
    }
}

impl Error {
    /// What a request would break of the specification's rules; nothing was sent.
    pub(crate) fn invalid(operation: &'static Operation, violations: Vec<Violation>) -> Self {
        let listed: Vec<String> = violations.iter().map(Violation::to_string).collect();
        let mut error = Self::new(Kind::Request, Some(operation), listed.join("; "));
        error.0.violations = violations;
        error
    }

    /// Every rule of the specification that the request breaks; empty unless [validation is
    /// on](crate::ConnectionConfig::validate_requests) and [`is_invalid_request`](Self::is_invalid_request).
    #[cfg_attr(docsrs, doc(cfg(feature = "request-validation")))]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }
}
