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
    if let Some(reference) = annotated(spec, parts, &rest)? {
        return Ok(reference);
    }
    let mut sum = Map::new();
    for part in parts {
        let part = merged(spec, spec.resolve(part)?, pointer, depth + 1)?;
        add(&mut sum, part);
    }
    add(&mut sum, Value::Object(rest));
    Ok(Value::Object(sum))
}

/// One reference and nothing beside it that changes its type: that reference with the notes.
fn annotated(spec: &Spec, parts: &[Value], rest: &Map<String, Value>) -> Result<Option<Value>> {
    let (references, notes): (Vec<&Value>, Vec<&Value>) = parts.iter().partition(|p| p.get("$ref").is_some());
    let ([reference], Some(mut sum)) =
        (&*references, references.first().and_then(|r| r.as_object()).cloned())
    else {
        return Ok(None);
    };
    let target = spec.resolve(reference)?;
    for note in notes.iter().filter_map(|note| note.as_object()).chain([rest]) {
        if !note.iter().all(|(key, value)| is_note(key) || says_no_more(target, key, value)) {
            return Ok(None);
        }
        let kept = note.iter().filter(|(key, _)| is_note(key));
        sum.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(Some(Value::Object(sum)))
}

/// Whether a keyword says something of a value without changing its type.
fn is_note(key: &str) -> bool {
    key.starts_with("x-")
        || matches!(
            key,
            "default"
                | "deprecated"
                | "description"
                | "example"
                | "examples"
                | "externalDocs"
                | "nullable"
                | "readOnly"
                | "title"
                | "writeOnly"
        )
}

/// Whether the target says the same, or allows more values of an enum: an open enum holds those as well.
fn says_no_more(target: &Value, key: &str, value: &Value) -> bool {
    let allowed = |key: &str| target.get(key).and_then(Value::as_array);
    target.get(key) == Some(value)
        || (key == "enum" && {
            let (all, some) = (allowed(key), value.as_array());
            all.zip(some).is_some_and(|(all, some)| some.iter().all(|value| all.contains(value)))
        })
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
