//! What the usual webhooks say. Unknown parameters are kept, and so are unknown values of enums and values that do not
//! fit their fields.

mod call;
mod event;
mod message;
mod recording;

use std::fmt;

pub use call::{CallDirection, CallStatusCallback, IncomingCall};
pub use event::CloudEvent;
pub use message::{IncomingMessage, MessageMedia, MessageStatusCallback};
pub use recording::RecordingStatusCallback;

pub use crate::types::{CallStatus, MessageStatus, RecordingStatus};

use super::Params;
use super::params::is_form;

/// Something that a webhook's request is read as.
pub trait Payload: Sized {
    /// Reads a request by its query, the type of its body, and the body.
    ///
    /// # Errors
    ///
    /// What is missing, or is not what it must be.
    fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, PayloadError>;
}

/// Why a request is not what it is read as. It holds no values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadError {
    /// A parameter is missing without which the payload makes no sense.
    Missing(&'static str),
    /// The form or query is not UTF-8.
    NotText,
    /// The body is not JSON of the expected form: where, and why.
    Json(String),
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "the parameter {name} is missing"),
            Self::NotText => f.write_str("the parameters are not UTF-8"),
            Self::Json(why) => write!(f, "the body is not the JSON that is expected: {why}"),
        }
    }
}

impl std::error::Error for PayloadError {}

/// The parameters of the query and of the form together: webhooks may be GET or POST.
impl Payload for Params {
    fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, PayloadError> {
        let parse = |form: &[u8]| Self::parse(form).map_err(|_| PayloadError::NotText);
        // A parameter of the form comes before one of the same name in the query.
        let mut params = if is_form(content_type) { parse(body)? } else { Self::default() };
        params.extend(parse(query.as_bytes())?);
        Ok(params)
    }
}

/// Declares a payload: each field by its parameter, `required` ones first. What has no field, and what does not fit its
/// field, is in `extra`.
macro_rules! payload {
    (
        $(#[$doc:meta])*
        $name:ident {
            required { $($(#[$required_doc:meta])* $required:ident: $required_type:ty = $required_wire:literal,)* }
            optional { $($(#[$field_doc:meta])* $field:ident: $type:ty = $wire:literal,)* }
            $(built { $($(#[$built_doc:meta])* $built:ident: $built_type:ty = $build:expr,)* })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_doc])* pub $required: $required_type,)*
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            $($($(#[$built_doc])* pub $built: $built_type,)*)?
            /// Parameters that have no field here, and those whose value does not fit their field.
            pub extra: crate::webhook::Params,
        }

        impl crate::webhook::Payload for $name {
            fn read(
                query: &str,
                content_type: &str,
                body: &[u8],
            ) -> Result<Self, crate::webhook::PayloadError> {
                let mut params = <crate::webhook::Params as crate::webhook::Payload>::read(query, content_type, body)?;
                Ok(Self {
                    $($required: params
                        .take($required_wire)
                        .ok_or(crate::webhook::PayloadError::Missing($required_wire))?
                        .into(),)*
                    $($field: super::field(&mut params, $wire),)*
                    $($($built: $build(&mut params),)*)?
                    extra: params,
                })
            }
        }
    };
}
use payload;

/// A field's value of its parameter's text.
trait Field: Sized {
    fn read(text: &str) -> Option<Self>;
}

/// Takes a field's value out of the parameters, and leaves one there that does not fit.
fn field<T: Field>(params: &mut Params, name: &str) -> Option<T> {
    let text = params.get(name)?;
    // Twilio sends empty parameters for what it does not know.
    if text.is_empty() {
        params.take(name);
        return None;
    }
    let value = T::read(text)?;
    params.take(name);
    Some(value)
}

macro_rules! text_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn read(text: &str) -> Option<Self> {
                Some(text.into())
            }
        })*
    };
}

macro_rules! parsed_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn read(text: &str) -> Option<Self> {
                text.trim().parse().ok()
            }
        })*
    };
}

text_fields!(
    String,
    CallDirection,
    CallStatus,
    MessageStatus,
    RecordingStatus,
    crate::types::AccountSid,
    crate::types::CallSid,
    crate::types::Sid,
    crate::types::SecretString,
    crate::types::Timestamp,
);
parsed_fields!(u32, u64, f64);

impl Field for bool {
    fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "true" | "True" | "1" => Some(true),
            "false" | "False" | "0" => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_its_field_is_kept() {
        let form = b"MessageSid=SM1&MessageStatus=failed&ErrorCode=3x&ErrorCode=30008&Timestamp=soon&From=";
        let update = MessageStatusCallback::read("", "application/x-www-form-urlencoded", form);
        let update = update.expect("a payload");
        assert_eq!((update.error_code, update.from), (None, None));
        assert_eq!(update.timestamp.expect("a timestamp").as_str(), "soon");
        let extra: Vec<_> = update.extra.iter().collect();
        assert_eq!(extra, [("ErrorCode", "3x"), ("ErrorCode", "30008")]);
    }
}
