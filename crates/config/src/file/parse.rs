//! Parses TOML and JSON into one tree.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use toml::de::{DeString, DeTable, DeValue};

use super::problems::Lines;
use super::tree::{Entry, Node, Table, Value};

/// A syntax error. Contains nothing of the text.
pub(crate) struct SyntaxError {
    /// Line and column, from 1.
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) message: String,
}

pub(crate) fn toml(text: &str) -> Result<Table, SyntaxError> {
    match DeTable::parse(text) {
        Ok(table) => Ok(toml_table(table.into_inner())),
        Err(error) => Err(SyntaxError {
            place: error.span().and_then(|span| Lines::new(text).place(span.start)),
            message: format!("not TOML: {}", error.message()),
        }),
    }
}

fn toml_table(table: DeTable<'_>) -> Table {
    let mut entries: Vec<(usize, Entry)> = Vec::with_capacity(table.len());
    for (key, value) in table {
        let (at, start) = (key.span().start, value.span().start);
        let node = Node { place: Some(start), ..toml_value(value.into_inner()).into() };
        entries.push((at, Entry { key: owned(key.into_inner()), place: Some(at), node }));
    }
    entries.sort_by_key(|(at, _)| *at);
    Table { entries: entries.into_iter().map(|(_, entry)| entry).collect() }
}

fn toml_value(value: DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::text(owned(text)),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Float(f64::INFINITY),
        },
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => {
            let nodes = list.into_iter().map(|value| {
                let place = Some(value.span().start);
                Node { place, ..toml_value(value.into_inner()).into() }
            });
            Value::List(nodes.collect())
        }
        DeValue::Table(table) => Value::Table(toml_table(table)),
    }
}

/// Moves a string that the parser had to copy, so that no copy stays behind.
fn owned(text: DeString<'_>) -> String {
    match text {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

pub(crate) fn json(text: &str) -> Result<Table, SyntaxError> {
    let syntax_error = |e: serde_json::Error| {
        let place = (e.line() > 0).then(|| (e.line(), e.column().max(1)));
        let message = e.to_string();
        // The location is printed in front already.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        SyntaxError { place, message: format!("not JSON: {message}") }
    };
    match serde_json::from_str::<Json>(text).map_err(syntax_error)?.0 {
        Value::Table(table) => Ok(table),
        other => {
            let message = format!("the root must be an object, not {}", other.kind());
            Err(SyntaxError { place: None, message })
        }
    }
}

struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tree;

        impl<'de> Visitor<'de> for Tree {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json(Value::Nothing))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
                Ok(Json(Value::Flag(flag)))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(Json(Value::Integer(number.into())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(Json(Value::Integer(number.into())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
                Ok(Json(Value::Float(number)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json(Value::text(text)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut nodes = Vec::new();
                while let Some(Json(value)) = list.next_element()? {
                    nodes.push(value.into());
                }
                Ok(Json(Value::List(nodes)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let (mut table, mut keys) = (Table::default(), HashSet::new());
                while let Some(key) = map.next_key::<String>()? {
                    // serde_json passes numbers like this if another crate enables its `arbitrary_precision`.
                    if key == "$serde_json::private::Number" {
                        return Ok(Json(number(&map.next_value::<String>()?)));
                    }
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom("duplicate key"));
                    }
                    let Json(value) = map.next_value()?;
                    table.entries.push(Entry { key, place: None, node: value.into() });
                }
                Ok(Json(Value::Table(table)))
            }
        }

        deserializer.deserialize_any(Tree)
    }
}

fn number(text: &str) -> Value {
    match text.parse() {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::Float(text.parse().unwrap_or(f64::NAN)),
    }
}
