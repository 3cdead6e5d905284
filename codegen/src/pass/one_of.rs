use serde_json::{Map, Value, json};
use twilio_openapi::Spec;

use super::{Pass, walk};
use crate::Result;

pub(super) const PASS: Pass = Pass {
    name: "one-of",
    reason: "a choice of objects becomes one object with the fields of all, so that no variant and no \
             unknown future variant can fail a response; null in a choice or a type says that a value may be \
             missing; an enum stays one beside free strings; any other choice is free JSON",
    apply,
};

fn apply(spec: &mut Spec) -> Result<usize> {
    let original = spec.clone();
    let mut count = 0;
    walk::schemas(spec, &mut |schema, pointer| {
        count += usize::from(without_null(schema));
        if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
            *schema = united(&original, schema, pointer, 0)?;
            count += 1;
        }
        Ok(())
    })?;
    Ok(count)
}

fn united(spec: &Spec, schema: &Value, pointer: &str, depth: usize) -> Result<Value> {
    if depth > 16 {
        return Err(spec.error(pointer, "oneOf goes in a circle").into());
    }
    let schema = spec.resolve(schema)?;
    let Some(variants) = schema.get("oneOf").or_else(|| schema.get("anyOf")) else {
        return Ok(schema.clone());
    };
    let variants = variants
        .as_array()
        .filter(|list| !list.is_empty())
        .ok_or_else(|| spec.error(pointer, "oneOf is not a list of schemas"))?;
    if let Some(scalar) = scalar(spec, schema, variants, pointer, depth)? {
        return Ok(scalar);
    }
    let nullable = variants.iter().any(is_null);
    let variants = variants.iter().filter(|variant| !is_null(variant));
    let mut properties = Map::new();
    if let Some(own) = schema.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
    let mut required: Option<Vec<Value>> = None;
    for variant in variants {
        let variant = united(spec, variant, pointer, depth + 1)?;
        let Some(fields) = variant.get("properties").and_then(Value::as_object) else {
            return Ok(json!({ "description": schema.get("description") }));
        };
        for (name, field) in fields {
            match properties.get_mut(name) {
                None => {
                    properties.insert(name.clone(), field.clone());
                }
                Some(have) if same_type(have, field) => widen(have, field),
                Some(have) => *have = json!({}),
            }
        }
        let names = variant.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        required = Some(match required {
            None => names,
            Some(have) => have.into_iter().filter(|name| names.contains(name)).collect(),
        });
    }
    let mut sum = json!({
        "type": "object",
        "properties": properties,
        "required": required.unwrap_or_default(),
    });
    if let (Some(sum), Some(description)) = (sum.as_object_mut(), schema.get("description")) {
        sum.insert("description".to_owned(), description.clone());
    }
    if let Some(sum) = sum.as_object_mut().filter(|_| nullable) {
        sum.insert("nullable".to_owned(), true.into());
    }
    Ok(sum)
}

/// `type: ["string", "null"]`, the way of OpenAPI 3.1, is `nullable` in 3.0.
fn without_null(schema: &mut Value) -> bool {
    let Some(map) = schema.as_object_mut() else { return false };
    let Some(words) = map.get("type").and_then(Value::as_array) else { return false };
    let word = words.iter().find(|word| *word != "null").cloned();
    match word {
        Some(word) => map.insert("type".to_owned(), word),
        None => map.remove("type"),
    };
    map.insert("nullable".to_owned(), true.into());
    true
}

/// A variant that only says that there may be no value.
fn is_null(variant: &Value) -> bool {
    variant.get("type").is_some_and(|word| word == "null")
        || variant.get("enum").and_then(Value::as_array).is_some_and(|values| values == &[Value::Null])
}

/// The choice between one schema and null, or between an enum and free strings: one schema.
fn scalar(
    spec: &Spec,
    schema: &Value,
    variants: &[Value],
    pointer: &str,
    depth: usize,
) -> Result<Option<Value>> {
    let own = schema.as_object().filter(|map| !map.contains_key("properties"));
    let (Some(own), nulls) = (own, variants.iter().filter(|variant| is_null(variant)).count()) else {
        return Ok(None);
    };
    let rest: Vec<&Value> = variants.iter().filter(|variant| !is_null(variant)).collect();
    let mut one = match &*rest {
        [only] if nulls > 0 => (*only).clone(),
        _ => match one_enum(spec, &rest, pointer, depth)? {
            Some(one) => one,
            None => return Ok(None),
        },
    };
    if let Some(one) = one.as_object_mut() {
        let notes = own.iter().filter(|(key, _)| !matches!(key.as_str(), "oneOf" | "anyOf" | "type"));
        one.extend(notes.map(|(key, value)| (key.clone(), value.clone())));
        if nulls > 0 {
            one.insert("nullable".to_owned(), true.into());
        }
    }
    Ok(Some(one))
}

/// The enum of a choice of strings; an open enum keeps every other string.
fn one_enum(spec: &Spec, variants: &[&Value], pointer: &str, depth: usize) -> Result<Option<Value>> {
    let mut enums = Vec::new();
    for variant in variants {
        let whole = united(spec, variant, pointer, depth + 1)?;
        let is_string =
            whole.get("type").is_some_and(|word| word == "string") && whole.get("format").is_none();
        match whole.get("enum").and_then(Value::as_array) {
            Some(values) if values.iter().all(|value| value.is_string() || value.is_null()) => {
                enums.push((*variant, values.clone()));
            }
            None if is_string => {}
            _ => return Ok(None),
        }
    }
    Ok(match &*enums {
        [] => None,
        [(only, _)] => Some((*only).clone()),
        many => {
            let mut values: Vec<&Value> = Vec::new();
            for value in many.iter().flat_map(|(_, values)| values) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Some(json!({ "type": "string", "enum": values }))
        }
    })
}

fn same_type(a: &Value, b: &Value) -> bool {
    ["type", "$ref", "format", "properties", "items"].iter().all(|key| a.get(key) == b.get(key))
}

/// The union allows what any variant allows.
const CONSTRAINTS: &[&str] = &[
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
];

/// A discriminator is an enum of one value in each variant: together they are one enum.
fn widen(have: &mut Value, more: &Value) {
    if let Some(have) = have.as_object_mut() {
        have.retain(|key, value| !CONSTRAINTS.contains(&key.as_str()) || more.get(key) == Some(value));
    }
    let more = more.get("enum").and_then(Value::as_array).cloned();
    match (have.get_mut("enum").and_then(Value::as_array_mut), more) {
        (Some(values), Some(more)) => {
            for value in more {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        (Some(_), None) => {
            if let Some(have) = have.as_object_mut() {
                have.remove("enum");
            }
        }
        (None, _) => {}
    }
}
