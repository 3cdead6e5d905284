mod security;
mod style;
mod understood;

pub(crate) use understood::{is_json, understood};

use serde_json::Value;
use twilio_openapi::{Spec, escape_pointer};

use crate::error::unsupported;
use crate::pass::walk;
use crate::{Error, Result};

/// Deeper than this no specification nests, and recursion over it stays far from the stack's end.
const MAX_DEPTH: usize = 200;

/// Checks that every `$ref` leads to something in the same document, and how deep that document is.
pub(crate) fn references(spec: &Spec) -> Result<()> {
    below(spec, spec.document(), "", 0)
}

/// Checks the keywords of every schema on which later stages rely.
pub(crate) fn shapes(spec: &mut Spec) -> Result<()> {
    let name = spec.name().to_owned();
    walk::schemas(spec, &mut |schema, pointer| {
        shape(schema).map_err(|(key, message)| unsupported(&name, &format!("{pointer}{key}"), message))
    })
}

fn below(spec: &Spec, value: &Value, pointer: &str, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(unsupported(spec.name(), pointer, "the document is nested too deeply"));
    }
    match value {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .try_for_each(|(index, child)| below(spec, child, &format!("{pointer}/{index}"), depth + 1)),
        Value::Object(map) => {
            if map.contains_key("$ref") && !holds_names(pointer) {
                spec.resolve(value).map_err(|e| match e {
                    twilio_openapi::Error::Shape { message, .. } => {
                        let target = &map["$ref"];
                        unsupported(spec.name(), pointer, format!("{message} ({target})"))
                    }
                    other => Error::from(other),
                })?;
            }
            map.iter().filter(|(key, _)| !is_data(key)).try_for_each(|(key, child)| {
                below(spec, child, &format!("{pointer}/{}", escape_pointer(key)), depth + 1)
            })
        }
        _ => Ok(()),
    }
}

/// Whether the keys of the object at that place are names, for which `$ref` is as good as any.
fn holds_names(pointer: &str) -> bool {
    let key = pointer.rsplit('/').next().unwrap_or_default();
    matches!(
        key,
        "paths" | "properties" | "schemas" | "parameters" | "responses" | "requestBodies" | "content"
    )
}

/// Keywords whose values are sample data, in which `$ref` means nothing.
fn is_data(key: &str) -> bool {
    matches!(key, "example" | "examples" | "default" | "enum") || key.starts_with("x-")
}

/// A keyword, what is said where its value is not right, and what right is.
type Rule = (&'static str, &'static str, fn(&Value) -> bool);

const RULES: &[Rule] = &[
    ("type", "`type` is not one word, or one and `null`", is_type),
    ("format", "`format` is not text", Value::is_string),
    ("pattern", "`pattern` is not text", Value::is_string),
    ("properties", "`properties` is not an object of schemas", Value::is_object),
    ("required", "`required` is not a list of names", |value| is_list_of(value, Value::is_string)),
    ("enum", "`enum` is not a list of values", Value::is_array),
    ("items", "`items` is not a schema", Value::is_object),
    ("additionalProperties", "`additionalProperties` is not a schema", |value| {
        value.is_object() || value.is_boolean()
    }),
    ("allOf", "`allOf` is not a list of schemas", is_schemas),
    ("oneOf", "`oneOf` is not a list of schemas", is_schemas),
    ("anyOf", "`anyOf` is not a list of schemas", is_schemas),
];

fn is_list_of(value: &Value, right: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(right))
}

fn is_type(value: &Value) -> bool {
    let words = value.as_array().filter(|words| words.iter().all(Value::is_string));
    value.is_string() || words.is_some_and(|words| words.iter().filter(|word| *word != "null").count() == 1)
}

fn is_schemas(value: &Value) -> bool {
    value != &Value::Array(Vec::new()) && is_list_of(value, Value::is_object)
}

/// What is wrong with a schema's own keywords: the place below the schema, and the words.
fn shape(schema: &Value) -> std::result::Result<(), (String, &'static str)> {
    let Some(map) = schema.as_object() else { return Err((String::new(), "a schema is not an object")) };
    let broken = RULES.iter().find(|(key, _, right)| map.get(*key).is_some_and(|value| !right(value)));
    broken.map_or(Ok(()), |(key, message, _)| Err((format!("/{key}"), message)))
}
