//! Values of the tree as values of settings. Messages name the kind of what was found, and never the value.

use std::time::Duration;

use super::tree::{Text, Value};
use crate::SecretSource;
use crate::config::FOREVER;
use crate::types::SecretString;

/// What was found is none of what must stand there.
pub(super) fn expected(what: &str, found: &Value) -> String {
    match found {
        Value::Nothing => format!("must be {what}, and not null; leave the key out for its default"),
        other => format!("must be {what}, and not {}", other.kind()),
    }
}

pub(super) fn text(value: &Value) -> Result<&Text, String> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(expected("text", other)),
    }
}

/// The name of a secret that comes from elsewhere than the file and variables.
pub(super) fn secret_name(text: &str) -> Option<&str> {
    text.strip_prefix("secret://")
}

/// A secret: the text itself, or what the source has for the name in it.
pub(super) fn secret(value: &Value, source: Result<&dyn SecretSource, &str>) -> Result<Secret, String> {
    let Text { text, variables, .. } = text(value)?;
    // What variables hold is text and no name of anything.
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

/// A secret, and whether it came from a source of secrets.
pub(super) struct Secret {
    pub(super) text: SecretString,
    pub(super) fetched: bool,
}

pub(super) fn flag(value: &Value) -> Result<bool, String> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        // Variables have no type.
        Value::Text(Text { text, variables: true, .. }) => {
            text.trim().parse().map_err(|_| "must be true or false".to_owned())
        }
        Value::Text(_) => Err("must be true or false, without quotes".to_owned()),
        other => Err(expected("true or false", other)),
    }
}

pub(super) fn number(value: &Value) -> Result<f64, String> {
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

pub(super) fn size<T: TryFrom<i128>>(value: &Value) -> Result<T, String> {
    const EXPECTED: &str = "a number of bytes above 0, or text such as \"64 KiB\" or \"1 MiB\"";
    let bytes: i128 = match value {
        Value::Integer(bytes) => *bytes,
        Value::Text(text) => match text.text.trim().parse::<bytesize::ByteSize>() {
            // What passes the largest number ends there.
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

pub(super) fn count<T: TryFrom<i128>>(value: &Value) -> Result<T, String> {
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

#[cfg(feature = "emulator")]
pub(super) fn json(value: &Value) -> Result<serde_json::Value, String> {
    use serde_json::{Number, Value as Json};

    Ok(match value {
        Value::Nothing | Value::Broken => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Integer(number) => Json::Number(Number::from_i128(*number).ok_or("is too large")?),
        Value::Float(number) => Json::Number(Number::from_f64(*number).ok_or("must be a finite number")?),
        Value::Text(text) => Json::String(text.text.to_string()),
        Value::Date => return Err(expected("what JSON can say", value)),
        Value::List(list) => list.iter().map(|node| json(&node.value)).collect::<Result<_, _>>()?,
        Value::Table(table) => {
            let entries = table.entries.iter().map(|entry| Ok((entry.key.clone(), json(&entry.node.value)?)));
            Json::Object(entries.collect::<Result<_, String>>()?)
        }
    })
}

pub(super) fn duration(value: &Value) -> Result<Duration, String> {
    const EXPECTED: &str = "a number of seconds, or text such as \"30s\", \"1m30s\" or \"250ms\"";
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
        return Err("must be a finite number of seconds, and not negative".to_owned());
    }
    bounded(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn bounded(duration: Duration) -> Result<Duration, String> {
    match duration <= FOREVER {
        true => Ok(duration),
        false => Err("must be at most 365 days".to_owned()),
    }
}

pub(super) fn choose<T: Clone>(value: &Value, words: &[(&str, T)]) -> Result<T, String> {
    let found = match value {
        Value::Text(text) => words.iter().find(|(word, _)| **word == **text.text),
        _ => None,
    };
    found.map(|(_, choice)| choice.clone()).ok_or_else(|| {
        let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        format!("must be {}", words.join(" or "))
    })
}
