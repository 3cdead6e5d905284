//! Types that every part of `twilio-sdk` shares: SIDs, secrets, dates, decimals, open enums, regions and credentials.
//!
//! Values are lossless. Constructing a SID, a date or an enum never fails; a string that a type does not recognize is
//! kept as it is.
//!
//! ```
//! use twilio_sdk_types::{AuthTokenConfig, CallSid, CallStatus, SecretString};
//!
//! let call = CallSid::from("CA00000000000000000000000000000000");
//! assert!(call.is_well_formed());
//!
//! let status = CallStatus::from("no-answer");
//! assert_eq!(status, CallStatus::NoAnswer);
//! assert_eq!(CallStatus::from("a status of tomorrow").as_str(), "a status of tomorrow");
//!
//! let token = SecretString::from("auth token");
//! assert_eq!(format!("{token:?}"), "[redacted]");
//! let credentials = AuthTokenConfig::new("AC00000000000000000000000000000000", token);
//! assert!(!format!("{credentials:?}").contains("auth token"));
//! ```
//!
//! # Features
//!
//! * `decimal` adds [`Decimal`].
//! * `time` adds conversions between [`Timestamp`], [`Date`] and the types of the crate `time`.
//!
//! Programs usually reach these types as `twilio_sdk::types`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod credentials;
mod date;
#[cfg(feature = "decimal")]
mod decimal;
mod extra;
mod into_optional;
mod jws;
mod location;
mod models;
mod open_enum;
mod secret;
mod sid;
mod sid_kinds;
mod status;
mod user_name;
#[doc(hidden)]
pub mod wire;

pub use credentials::{
    ApiKeyConfig, AuthTokenConfig, BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation,
};
#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
pub use date::UnknownFormat;
pub use date::{Date, Timestamp};
#[cfg(feature = "decimal")]
#[cfg_attr(docsrs, doc(cfg(feature = "decimal")))]
pub use decimal::{Decimal, NotADecimal};
pub use extra::Extra;
pub use into_optional::{Given, IntoOptional, IntoOptionalList, Maybe};
pub use location::{Edge, InvalidLocation, Location, Region};
pub use open_enum::{HttpMethod, UnknownValue};
pub use secret::{SecretString, SecretValue};
pub use sid::{Sid, SidKind, TypedSid, WrongSidKind};
pub use sid_kinds::*;
pub use status::{CallStatus, MessageStatus, RecordingStatus};

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

/// Items for the other crates of the family. They change without notice.
#[doc(hidden)]
pub mod internal {
    pub use crate::credentials::{CredentialShape, OAuthShape};
    pub use crate::json_kind;
    pub use crate::secret::wipe;
    pub use crate::sid::is_sid;
    pub use crate::sid_kinds::KINDS;

    /// Compact JSON Web Signatures.
    pub mod jws {
        pub use crate::jws::{Compact, Object, decoded, object};
    }

    /// Rules for usernames.
    pub mod user_name {
        pub use crate::user_name::{check, check_basic, folded};
    }
}

/// Reads a string or a number, as `Deserialize` does for the types of this crate.
#[doc(hidden)]
pub fn deserialize_text<'de, T: From<String>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text.into()),
        Value::Number(number) => Ok(number.to_string().into()),
        other => Err(D::Error::custom(format_args!("expected a string, not {}", json_kind(&other)))),
    }
}

/// Returns the kind of a JSON value, for messages that must not show the value.
#[doc(hidden)]
pub fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
