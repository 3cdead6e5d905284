//! Redacted JSON.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::names::Class;
use super::{PERSONAL, REDACTED, RedactionScope};

impl RedactionScope<'_> {
    /// Appends a value. Stops after `enough` bytes, because the caller cuts the rest off.
    pub(super) fn json(&self, value: &Value, depth: usize, enough: usize, out: &mut String) {
        match value {
            Value::Object(map) => self.object(map, depth, enough, out),
            Value::Array(list) => {
                out.push('[');
                for (index, item) in list.iter().enumerate() {
                    if out.len() > enough {
                        return;
                    }
                    if index > 0 {
                        out.push(',');
                    }
                    self.json(item, depth, enough, out);
                }
                out.push(']');
            }
            Value::String(text) => quoted(&self.string_at(text, depth), out),
            Value::Number(number) => {
                let digits = number.to_string();
                // A phone number may come as a number.
                let phone = digits.len() >= 10 && digits.bytes().all(|b| b.is_ascii_digit());
                if phone && !self.redactor.personal { quoted(PERSONAL, out) } else { out.push_str(&digits) }
            }
            Value::Bool(_) | Value::Null => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{value}");
            }
        }
    }

    fn object(&self, map: &Map<String, Value>, depth: usize, enough: usize, out: &mut String) {
        let names_secret = |(name, value): (&String, &Value)| {
            is_name_of(name) && value.as_str().is_some_and(|named| self.class(named) == Class::Secret)
        };
        let pair = map.iter().any(names_secret);
        out.push('{');
        for (index, (name, value)) in map.iter().enumerate() {
            if out.len() > enough {
                return;
            }
            if index > 0 {
                out.push(',');
            }
            quoted(&self.string_at(name, depth), out);
            out.push(':');
            match self.class(name) {
                _ if value.is_null() => out.push_str("null"),
                Class::Secret => quoted(REDACTED, out),
                Class::Code if value.is_string() => quoted(REDACTED, out),
                _ if pair && is_value(name) => quoted(REDACTED, out),
                Class::Personal => quoted(PERSONAL, out),
                Class::Code | Class::Plain => self.json(value, depth, enough, out),
            }
        }
        out.push('}');
    }
}

/// Returns whether a field holds the name of another field's value: `{"key": "PASSWORD", "value": ".."}`.
pub(super) fn is_name_of(name: &str) -> bool {
    ["key", "name", "path", "field", "variable"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns whether a field holds the value that another field names.
pub(super) fn is_value(name: &str) -> bool {
    ["value", "values", "content", "data"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Appends a JSON string.
pub(super) fn quoted(text: &str, out: &mut String) {
    let _ = write!(out, "{}", Value::from(text));
}
