use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde_json::{Number, Value};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use crate::wire::{Decode, Decoded, Param, Scalar};

/// A secret string. `Debug` redacts it, and it is zeroized on drop. `==` compares in constant time.
#[derive(Clone, Default)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Returns the secret. Call it only where the secret is used.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// Returns whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl From<Box<str>> for SecretString {
    fn from(text: Box<str>) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl FromStr for SecretString {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Compares in constant time. Timing reveals the lengths only.
impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretString {}

impl<'de> Deserialize<'de> for SecretString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::deserialize_text(deserializer)
    }
}

impl Param for SecretString {
    fn text(&self) -> Cow<'_, str> {
        self.expose_secret().into()
    }
}

impl Scalar for SecretString {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn from_number(_: &Number) -> Option<Self> {
        None
    }
    fn from_bool(_: bool) -> Option<Self> {
        None
    }
    fn to_json(&self) -> Value {
        self.expose_secret().into()
    }
}

crate::scalar!(SecretString);

/// A secret JSON value. `Debug` redacts it, and its strings are zeroized on drop. `==` compares strings in constant time.
#[derive(Clone)]
pub struct SecretValue(Value);

impl SecretValue {
    /// The JSON itself. Call it where the secret is used and nowhere else.
    pub fn expose_secret(&self) -> &Value {
        &self.0
    }
}

impl<T: Into<Value>> From<T> for SecretValue {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

/// Compares every string in constant time. Timing may reveal the structure of the JSON, its keys and its numbers.
impl PartialEq for SecretValue {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0).into()
    }
}

fn same(a: &Value, b: &Value) -> Choice {
    let all = |pairs: &mut dyn Iterator<Item = Choice>| pairs.fold(Choice::from(1), |sum, one| sum & one);
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.as_bytes().ct_eq(b.as_bytes()),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            all(&mut a.iter().zip(b).map(|(a, b)| same(a, b)))
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            let nothing = Choice::from(0);
            all(&mut a.iter().map(|(name, a)| b.get(name).map_or(nothing, |b| same(a, b))))
        }
        (a, b) => Choice::from(u8::from(a == b)),
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }
}

impl Drop for SecretValue {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Zeroizes every string of a JSON value.
pub fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(list) => list.iter_mut().for_each(wipe),
        Value::Object(map) => map.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Param for SecretValue {
    fn text(&self) -> Cow<'_, str> {
        self.0.text()
    }
    fn json(&self) -> Value {
        self.0.clone()
    }
}

impl Decode for SecretValue {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Decoded::Null,
            value => Decoded::Exact(Self(value)),
        })
    }
}
