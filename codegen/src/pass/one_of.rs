use serde_json::{Map, Value, json};
use twilio_openapi::Spec;

use super::{Pass, walk};
use crate::Result;

pub(super) const PASS: Pass = Pass {
    name: "one-of",
    reason: "a choice of objects becomes one object with the fields of all, so that no variant and no \
             unknown future variant can fail a response; any other choice is free JSON",
    apply,
};

fn apply(spec: &mut Spec) -> Result<usize> {
    let original = spec.clone();
    let mut count = 0;
    walk::schemas(spec, &mut |schema, pointer| {
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
    Ok(sum)
}

fn same_type(a: &Value, b: &Value) -> bool {
    ["type", "$ref", "format", "properties", "items"].iter().all(|key| a.get(key) == b.get(key))
}

/// What one variant refuses and another allows, the union allows.
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
