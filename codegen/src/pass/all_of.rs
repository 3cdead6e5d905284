use serde_json::{Map, Value};
use twilio_openapi::Spec;

use super::{Pass, walk};
use crate::Result;

pub(super) const PASS: Pass = Pass {
    name: "all-of",
    reason: "allOf is used for a reference with a note, and for an object that extends another; \
             both are one schema in Rust",
    apply,
};

fn apply(spec: &mut Spec) -> Result<usize> {
    let original = spec.clone();
    let mut count = 0;
    walk::schemas(spec, &mut |schema, pointer| {
        if schema.get("allOf").is_some() {
            *schema = merged(&original, schema, pointer, 0)?;
            count += 1;
        }
        Ok(())
    })?;
    Ok(count)
}

fn merged(spec: &Spec, schema: &Value, pointer: &str, depth: usize) -> Result<Value> {
    if depth > 16 {
        return Err(spec.error(pointer, "allOf goes in a circle").into());
    }
    let Some(own) = schema.as_object() else {
        return Err(spec.error(pointer, "a schema is not an object").into());
    };
    let Some(parts) = own.get("allOf") else { return Ok(schema.clone()) };
    let parts = parts.as_array().ok_or_else(|| spec.error(pointer, "allOf is not a list of schemas"))?;
    let mut rest = own.clone();
    rest.remove("allOf");
    let only_notes = rest.keys().all(|key| matches!(key.as_str(), "description" | "nullable" | "example"));
    if let ([part], true) = (parts.as_slice(), only_notes)
        && part.get("$ref").is_some()
    {
        let mut part = part.clone();
        if let (Some(part), Some(description)) = (part.as_object_mut(), rest.remove("description")) {
            part.insert("description".to_owned(), description);
        }
        return Ok(part);
    }
    let mut sum = Map::new();
    for part in parts {
        let part = merged(spec, spec.resolve(part)?, pointer, depth + 1)?;
        add(&mut sum, part);
    }
    add(&mut sum, Value::Object(rest));
    Ok(Value::Object(sum))
}

/// Adds a schema's keywords: properties and required lists are joined, everything else overrides.
pub(super) fn add(sum: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (key, value) in part {
        match (key.as_str(), sum.get_mut(&key), value) {
            ("properties", Some(Value::Object(have)), Value::Object(more)) => have.extend(more),
            ("required", Some(Value::Array(have)), Value::Array(more)) => {
                for name in more {
                    if !have.contains(&name) {
                        have.push(name);
                    }
                }
            }
            (_, _, value) => {
                sum.insert(key, value);
            }
        }
    }
}
