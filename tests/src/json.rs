//! JSON with the digits of its numbers, which `serde_json::Value` does not keep.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value. Two numbers are equal when their digits say the same, however they are written.
#[derive(Clone, Debug)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads JSON text.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        let text = text.trim();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let map: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text)?;
                let entries = map.into_iter().map(|(name, raw)| Ok((name, Self::parse(raw.get())?)));
                Self::Object(entries.collect::<serde_json::Result<_>>()?)
            }
            Some(b'[') => {
                let list: Vec<Box<RawValue>> = serde_json::from_str(text)?;
                Self::List(list.iter().map(|raw| Self::parse(raw.get())).collect::<serde_json::Result<_>>()?)
            }
            Some(b'-' | b'0'..=b'9') => {
                let raw: Box<RawValue> = serde_json::from_str(text)?;
                Self::Number(raw.get().to_owned())
            }
            _ => Self::from(&serde_json::from_str::<Value>(text)?),
        })
    }

    /// The same as a value of `serde_json`, numbers as a double holds them.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(text) => serde_json::from_str(text).unwrap_or_default(),
            Self::Text(text) => text.as_str().into(),
            Self::List(list) => list.iter().map(Self::to_value).collect(),
            Self::Object(map) => {
                Value::Object(map.iter().map(|(name, value)| (name.clone(), value.to_value())).collect())
            }
        }
    }

    /// A property, if this is an object that has it with another value than `null`.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(map) => map.get(name).filter(|value| **value != Self::Null),
            _ => None,
        }
    }

    /// Returns the number of scalars except `null`.
    pub fn scalars(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::List(list) => list.iter().map(Self::scalars).sum(),
            Self::Object(map) => map.values().map(Self::scalars).sum(),
            _ => 1,
        }
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => same_number(a, b),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

/// JSON text, compact.
impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = |text: &str| Value::from(text).to_string();
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(list) => {
                let items: Vec<String> = list.iter().map(Self::to_string).collect();
                write!(f, "[{}]", items.join(","))
            }
            Self::Object(map) => {
                let entries: Vec<String> =
                    map.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
                write!(f, "{{{}}}", entries.join(","))
            }
        }
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(map) => {
                Self::Object(map.iter().map(|(name, value)| (name.clone(), value.into())).collect())
            }
        }
    }
}

/// A number's sign, digits without zeros at either end, and the place of its decimal point, so that `1.10`,
/// `11e-1` and `1.1` are one; `None` for text that is not a number.
fn canonical(text: &str) -> Option<(bool, String, i64)> {
    let text = text.trim();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = exponent + i64::try_from(whole.len()).ok()?;
    let significant = digits.trim_start_matches('0');
    let point = point - i64::try_from(digits.len() - significant.len()).ok()?;
    let significant = significant.trim_end_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    Some((negative, significant.to_owned(), point))
}

/// Returns whether two strings are one number, to the last digit.
pub fn same_number(a: &str, b: &str) -> bool {
    a == b || matches!((canonical(a), canonical(b)), (Some(a), Some(b)) if a == b)
}

/// Returns whether two strings are one number as a double.
pub fn same_double(a: &str, b: &str) -> bool {
    same_number(a, b) || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn numbers_are_compared_to_the_last_digit() {
        for (a, b) in [("1.10", "1.1"), ("11e-1", "1.1"), ("0.00", "-0"), ("100", "1e2"), ("0.05", "5E-2")] {
            assert!(same_number(a, b), "{a} {b}");
        }
        for (a, b) in [("1.1", "1.11"), ("-1", "1"), ("10", "1"), ("x", "1"), ("", "0")] {
            assert!(!same_number(a, b), "{a} {b}");
        }
        assert!(same_double("0.1234567890123456789", "0.12345678901234568"));
    }

    #[test]
    fn digits_survive_reading_and_writing() {
        let text = r#"{"a":[1.10,null,true],"b":{"c":"ü\n"},"d":0.1234567890123456789}"#;
        assert_eq!(Json::parse(text).unwrap().to_string(), text);
        assert!(Json::parse("{").is_err() && Json::parse("x").is_err() && Json::parse("").is_err());
    }
}
