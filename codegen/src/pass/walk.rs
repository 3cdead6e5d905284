//! Visits every schema of a document, in the places where OpenAPI 3.0 allows one.

use serde_json::{Map, Value};
use twilio_openapi::{Spec, escape_pointer};

use crate::Result;

type Visit<'a> = &'a mut dyn FnMut(&mut Value, &str) -> Result<()>;

/// Calls `visit` for every schema, children before parents, with its JSON pointer.
pub(crate) fn schemas(spec: &mut Spec, visit: Visit<'_>) -> Result<()> {
    let document = spec.document_mut();
    if let Some(map) = object_at(document, &["components", "schemas"]) {
        for (name, schema) in map {
            below(schema, &format!("/components/schemas/{}", escape_pointer(name)), visit)?;
        }
    }
    for section in ["parameters", "responses", "requestBodies"] {
        if let Some(map) = object_at(document, &["components", section]) {
            for (name, entry) in map {
                content(entry, &format!("/components/{section}/{}", escape_pointer(name)), visit)?;
            }
        }
    }
    for_each_operation(document, &mut |value, pointer| {
        if let Some(list) = value.get_mut("parameters").and_then(Value::as_array_mut) {
            for (index, entry) in list.iter_mut().enumerate() {
                content(entry, &format!("{pointer}/parameters/{index}"), visit)?;
            }
        }
        if let Some(body) = value.get_mut("requestBody") {
            content(body, &format!("{pointer}/requestBody"), visit)?;
        }
        if let Some(map) = value.get_mut("responses").and_then(Value::as_object_mut) {
            for (status, entry) in map {
                content(entry, &format!("{pointer}/responses/{status}"), visit)?;
            }
        }
        Ok(())
    })
}

/// Calls `visit` for every path item and every operation: both may hold parameters.
pub(crate) fn for_each_operation(document: &mut Value, visit: Visit<'_>) -> Result<()> {
    let Some(paths) = object_at(document, &["paths"]) else { return Ok(()) };
    for (path, item) in paths {
        let pointer = format!("/paths/{}", escape_pointer(path));
        for method in twilio_openapi::Method::ALL {
            if let Some(operation) = item.get_mut(method.key()) {
                visit(operation, &format!("{pointer}/{}", method.key()))?;
            }
        }
        visit(item, &pointer)?;
    }
    Ok(())
}

/// The map at a path of keys, if every step is an object.
pub(crate) fn object_at<'a>(value: &'a mut Value, keys: &[&str]) -> Option<&'a mut Map<String, Value>> {
    let mut current = value;
    for key in keys {
        current = current.get_mut(*key)?;
    }
    current.as_object_mut()
}

fn content(entry: &mut Value, pointer: &str, visit: Visit<'_>) -> Result<()> {
    if let Some(schema) = entry.get_mut("schema") {
        below(schema, &format!("{pointer}/schema"), visit)?;
    }
    if let Some(map) = entry.get_mut("content").and_then(Value::as_object_mut) {
        for (media, value) in map {
            if let Some(schema) = value.get_mut("schema") {
                let pointer = format!("{pointer}/content/{}/schema", escape_pointer(media));
                below(schema, &pointer, visit)?;
            }
        }
    }
    Ok(())
}

fn below(schema: &mut Value, pointer: &str, visit: Visit<'_>) -> Result<()> {
    if let Some(map) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in map {
            below(property, &format!("{pointer}/properties/{}", escape_pointer(name)), visit)?;
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(child) = schema.get_mut(key).filter(|child| child.is_object()) {
            below(child, &format!("{pointer}/{key}"), visit)?;
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(list) = schema.get_mut(key).and_then(Value::as_array_mut) {
            for (index, child) in list.iter_mut().enumerate() {
                below(child, &format!("{pointer}/{key}/{index}"), visit)?;
            }
        }
    }
    visit(schema, pointer)
}
