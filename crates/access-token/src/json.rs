//! JSON objects with their members in a fixed order, and members of parsed ones. By hand, so that the crate needs no
//! procedural macros.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

/// A JSON object that keeps the order of its members.
#[derive(Default)]
pub(crate) struct Object<'a>(Vec<(&'static str, Member<'a>)>);

/// The value of a member.
pub(crate) enum Member<'a> {
    Number(u64),
    String(Cow<'a, str>),
    Value(Value),
    Object(Object<'a>),
}

impl<'a> Object<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Appends a member.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Member<'a>>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Appends a member unless its value is `None`.
    pub(crate) fn with_optional(self, name: &'static str, value: Option<impl Into<Member<'a>>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl From<u64> for Member<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Member<'a> {
    fn from(string: &'a str) -> Self {
        Self::String(string.into())
    }
}

impl From<String> for Member<'_> {
    fn from(string: String) -> Self {
        Self::String(string.into())
    }
}

impl From<Value> for Member<'_> {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<Object<'a>> for Member<'a> {
    fn from(object: Object<'a>) -> Self {
        Self::Object(object)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::String(string) => serializer.serialize_str(string),
            Self::Value(value) => value.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

/// Inserts a string unless it is missing or empty.
pub(crate) fn insert(object: &mut Map<String, Value>, name: &str, value: &Option<String>) {
    if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
        object.insert(name.to_owned(), value.as_str().into());
    }
}

/// Returns an optional string. `None` if the member is not a string.
pub(crate) fn optional_string(object: &Map<String, Value>, name: &str) -> Option<Option<String>> {
    match object.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(string)) => Some(Some(string.clone())),
        Some(_) => None,
    }
}

/// Implements serde's traits for a grant with `to_json` and `from_json`.
macro_rules! grant_serde {
    ($grant:ident) => {
        impl serde::Serialize for $grant {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.to_json().serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $grant {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = serde_json::Map::deserialize(deserializer)?;
                Self::from_json(&object).ok_or_else(|| {
                    serde::de::Error::custom(concat!("unexpected member of a ", stringify!($grant)))
                })
            }
        }
    };
}
pub(crate) use grant_serde;
