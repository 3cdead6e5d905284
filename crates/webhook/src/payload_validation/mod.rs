//! Payload validation: required fields and e-mail addresses in JSON and in the parameters of webhooks.
//!
//! ```
//! use serde_json::json;
//! use twilio_sdk_webhook::payload_validation::{FieldErrorKind, PayloadRules};
//!
//! let rules = PayloadRules::new().required_fields(["user.name", "user.email"]).email_fields(["user.email", "cc"]);
//! assert!(rules.check(&json!({"user": {"name": "Alice", "email": "alice@example.com"}})).is_ok());
//!
//! let errors = rules.check(&json!({"user": {"name": " "}, "cc": "alice"})).unwrap_err();
//! assert_eq!(
//!     errors.to_string(),
//!     "payload: user.name is blank, user.email is missing, cc is not an e-mail address"
//! );
//! assert_eq!(errors.errors()[0].kind(), FieldErrorKind::Blank);
//! ```
//!
//! The parameters of a webhook are checked in the same way, by name instead of path.
//!
//! # Errors
//!
//! [`PayloadErrors`] lists every violation at once and holds no values, so it is safe to log and to send to the client.

mod email;
mod error;
mod lookup;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

pub use error::{FieldError, FieldErrorKind, PayloadErrors};
pub use lookup::{FieldLookup, FieldValue};

/// Rules for a payload.
///
/// Implements `Deserialize`, so that configuration files can hold the rules: an object with the optional lists
/// `required_fields` and `email_fields`. Unknown keys are errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PayloadRules {
    required_fields: Vec<String>,
    email_fields: Vec<String>,
}

impl PayloadRules {
    /// Creates a set of rules that accepts every payload.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds required fields: each must be present, not null, and not a blank string. Lists, objects, numbers and booleans
    /// satisfy the rule whatever they hold.
    ///
    /// A path is a sequence of object keys and list indices separated by dots, such as `orders.0.id`.
    pub fn required_fields(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.required_fields.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds e-mail fields: each must be an e-mail address, or missing or null.
    ///
    /// An address has one `@`, at most 64 bytes before it, a domain with a dot after it, at most 254 bytes in total, and
    /// no white space, quotes or control characters. Letters of any script are accepted. Whether the mailbox exists is not
    /// checked.
    pub fn email_fields(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.email_fields.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Checks a payload.
    ///
    /// # Errors
    ///
    /// [`PayloadErrors`] lists all violations, in the order of the rules.
    pub fn check(&self, payload: &(impl FieldLookup + ?Sized)) -> Result<(), PayloadErrors> {
        let mut errors = Vec::new();
        let mut report = |field: &str, kind| errors.push(FieldError::new(field, kind));
        for field in &self.required_fields {
            let values = payload.lookup(field);
            let violation = values.iter().find_map(|value| match value {
                FieldValue::Null => Some(FieldErrorKind::Null),
                FieldValue::String(string) if string.trim().is_empty() => Some(FieldErrorKind::Blank),
                _ => None,
            });
            match violation {
                _ if values.is_empty() => report(field, FieldErrorKind::Missing),
                Some(kind) => report(field, kind),
                None => {}
            }
        }
        for field in &self.email_fields {
            let violation = payload.lookup(field).into_iter().find_map(|value| match value {
                FieldValue::Null => None,
                FieldValue::String(string) if email::is_address(string) => None,
                FieldValue::String(_) => Some(FieldErrorKind::InvalidEmail),
                FieldValue::Other => Some(FieldErrorKind::NotString),
            });
            if let Some(kind) = violation {
                report(field, kind);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(PayloadErrors::new(errors)) }
    }
}

// By hand, so that the crate needs no procedural macros.
impl<'de> Deserialize<'de> for PayloadRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rules;

        impl<'de> Visitor<'de> for Rules {
            type Value = PayloadRules;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the lists required_fields and email_fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PayloadRules, A::Error> {
                const FIELDS: &[&str] = &["required_fields", "email_fields"];
                let (mut required, mut email) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    let (name, slot) = match key.as_str() {
                        "required_fields" => (FIELDS[0], &mut required),
                        "email_fields" => (FIELDS[1], &mut email),
                        other => return Err(A::Error::unknown_field(other, FIELDS)),
                    };
                    if slot.replace(map.next_value::<Vec<String>>()?).is_some() {
                        return Err(A::Error::duplicate_field(name));
                    }
                }
                Ok(PayloadRules {
                    required_fields: required.unwrap_or_default(),
                    email_fields: email.unwrap_or_default(),
                })
            }
        }

        deserializer.deserialize_map(Rules)
    }
}
