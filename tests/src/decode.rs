//! Compares a typed response with the response received.
//!
//! A typed response has two forms: all of it, which must equal the response, and what its fields read, which
//! must hold every value that the types can hold. The second is what a decoder fails that reads nothing.

mod whole;

use serde_json::Value;
use twilio_codegen::analyze::{Api, Output, Type};

use crate::json::{Json, same_number};

/// Returns the differences between a response and its typed form.
pub fn differences(api: &Api, output: &Output, answer: &Json, json: &Value, known: &Value) -> Vec<String> {
    let mut compare = Compare { api, found: Vec::new() };
    let (mut json, known) = (Json::from(json), Json::from(known));
    match output {
        Output::Empty => return Vec::new(),
        Output::Value(ty) => compare.typed(ty, answer, &known, "known"),
        Output::Page { key, item, .. } => {
            compare.page(key, item, answer, &known);
            // A page without items is written with an empty list, whether the answer had one or none.
            if let (None, Json::Object(map)) = (answer.get(key), &mut json) {
                map.retain(|name, value| name != key || *value != Json::List(Vec::new()));
            }
        }
    }
    whole::compare(answer, &json, "json", &mut compare.found);
    compare.found
}

struct Compare<'a> {
    api: &'a Api,
    found: Vec<String>,
}

impl Compare<'_> {
    fn differ(&mut self, path: &str, answer: &Json, known: &Json) {
        self.found.push(format!("{path}: the answer has {answer}, the typed field {known}"));
    }

    /// The items stand under the name that the specification gives, or else the answer itself.
    fn page(&mut self, key: &str, item: &Type, answer: &Json, known: &Json) {
        let named = answer.get("meta").and_then(|meta| meta.get("key")).and_then(Json::as_text);
        let is_list = |key: &&str| matches!(answer.get(key), Some(Json::List(_)));
        let found = [Some(key), named].into_iter().flatten().find(is_list);
        let ty = Type::List(Box::new(item.clone()));
        match found.and_then(|key| Some((key, answer.get(key)?))) {
            Some((key, items)) => {
                self.typed(&ty, items, known.get(key).unwrap_or(&Json::Null), &format!("known.{key}"));
            }
            None if matches!(known.get(key), None | Some(Json::List(_))) => {}
            None => self.differ(&format!("known.{key}"), &Json::Null, known),
        }
    }

    /// A value that its type can hold must be there; one that it cannot hold may be absent.
    fn typed(&mut self, ty: &Type, answer: &Json, known: &Json, path: &str) {
        if !readable(ty, answer) {
            return;
        }
        match (ty, answer, known) {
            (Type::Secret(inner), ..) => self.typed(inner, answer, known, path),
            (Type::Model(name), Json::Object(map), Json::Object(fields)) => {
                let Some(model) = self.api.models.get(name) else {
                    self.found.push(format!("{path}: there is no type {name}"));
                    return;
                };
                for field in model.fields.values() {
                    let Some(value) = map.get(&field.wire) else { continue };
                    let known = fields.get(&field.wire).unwrap_or(&Json::Null);
                    self.typed(&field.ty, value, known, &format!("{path}.{}", field.wire));
                }
                if let Some(name) = fields.keys().find(|name| !map.contains_key(*name)) {
                    self.found.push(format!("{path}.{name}: the answer does not have it"));
                }
            }
            (Type::List(item), Json::List(list), Json::List(items)) => self.list(item, list, items, path),
            (Type::Map(ty), Json::Object(map), Json::Object(fields)) => {
                for (name, value) in map {
                    let known = fields.get(name).unwrap_or(&Json::Null);
                    self.typed(ty, value, known, &format!("{path}.{name}"));
                }
            }
            (Type::Json, ..) => whole::compare(answer, known, path, &mut self.found),
            _ if same_scalar(ty, answer, known) => {}
            _ => self.differ(path, answer, known),
        }
    }

    /// Elements that the type cannot hold are left out, except objects, which are there without fields.
    fn list(&mut self, item: &Type, list: &[Json], items: &[Json], path: &str) {
        let mut items = items.iter();
        for (at, element) in list.iter().enumerate() {
            let path = format!("{path}[{at}]");
            if readable(item, element) || matches!(item, Type::Model(_) | Type::Json) {
                let known = items.next().unwrap_or(&Json::Null);
                self.typed(item, element, known, &path);
            }
        }
        if items.next().is_some() {
            self.found.push(format!("{path}: there are more elements than in the answer"));
        }
    }
}

/// Whether a type can hold a value, so that its field must have it.
fn readable(ty: &Type, answer: &Json) -> bool {
    if *answer == Json::Null {
        return false;
    }
    let scalar = matches!(answer, Json::Text(_) | Json::Number(_) | Json::Bool(_));
    match ty {
        Type::Text | Type::Date | Type::Timestamp | Type::Sid(_) | Type::HttpMethod | Type::Enum(_) => scalar,
        Type::Secret(inner) if **inner == Type::Json => true,
        // Nothing but text is taken for a credential.
        Type::Secret(_) => matches!(answer, Json::Text(_)),
        Type::Decimal => matches!(answer, Json::Text(_) | Json::Number(_)),
        Type::Integer => match answer {
            Json::Text(text) => text.trim().parse::<i64>().is_ok(),
            Json::Number(text) => whole_number(text).is_some(),
            _ => false,
        },
        Type::Boolean => match answer {
            Json::Text(text) => matches!(text.as_str(), "true" | "false" | "True" | "False"),
            _ => matches!(answer, Json::Bool(_)),
        },
        Type::Json => true,
        Type::Model(_) | Type::Map(_) => matches!(answer, Json::Object(_)),
        Type::List(_) => matches!(answer, Json::List(_)),
    }
}

/// An integer, also one that is written with a fraction of zero, as far as a double names one integer.
fn whole_number(text: &str) -> Option<i64> {
    let whole =
        |double: f64| (double.fract() == 0.0 && double.abs() < 2f64.powi(53)).then_some(double as i64);
    text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
}

fn same_scalar(ty: &Type, answer: &Json, known: &Json) -> bool {
    match (ty, answer, known) {
        (Type::Integer, Json::Text(text), Json::Number(number)) => same_number(text.trim(), number),
        (Type::Integer, Json::Number(text), Json::Number(number)) => same_number(text, number),
        (Type::Decimal, Json::Text(text), Json::Text(known)) => text == known,
        (Type::Decimal, Json::Number(text), Json::Number(known) | Json::Text(known)) => {
            same_number(text, known)
        }
        (Type::Boolean, Json::Bool(flag), Json::Bool(known)) => flag == known,
        (Type::Boolean, Json::Text(text), Json::Bool(known)) => text.eq_ignore_ascii_case(&known.to_string()),
        (Type::Integer | Type::Decimal | Type::Boolean, ..) => false,
        (_, Json::Text(text), Json::Text(known)) => text == known,
        (_, Json::Bool(flag), Json::Text(known)) => flag.to_string() == *known,
        // The digits of a number that stands for text are those that a double holds.
        (_, Json::Number(text), Json::Text(known)) => crate::json::same_double(text, known),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
