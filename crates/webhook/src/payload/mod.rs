//! Payloads of the usual webhooks. Unknown parameters, unknown enum values and values that do not fit their fields are
//! preserved.

mod call;
mod event;
mod message;
mod recording;

use std::fmt;

pub use call::{CallDirection, CallStatusCallback, IncomingCall};
pub use event::CloudEvent;
pub use message::{IncomingMessage, MessageMedia, MessageStatusCallback};
pub use recording::RecordingStatusCallback;

pub use twilio_sdk_types::{CallStatus, MessageStatus, RecordingStatus};

use super::FormParams;
use crate::params::is_form;

/// A type that a webhook request is parsed into.
///
/// ```
/// use twilio_sdk_webhook::{FormParams, Payload, PayloadError};
///
/// struct Survey {
///     rating: u8,
/// }
///
/// impl Payload for Survey {
///     fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, PayloadError> {
///         let params = FormParams::read(query, content_type, body)?;
///         let rating = params.get("Rating").and_then(|rating| rating.parse().ok());
///         Ok(Self { rating: rating.ok_or(PayloadError::Missing("Rating"))? })
///     }
/// }
///
/// let survey = Survey::read("", "application/x-www-form-urlencoded", b"Rating=5").unwrap();
/// assert_eq!(survey.rating, 5);
/// ```
pub trait Payload: Sized {
    /// Parses a request from its query, the content type of its body, and the body.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if a parameter is missing, or the parameters or the body are malformed.
    fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, PayloadError>;
}

/// The error of a request that is not the expected payload. The message contains no values of the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadError {
    /// This required parameter is missing.
    Missing(&'static str),
    /// The form or query is not UTF-8.
    NotUtf8,
    /// The body is not the expected JSON, for this reason.
    Json(String),
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "payload: the parameter {name} is missing"),
            Self::NotUtf8 => f.write_str("payload: the parameters are not UTF-8"),
            Self::Json(why) => write!(f, "payload: the body is not the expected JSON: {why}"),
        }
    }
}

impl std::error::Error for PayloadError {}

/// The parameters of the form, then those of the query: a webhook may be GET or POST.
impl Payload for FormParams {
    fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, PayloadError> {
        let parse = |form: &[u8]| Self::parse(form).map_err(|_| PayloadError::NotUtf8);
        // `get` returns the first value, so the form precedes the query.
        let mut params = if is_form(content_type) { parse(body)? } else { Self::default() };
        params.extend(parse(query.as_bytes())?);
        Ok(params)
    }
}

/// Declares a payload: each field with its parameter, `required` ones first. Parameters without a field, and values that do
/// not fit their field, are in `extra`.
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
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_doc])* pub $required: $required_type,)*
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            $($($(#[$built_doc])* pub $built: $built_type,)*)?
            /// Parameters without a field here, and those whose value does not fit their field.
            pub extra: crate::FormParams,
        }

        impl crate::Payload for $name {
            fn read(
                query: &str,
                content_type: &str,
                body: &[u8],
            ) -> Result<Self, crate::PayloadError> {
                let mut params = <crate::FormParams as crate::Payload>::read(query, content_type, body)?;
                Ok(Self {
                    $($required: params
                        .take($required_wire)
                        .ok_or(crate::PayloadError::Missing($required_wire))?
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

/// A field that is parsed from the value of its parameter.
trait Field: Sized {
    fn parse(value: &str) -> Option<Self>;
}

/// Removes the field's parameter and returns its value. A value that does not fit stays among the parameters.
fn field<T: Field>(params: &mut FormParams, name: &str) -> Option<T> {
    let value = params.get(name)?;
    // Twilio sends empty parameters for unknown values.
    if value.is_empty() {
        params.take(name);
        return None;
    }
    let value = T::parse(value)?;
    params.take(name);
    Some(value)
}

macro_rules! string_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn parse(value: &str) -> Option<Self> {
                Some(value.into())
            }
        })*
    };
}

macro_rules! parsed_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn parse(value: &str) -> Option<Self> {
                value.trim().parse().ok()
            }
        })*
    };
}

string_fields!(
    String,
    CallDirection,
    CallStatus,
    MessageStatus,
    RecordingStatus,
    twilio_sdk_types::AccountSid,
    twilio_sdk_types::CallSid,
    twilio_sdk_types::Sid,
    twilio_sdk_types::SecretString,
    twilio_sdk_types::Timestamp,
);
parsed_fields!(u32, u64, f64);

impl Field for bool {
    fn parse(value: &str) -> Option<Self> {
        match value.trim() {
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
    fn a_value_that_does_not_fit_its_field_is_preserved() {
        let form = b"MessageSid=SM1&MessageStatus=failed&ErrorCode=3x&ErrorCode=30008&Timestamp=soon&From=";
        let callback = MessageStatusCallback::read("", "application/x-www-form-urlencoded", form);
        let callback = callback.expect("a payload");
        assert_eq!((callback.error_code, callback.from), (None, None));
        assert_eq!(callback.timestamp.expect("a timestamp").as_str(), "soon");
        let extra: Vec<_> = callback.extra.iter().collect();
        assert_eq!(extra, [("ErrorCode", "3x"), ("ErrorCode", "30008")]);
    }
}
