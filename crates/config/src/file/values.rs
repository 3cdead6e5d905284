//! Conversions of tree values to settings. Messages name the type of what was found, never the value.

use std::time::Duration;

use twilio_sdk_types::SecretString;

use super::tree::{Text, Value};
use crate::SecretSource;

/// Maximum duration of a setting: 365 days.
const MAX_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Returns the message for a value of the wrong type.
pub(crate) fn expected(what: &str, found: &Value) -> String {
    match found {
        Value::Nothing => format!("must be {what}, not null; leave the key out for its default"),
        other => format!("must be {what}, not {}", other.kind()),
    }
}

pub(crate) fn string(value: &Value) -> Result<&Text, String> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(expected("a string", other)),
    }
}

/// Returns the name of a `secret://NAME` reference.
pub(crate) fn secret_name(text: &str) -> Option<&str> {
    text.strip_prefix("secret://")
}

/// Returns a secret: the string itself, or the one that a `secret://NAME` reference resolves to.
pub(crate) fn secret(value: &Value, source: Result<&dyn SecretSource, &str>) -> Result<Secret, String> {
    let Text { text, variables, .. } = string(value)?;
    // Values of variables are no references.
    let Some(name) = secret_name(text).filter(|_| !variables) else {
        return Ok(Secret { text: text.as_str().into(), fetched: false });
    };
    match source {
        Err(why) => Err(why.to_owned()),
        Ok(_) if name.is_empty() => Err("`secret://` must be followed by the name of a secret".to_owned()),
        Ok(source) => match source.resolve(name) {
            Ok(text) => Ok(Secret { text, fetched: true }),
            Err(error) => Err(error.to_string()),
        },
    }
}

/// A secret, and whether it came from a secret source.
pub(crate) struct Secret {
    pub(crate) text: SecretString,
    pub(crate) fetched: bool,
}

pub(crate) fn flag(value: &Value) -> Result<bool, String> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        // Variables are untyped.
        Value::Text(Text { text, variables: true, .. }) => {
            text.trim().parse().map_err(|_| "must be true or false".to_owned())
        }
        Value::Text(_) => Err("must be true or false, without quotes".to_owned()),
        other => Err(expected("true or false", other)),
    }
}

pub(crate) fn number(value: &Value) -> Result<f64, String> {
    let found = match value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Text(Text { text, variables: true, .. }) => text.trim().parse().unwrap_or(f64::NAN),
        Value::Text(_) => return Err("must be a number, without quotes".to_owned()),
        other => return Err(expected("a number", other)),
    };
    match found.is_finite() {
        true => Ok(found),
        false => Err("must be a finite number".to_owned()),
    }
}

pub(crate) fn size<T: TryFrom<i128>>(value: &Value) -> Result<T, String> {
    const EXPECTED: &str = "a number of bytes above 0, or a string such as \"64 KiB\" or \"1 MiB\"";
    let bytes: i128 = match value {
        Value::Integer(bytes) => *bytes,
        Value::Text(text) => match text.text.trim().parse::<bytesize::ByteSize>() {
            // Larger sizes saturate.
            Ok(size) if size.0 < u64::MAX => size.0.into(),
            _ => return Err(format!("must be {EXPECTED}")),
        },
        Value::Float(_) => return Err(format!("must be {EXPECTED}")),
        other => return Err(expected(EXPECTED, other)),
    };
    if bytes < 1 {
        return Err(format!("must be {EXPECTED}"));
    }
    T::try_from(bytes).map_err(|_| "is too large".to_owned())
}

pub(crate) fn count<T: TryFrom<i128>>(value: &Value) -> Result<T, String> {
    const EXPECTED: &str = "a whole number, 0 or more";
    let number = match value {
        Value::Integer(number) => *number,
        Value::Text(Text { text, variables: true, .. }) => {
            text.trim().parse().map_err(|_| format!("must be {EXPECTED}"))?
        }
        Value::Text(_) => return Err(format!("must be {EXPECTED}, without quotes")),
        Value::Float(_) => return Err(format!("must be {EXPECTED}")),
        other => return Err(expected(EXPECTED, other)),
    };
    if number < 0 {
        return Err(format!("must be {EXPECTED}"));
    }
    T::try_from(number).map_err(|_| "is too large".to_owned())
}

pub(crate) fn json(value: &Value) -> Result<serde_json::Value, String> {
    use serde_json::{Number, Value as Json};

    Ok(match value {
        Value::Nothing | Value::Broken => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Integer(number) => Json::Number(Number::from_i128(*number).ok_or("is too large")?),
        Value::Float(number) => Json::Number(Number::from_f64(*number).ok_or("must be a finite number")?),
        Value::Text(text) => Json::String(text.text.to_string()),
        Value::Date => return Err(expected("a JSON value", value)),
        Value::List(list) => list.iter().map(|node| json(&node.value)).collect::<Result<_, _>>()?,
        Value::Table(table) => {
            let entries = table.entries.iter().map(|entry| Ok((entry.key.clone(), json(&entry.node.value)?)));
            Json::Object(entries.collect::<Result<_, String>>()?)
        }
    })
}

pub(crate) fn duration(value: &Value) -> Result<Duration, String> {
    const EXPECTED: &str = "a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\"";
    let seconds = match value {
        Value::Integer(seconds) => *seconds as f64,
        Value::Float(seconds) => *seconds,
        Value::Text(text) => match text.text.trim().parse() {
            Ok(seconds) if text.variables => seconds,
            _ => {
                let found = humantime::parse_duration(text.text.trim());
                return bounded(found.map_err(|_| format!("must be {EXPECTED}"))?);
            }
        },
        other => return Err(expected(EXPECTED, other)),
    };
    if !seconds.is_finite() || seconds < 0.0 {
        return Err("must be a finite number of seconds, 0 or more".to_owned());
    }
    bounded(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn bounded(duration: Duration) -> Result<Duration, String> {
    match duration <= MAX_DURATION {
        true => Ok(duration),
        false => Err("must be at most 365 days".to_owned()),
    }
}

pub(crate) fn choose<T: Clone>(value: &Value, words: &[(&str, T)]) -> Result<T, String> {
    let found = match value {
        Value::Text(text) => words.iter().find(|(word, _)| **word == **text.text),
        _ => None,
    };
    found.map(|(_, choice)| choice.clone()).ok_or_else(|| {
        let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        format!("must be {}", words.join(" or "))
    })
}
