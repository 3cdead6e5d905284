//! Types that many products share: SIDs, dates, decimals, secrets and open enums.

mod date;
mod decimal;
mod extra;
mod into_optional;
mod open_enum;
mod secret;
mod sid;

pub use date::{Date, Timestamp};
pub use decimal::Decimal;
pub use extra::Extra;
pub use into_optional::{Given, IntoOptional, IntoOptionalList, Maybe};
pub use open_enum::{HttpMethod, UnknownValue};
pub(crate) use open_enum::{open_enum, text_type};
#[cfg(any(feature = "serialize", feature = "vault-import"))]
pub(crate) use secret::wipe;
pub use secret::{SecretString, SecretValue};
pub use sid::*;

include!(concat!(env!("OUT_DIR"), "/shared_enums.rs"));

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

/// Reads text, as `Deserialize` does for the types of this module.
pub(crate) fn deserialize_text<'de, T: From<String>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text.into()),
        Value::Number(number) => Ok(number.to_string().into()),
        other => Err(D::Error::custom(format_args!("text is expected, not {}", json_kind(&other)))),
    }
}

/// What a JSON value is, for messages that must not show it.
pub(crate) fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// `Deserialize` for generated structs.
macro_rules! deserialize_models {
    ($($name:ident)*) => {
        $(impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::deserialize(deserializer)
            }
        })*
    };
}
pub(crate) use deserialize_models;

/// `Serialize` for generated structs.
macro_rules! serialize_models {
    ($($name:ident)*) => {
        $(impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::runtime::to_json(self).serialize(serializer)
            }
        })*
    };
}
pub(crate) use serialize_models;
