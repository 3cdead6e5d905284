//! The error of rules and stubs.

use std::fmt;

/// Says why a rule or a stub is rejected: it names an operation or a host that Twilio does not have.
///
/// The message names the nearest one:
///
/// ```
/// use twilio_emulator::{Fault, FaultPlan, FaultRule, RequestMatcher};
///
/// let rule = FaultRule::new(RequestMatcher::operation("CreateMesage"), Fault::status(503));
/// let error = FaultPlan::new().rule(rule).validate().unwrap_err();
/// assert!(error.to_string().contains("did you mean \"CreateMessage\"?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmulatorError {
    message: String,
}

impl EmulatorError {
    pub(super) fn new(message: String) -> Self {
        Self { message }
    }
}

impl fmt::Display for EmulatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "emulator: {}", self.message)
    }
}

impl std::error::Error for EmulatorError {}

impl From<EmulatorError> for std::io::Error {
    fn from(error: EmulatorError) -> Self {
        Self::new(std::io::ErrorKind::InvalidInput, error)
    }
}
