use std::fmt;

use super::{Error, Kind};
use crate::runtime::Operation;

/// A violated rule of Twilio's specification. It never contains the value of the parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    parameter: String,
    rule: String,
}

impl Violation {
    pub(crate) fn new(parameter: &str, rule: String) -> Self {
        Self { parameter: parameter.to_owned(), rule }
    }

    /// Returns the parameter's name on the wire: `Body`, an item as `MediaUrl[0]`, a field as `channels[2].from`, any value
    /// of a map as `traits.*`; empty for the whole body.
    pub fn parameter(&self) -> &str {
        &self.parameter
    }

    /// Returns the rule, such as "must have at most 1600 characters".
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

impl std::error::Error for Violation {}

impl Error {
    /// Creates the error of a request that violates rules of the specification.
    pub(crate) fn invalid(operation: &'static Operation, violations: Vec<Violation>) -> Self {
        let listed: Vec<String> = violations.iter().map(Violation::to_string).collect();
        let mut error = Self::new(Kind::Request, Some(operation), listed.join("; "));
        error.0.violations = violations;
        error
    }

    /// Returns every violated rule of the specification. Empty unless [validation is
    /// on](crate::ConnectionConfig::validate_requests) and [`is_invalid_request`](Self::is_invalid_request).
    #[cfg_attr(docsrs, doc(cfg(feature = "request-validation")))]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }
}
