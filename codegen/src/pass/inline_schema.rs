use std::collections::HashMap;

use serde_json::{Map, Value, json};
use twilio_openapi::Spec;

use super::{Pass, list_envelope, walk};
use crate::Result;

pub(super) const PASS: Pass = Pass {
    name: "inline-schema",
    reason: "objects and enums written in place have no name; each becomes a component, and equal ones \
             under the same property become one",
    apply,
};

/// Separates the parts of a hoisted component's name: parent and property.
pub(crate) const SEPARATOR: char = '|';

/// The components made so far, by content and property.
struct Hoist {
    components: Map<String, Value>,
    known: HashMap<(String, String), String>,
    count: usize,
}

fn apply(spec: &mut Spec) -> Result<usize> {
    let components = walk::object_at(spec.document_mut(), &["components", "schemas"])
        .map(std::mem::take)
        .unwrap_or_default();
    let mut hoist = Hoist { components: Map::new(), known: HashMap::new(), count: 0 };
    for (name, schema) in &components {
        hoist.known.insert((content(schema), String::new()), name.clone());
    }
    for (name, mut schema) in components {
        hoist.children(&mut schema, &name);
        hoist.components.insert(name, schema);
    }
    walk::for_each_operation(spec.document_mut(), &mut |value, _| {
        let id = value.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        hoist.operation(value, &id);
        Ok(())
    })?;
    if let Some(parameters) = walk::object_at(spec.document_mut(), &["components", "parameters"]) {
        for (name, parameter) in parameters {
            if let Some(schema) = parameter.get_mut("schema") {
                hoist.one(schema, "", name);
            }
        }
    }
    let Hoist { components, count, .. } = hoist;
    if let Some(document) = spec.document_mut().as_object_mut() {
        let holder = document.entry("components").or_insert_with(|| json!({}));
        if let Some(holder) = holder.as_object_mut() {
            holder.insert("schemas".to_owned(), Value::Object(components));
        }
    }
    Ok(count)
}

impl Hoist {
    fn operation(&mut self, value: &mut Value, id: &str) {
        if let Some(list) = value.get_mut("parameters").and_then(Value::as_array_mut) {
            for parameter in list {
                let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                if let Some(schema) = parameter.get_mut("schema") {
                    self.one(schema, id, &name);
                }
            }
        }
        let contents = |value: &mut Value| -> Vec<Value> {
            let map = walk::object_at(value, &["content"]);
            map.map(|map| map.values_mut().filter_map(|m| m.get_mut("schema").map(Value::take)).collect())
                .unwrap_or_default()
        };
        let put = |value: &mut Value, schemas: Vec<Value>| {
            let map = walk::object_at(value, &["content"]);
            let places = map.into_iter().flat_map(|map| map.values_mut().filter_map(|m| m.get_mut("schema")));
            for (place, schema) in places.zip(schemas) {
                *place = schema;
            }
        };
        if let Some(body) = value.get_mut("requestBody") {
            let mut schemas = contents(body);
            for schema in &mut schemas {
                // The fields of a body are the call's own arguments and setters, so it needs no type.
                if schema.get("properties").is_some() {
                    self.children(schema, id);
                } else {
                    self.one(schema, id, "Body");
                }
            }
            put(body, schemas);
        }
        if let Some(responses) = value.get_mut("responses").and_then(Value::as_object_mut) {
            for (status, response) in responses {
                let mut schemas = contents(response);
                if status.starts_with(['2', '3']) {
                    for schema in &mut schemas {
                        if schema.get(list_envelope::MARK).is_some() {
                            if let Some(items) = schema.get_mut("items") {
                                self.one(items, id, "Item");
                            }
                        } else {
                            self.one(schema, id, "Response");
                        }
                    }
                }
                put(response, schemas);
            }
        }
    }

    /// Hoists what is below a schema that itself stays where it is.
    fn children(&mut self, schema: &mut Value, parent: &str) {
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for (name, property) in properties {
                self.one(property, parent, name);
            }
        }
        for key in ["items", "additionalProperties"] {
            if let Some(child) = schema.get_mut(key).filter(|child| child.is_object()) {
                self.one(child, parent, "Item");
            }
        }
    }

    /// Hoists a schema, or what is below it when it is a list or a map.
    fn one(&mut self, schema: &mut Value, parent: &str, property: &str) {
        if let Some(items) = schema.get_mut("items") {
            return self.one(items, parent, property);
        }
        let is_object =
            schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
        let is_enum = schema.get("enum").is_some();
        if !is_object && !is_enum {
            if let Some(values) = schema.get_mut("additionalProperties").filter(|v| v.is_object()) {
                self.one(values, parent, property);
            }
            return;
        }
        self.count += 1;
        let text = content(schema);
        let same = [property, ""].into_iter().find_map(|property| {
            // An enum of another property may have the same values by chance.
            if property.is_empty() && is_enum {
                return None;
            }
            self.known.get(&(text.clone(), property.to_owned()))
        });
        let name = match same {
            Some(name) => name.clone(),
            None => {
                let name = format!("{parent}{SEPARATOR}{property}");
                self.known.insert((text, property.to_owned()), name.clone());
                let mut hoisted = schema.take();
                self.children(&mut hoisted, &name);
                self.components.insert(name.clone(), hoisted);
                name
            }
        };
        let description = schema.get("description").cloned();
        *schema =
            json!({ "$ref": format!("#/components/schemas/{}", twilio_openapi::escape_pointer(&name)) });
        if let (Some(map), Some(description)) = (schema.as_object_mut(), description) {
            map.insert("description".to_owned(), description);
        }
    }
}

/// Keywords that do not tell two schemas apart; the annotations are for Twilio's own generators.
fn is_prose(key: &str) -> bool {
    matches!(key, "description" | "example" | "title" | "externalDocs" | "x-jvm-type")
        || (key.starts_with("x-") && key.ends_with("-annotation"))
}

/// A schema's text without its prose, to compare contents.
fn content(schema: &Value) -> String {
    fn strip(value: &Value, names: bool) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.iter()
                    .filter(|(key, _)| names || !is_prose(key))
                    .map(|(key, value)| (key.clone(), strip(value, key == "properties" && !names)))
                    .collect(),
            ),
            Value::Array(list) => Value::Array(list.iter().map(|value| strip(value, false)).collect()),
            other => other.clone(),
        }
    }
    strip(schema, false).to_string()
}
