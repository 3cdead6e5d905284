//! Turns one of Twilio's OpenAPI files into the facts that this repository keeps: everything a program can
//! act on stays, and what only a reader needs (descriptions, summaries, examples, contacts) goes, together
//! with the CORS headers and the annotations for Twilio's Java generator.
//!
//! The walk follows the structure of OpenAPI, so that a keyword is told from a name: the keyword
//! `description` of a schema goes, a property that is called `description` stays.

use serde_json::{Map, Value};

/// The facts of a document. Applied to its own result it changes nothing.
pub fn distil(document: &Value) -> Value {
    walk(Position::Document, document)
}

/// The text form that `specs/` holds: compact JSON, keys sorted, one newline at the end.
pub fn to_text(document: &Value) -> String {
    let mut text = sorted(document).to_string();
    text.push('\n');
    text
}

/// A place in a document, which decides what its keys mean.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    Document,
    Info,
    Server,
    ServerVariable,
    PathItem,
    Operation,
    Callback,
    Parameter,
    Body,
    Response,
    Media,
    Encoding,
    Link,
    Schema,
    Components,
    SecurityScheme,
    Maturity,
    Twilio,
}

/// What becomes of the value of a keyword.
enum Child {
    Drop,
    /// A fact as it stands.
    Keep,
    /// An object of that kind, or a list of them.
    At(Position),
    /// Names to objects of that kind.
    Names(Position),
    /// Names to headers, those of CORS left out.
    Headers,
}

fn child(position: Position, key: &str) -> Child {
    use Child::{At, Drop, Headers, Keep, Names};
    use Position as P;
    if position != P::Callback && position != P::Twilio && is_noise(key) {
        return Drop;
    }
    match (position, key) {
        (P::Callback, _) => At(P::PathItem),
        (P::Twilio, "shortDescription") => Drop,
        (P::Twilio, _) => Keep,
        (_, "description") => Drop,
        (_, "x-twilio") => At(P::Twilio),
        (_, "x-maturity") => At(P::Maturity),

        (P::Document, "info") => At(P::Info),
        (P::Document | P::PathItem | P::Operation, "servers") => At(P::Server),
        (P::Document, "paths") => Names(P::PathItem),
        (P::Document, "components") => At(P::Components),
        (P::Document, "tags") => Drop,

        (P::Info, "title") => Keep,
        (P::Info, "summary" | "contact" | "license" | "termsOfService") => Drop,

        (P::Server, "variables") => Names(P::ServerVariable),

        (P::PathItem | P::Operation, "summary") => Drop,
        (P::PathItem | P::Operation, "parameters") => At(P::Parameter),
        (P::PathItem, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace") => {
            At(P::Operation)
        }

        (P::Operation, "requestBody") => At(P::Body),
        (P::Operation, "responses") => Names(P::Response),
        (P::Operation, "callbacks") => Names(P::Callback),

        (P::Parameter | P::Media, "schema") => At(P::Schema),
        (P::Parameter | P::Body | P::Response, "content") => Names(P::Media),
        (P::Parameter | P::Media | P::Schema, "example" | "examples") => Drop,
        (P::Media, "encoding") => Names(P::Encoding),
        (P::Encoding, "headers") => Names(P::Parameter),

        (P::Response | P::Components, "headers") => Headers,
        (P::Response, "links") => Names(P::Link),
        (P::Link, "server") => At(P::Server),

        (P::Schema, "title") => Drop,
        (P::Schema, "properties" | "patternProperties" | "dependentSchemas" | "definitions" | "$defs") => {
            Names(P::Schema)
        }
        (
            P::Schema,
            "items"
            | "prefixItems"
            | "additionalProperties"
            | "propertyNames"
            | "contains"
            | "oneOf"
            | "anyOf"
            | "allOf"
            | "not"
            | "if"
            | "then"
            | "else",
        ) => At(P::Schema),

        (P::Components, "schemas") => Names(P::Schema),
        (P::Components, "parameters") => Names(P::Parameter),
        (P::Components, "responses") => Names(P::Response),
        (P::Components, "requestBodies") => Names(P::Body),
        (P::Components, "securitySchemes") => Names(P::SecurityScheme),
        (P::Components, "links") => Names(P::Link),
        (P::Components, "callbacks") => Names(P::Callback),
        (P::Components, "examples") => Drop,
        _ => Keep,
    }
}

/// Keywords that say nothing about the interface, wherever a keyword may stand.
fn is_noise(key: &str) -> bool {
    key == "externalDocs" || key == "x-jvm-type" || (key.starts_with("x-") && key.ends_with("-annotation"))
}

fn is_cors(header: &str) -> bool {
    header.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("access-control-"))
}

fn walk(position: Position, value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|entry| walk(position, entry)).collect(),
        Value::Object(map) => Value::Object(walk_object(position, map)),
        scalar => scalar.clone(),
    }
}

fn walk_object(position: Position, map: &Map<String, Value>) -> Map<String, Value> {
    let mut facts = Map::new();
    for (key, value) in map {
        let kept = match child(position, key) {
            Child::Drop => continue,
            Child::Keep => value.clone(),
            Child::At(inner) => walk(inner, value),
            Child::Names(inner) => names(value, |_| true, inner),
            Child::Headers => names(value, |name| !is_cors(name), Position::Parameter),
        };
        let emptied = matches!(key.as_str(), "headers" | "x-twilio") && is_empty(&kept) && !is_empty(value);
        if !emptied {
            facts.insert(key.clone(), kept);
        }
    }
    facts
}

fn names(value: &Value, keep: impl Fn(&str) -> bool, position: Position) -> Value {
    let Value::Object(map) = value else { return value.clone() };
    map.iter()
        .filter(|(name, _)| keep(name))
        .map(|(name, value)| (name.clone(), walk(position, value)))
        .collect()
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// Sorted here and not left to `serde_json`, whose order depends on the features of the whole build.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect()
        }
        scalar => scalar.clone(),
    }
}
