//! Checks of payloads that others send: fields that must be there, and fields that are e-mail addresses.
//!
//! ```
//! use serde_json::json;
//! use twilio_sdk::payload::{PayloadRules, Reason};
//!
//! let rules = PayloadRules::new().required_fields(["user.name", "user.email"]).email_fields(["user.email", "cc"]);
//! assert!(rules.check(&json!({"user": {"name": "Alice", "email": "alice@example.com"}})).is_ok());
//!
//! let error = rules.check(&json!({"user": {"name": " "}, "cc": "alice"})).unwrap_err();
//! let found: Vec<_> = error.problems().iter().map(|problem| (problem.field(), problem.reason())).collect();
//! assert_eq!(found, [("user.name", Reason::Blank), ("user.email", Reason::Missing), ("cc", Reason::NoAddress)]);
//! ```
//!
//! The parameters of webhooks (feature `webhook`) are checked in the same way, with names in place of paths.

mod email;
mod error;
mod look;

use serde::Deserialize;

pub use error::{FieldProblem, PayloadErrors, Reason};
pub use look::{Fields, Found};

/// What is asked of a payload. It can be read from configuration, by the names of its two lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PayloadRules {
    required_fields: Vec<String>,
    email_fields: Vec<String>,
}

impl PayloadRules {
    /// Nothing is asked.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fields that must be there: not null, and not a text that is empty or blank. Lists, objects, numbers and flags are
    /// there whatever they hold. A path leads through objects by key and through lists by number, with dots between:
    /// `orders.0.id`.
    pub fn required_fields(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.required_fields.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Fields that must be e-mail addresses where they are there and not null: one `@`, at most 64 bytes before it, a
    /// domain with a dot behind it, at most 254 bytes in all, no blanks, quotes or control characters. Letters of any
    /// script may stand on both sides. Whether anybody reads what is sent there is another question.
    pub fn email_fields(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.email_fields.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Checks a payload.
    ///
    /// # Errors
    ///
    /// [`PayloadErrors`] lists everything that is wrong, in the order of the rules, and shows no value.
    pub fn check(&self, payload: &(impl Fields + ?Sized)) -> Result<(), PayloadErrors> {
        let mut problems = Vec::new();
        let mut report = |field: &str, reason| problems.push(FieldProblem::new(field, reason));
        for field in &self.required_fields {
            let found = payload.look(field);
            let missing = found.iter().find_map(|value| match value {
                Found::Null => Some(Reason::Null),
                Found::Text(text) if text.trim().is_empty() => Some(Reason::Blank),
                _ => None,
            });
            match missing {
                _ if found.is_empty() => report(field, Reason::Missing),
                Some(reason) => report(field, reason),
                None => {}
            }
        }
        for field in &self.email_fields {
            let wrong = payload.look(field).into_iter().find_map(|value| match value {
                Found::Null => None,
                Found::Text(text) if email::is_address(text) => None,
                Found::Text(_) => Some(Reason::NoAddress),
                Found::Other => Some(Reason::NotText),
            });
            if let Some(reason) = wrong {
                report(field, reason);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(PayloadErrors::new(problems)) }
    }
}
