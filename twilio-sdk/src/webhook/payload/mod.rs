//! What the usual webhooks say. Unknown parameters are kept, unknown values of enums too.

mod call;
mod event;
mod message;
mod recording;

use std::fmt;

pub use call::{CallDirection, CallStatus, CallStatusUpdate, IncomingCall};
pub use event::CloudEvent;
pub use message::{IncomingMessage, MessageMedia, MessageStatus, MessageStatusUpdate};
pub use recording::{RecordingStatus, RecordingStatusUpdate};

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

/// Declares a payload: each field by its parameter, `required` ones first. What fits no field is in `extra`.
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
            /// Parameters that have no field here.
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
                    $($field: params.take($wire).and_then(|text| super::read(text)),)*
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
    fn read(text: String) -> Option<Self>;
}

fn read<T: Field>(text: String) -> Option<T> {
    T::read(text)
}

macro_rules! text_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn read(text: String) -> Option<Self> {
                // Twilio sends empty parameters for what it does not know.
                (!text.is_empty()).then(|| text.into())
            }
        })*
    };
}

macro_rules! parsed_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn read(text: String) -> Option<Self> {
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
);
parsed_fields!(u32, u64, f64);

impl Field for bool {
    fn read(text: String) -> Option<Self> {
        match text.trim() {
            "true" | "True" | "1" => Some(true),
            "false" | "False" | "0" => Some(false),
            _ => None,
        }
    }
}

impl Field for crate::types::Timestamp {
    fn read(text: String) -> Option<Self> {
        (!text.is_empty()).then(|| text.as_str().into())
    }
}
