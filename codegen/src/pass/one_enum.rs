use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use twilio_openapi::{Spec, escape_pointer};

use super::{Pass, SECRET, SEPARATOR, list_envelope, walk};
use crate::Result;

pub(super) const PASS: Pass = Pass {
    name: "one-enum",
    reason: "a property of a resource is an enum in requests and a free string in responses, or the reverse, or \
             two enums with common values; an open enum keeps every string, so that one serves both sides",
    apply,
};

const SCHEMAS: &str = "#/components/schemas/";

/// A property of a resource: its name without case and signs, and whether it is a list.
type Property = (String, bool);

/// What one resource says of a property, in all its operations.
#[derive(Default)]
struct Uses {
    /// The components that are enums.
    enums: BTreeSet<String>,
    /// The schemas that are free strings.
    strings: BTreeSet<String>,
}

/// What the operations on one path and below its last parameter share.
#[derive(Default)]
struct Resource {
    /// The last words of the components that its responses are.
    names: BTreeSet<String>,
    properties: BTreeMap<Property, Uses>,
}

fn apply(spec: &mut Spec) -> Result<usize> {
    let resources = resources(spec.document());
    let merged = merged(spec.document(), &resources);
    let typed = typed(&resources, &merged);
    let count = merged.len() + typed.len();
    for (pointer, component) in typed {
        if let Some(map) = spec.document_mut().pointer_mut(&pointer).and_then(Value::as_object_mut) {
            map.remove("type");
            map.insert("$ref".to_owned(), format!("{SCHEMAS}{}", escape_pointer(&component)).into());
        }
    }
    join(spec.document_mut(), &merged);
    Ok(count)
}

fn resources(document: &Value) -> BTreeMap<String, Resource> {
    let mut resources: BTreeMap<String, Resource> = BTreeMap::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let base = path.trim_end_matches(".json");
        let base = match base.rsplit_once('/') {
            Some((base, last)) if last.starts_with('{') => base,
            _ => base,
        };
        let resource = resources.entry(base.to_owned()).or_default();
        for method in twilio_openapi::Method::ALL {
            if let Some(operation) = item.get(method.key()) {
                let pointer = format!("/paths/{}/{}", escape_pointer(path), method.key());
                resource.operation(document, operation, &pointer);
            }
        }
    }
    resources
}

impl Resource {
    fn operation(&mut self, document: &Value, operation: &Value, pointer: &str) {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for index in 0..parameters.map_or(0, Vec::len) {
            let (pointer, parameter) = target(document, format!("{pointer}/parameters/{index}"));
            let name = parameter.get("name").and_then(Value::as_str);
            if let (Some(name), Some("query")) = (name, parameter.get("in").and_then(Value::as_str)) {
                self.property(document, name, format!("{pointer}/schema"));
            }
        }
        if operation.get("requestBody").is_some() {
            self.content(document, format!("{pointer}/requestBody"), false);
        }
        let responses = operation.get("responses").and_then(Value::as_object);
        for status in responses.into_iter().flat_map(|map| map.keys()).filter(|s| s.starts_with('2')) {
            self.content(document, format!("{pointer}/responses/{status}"), true);
        }
    }

    fn content(&mut self, document: &Value, pointer: String, response: bool) {
        let (pointer, holder) = target(document, pointer);
        for (media, content) in holder.get("content").and_then(Value::as_object).into_iter().flatten() {
            let pointer = format!("{pointer}/content/{}/schema", escape_pointer(media));
            let page = content.get("schema").is_some_and(|schema| schema.get(list_envelope::MARK).is_some());
            let (pointer, schema) = target(document, if page { format!("{pointer}/items") } else { pointer });
            if let Some(component) = pointer.strip_prefix("/components/schemas/").filter(|_| response) {
                let last = component.rsplit(['.', SEPARATOR]).next().unwrap_or_default();
                self.names.insert(last.to_owned());
            }
            for name in
                schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys())
            {
                self.property(document, name, format!("{pointer}/properties/{}", escape_pointer(name)));
            }
        }
    }

    fn property(&mut self, document: &Value, name: &str, pointer: String) {
        let is_list = document.pointer(&pointer).is_some_and(|schema| schema.get("items").is_some());
        let pointer = if is_list { format!("{pointer}/items") } else { pointer };
        let Some(own) = document.pointer(&pointer) else { return };
        let name = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let (at, schema) = target(document, pointer.clone());
        if schema.get("enum").is_some() {
            if let Some(component) = at.strip_prefix("/components/schemas/") {
                let component = component.replace("~1", "/").replace("~0", "~");
                self.properties.entry((name, is_list)).or_default().enums.insert(component);
            }
        } else if is_free(own) {
            self.properties.entry((name, is_list)).or_default().strings.insert(pointer);
        }
    }
}

/// Where a schema, parameter, body or response really is, and what it is.
fn target(document: &Value, pointer: String) -> (String, &Value) {
    let mut pointer = pointer;
    for _ in 0..16 {
        let reference =
            document.pointer(&pointer).and_then(|value| value.get("$ref")).and_then(Value::as_str);
        match reference.and_then(|reference| reference.strip_prefix('#')) {
            Some(next) => pointer = next.to_owned(),
            None => break,
        }
    }
    let value = document.pointer(&pointer).unwrap_or(&Value::Null);
    (pointer, value)
}

/// A string of which the spec says nothing that an enum would contradict.
fn is_free(schema: &Value) -> bool {
    let is_string = schema.get("type").is_some_and(|word| word == "string");
    is_string && ["format", "pattern", "enum", SECRET].iter().all(|key| schema.get(key).is_none())
}

/// The enums that become part of another, by component.
fn merged(document: &Value, resources: &BTreeMap<String, Resource>) -> BTreeMap<String, String> {
    let mut merged: BTreeMap<String, String> = BTreeMap::new();
    let mut merge = |a: &str, b: &str| {
        let (a, b) = (root(&merged, a), root(&merged, b));
        if a != b && shares(document, &a, &b) {
            let (keep, drop) = if rank(&a) <= rank(&b) { (a, b) } else { (b, a) };
            merged.insert(drop, keep);
        }
    };
    for resource in resources.values() {
        for uses in resource.properties.values() {
            let enums: Vec<&String> = uses.enums.iter().collect();
            for (index, a) in enums.iter().enumerate() {
                enums[index + 1..].iter().for_each(|b| merge(a, b));
            }
        }
    }
    merged
}

/// The component that an enum is part of in the end.
fn root(merged: &BTreeMap<String, String>, component: &str) -> String {
    let mut component = component;
    while let Some(next) = merged.get(component) {
        component = next;
    }
    component.to_owned()
}

fn values<'a>(document: &'a Value, component: &str) -> &'a [Value] {
    let schema = document.pointer(&format!("/components/schemas/{}", escape_pointer(component)));
    schema.and_then(|s| s.get("enum")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn shares(document: &Value, a: &str, b: &str) -> bool {
    values(document, a).iter().any(|value| value.is_string() && values(document, b).contains(value))
}

/// Which of two enums gives the name: the one that the spec names itself, with the shorter name.
fn rank(component: &str) -> (bool, usize, &str) {
    (component.contains(SEPARATOR), component.len(), component)
}

/// The free strings that become an enum, with its component.
fn typed(
    resources: &BTreeMap<String, Resource>,
    merged: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let roots = |resource: &Resource, property: &Property| -> BTreeSet<String> {
        let uses = resource.properties.get(property);
        uses.into_iter().flat_map(|uses| &uses.enums).map(|component| root(merged, component)).collect()
    };
    let mut found: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for resource in resources.values() {
        for (property, uses) in resource.properties.iter().filter(|(_, uses)| !uses.strings.is_empty()) {
            let mut enums = roots(resource, property);
            if enums.is_empty() {
                let kin = resources.values().filter(|other| extends(resource, other));
                enums = kin.flat_map(|other| roots(other, property)).collect();
            }
            for pointer in &uses.strings {
                found.entry(pointer).or_default().extend(enums.iter().cloned());
            }
        }
    }
    let only = |(pointer, enums): (&String, BTreeSet<String>)| match enums.len() {
        1 => enums.into_iter().next().map(|component| (pointer.clone(), component)),
        _ => None,
    };
    found.into_iter().filter_map(only).collect()
}

/// Whether a resource is a part of another by its name, as `verification_check` is of `verification`.
fn extends(resource: &Resource, other: &Resource) -> bool {
    let longer = |name: &String| {
        other
            .names
            .iter()
            .any(|base| name.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('_')))
    };
    !resource.names.is_empty() && resource.names.iter().all(longer)
}

/// Leads every reference to the enum that holds the values, and gives it those that it lacks.
fn join(document: &mut Value, merged: &BTreeMap<String, String>) {
    for drop in merged.keys() {
        let keep = root(merged, drop);
        let missing: Vec<Value> = values(document, drop)
            .iter()
            .filter(|value| !values(document, &keep).contains(value))
            .cloned()
            .collect();
        let schemas = walk::object_at(document, &["components", "schemas"]);
        let Some(schemas) = schemas else { return };
        schemas.remove(drop);
        if let Some(list) =
            schemas.get_mut(&keep).and_then(|s| s.get_mut("enum")).and_then(Value::as_array_mut)
        {
            list.extend(missing);
        }
    }
    let table: BTreeMap<String, Value> = merged
        .keys()
        .map(|drop| (format!("{SCHEMAS}{}", escape_pointer(drop)), root(merged, drop)))
        .map(|(from, to)| (from, json!(format!("{SCHEMAS}{}", escape_pointer(&to)))))
        .collect();
    redirect(document, &table);
}

fn redirect(value: &mut Value, table: &BTreeMap<String, Value>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|child| redirect(child, table)),
        Value::Object(map) => {
            for (key, child) in map {
                match child.as_str().filter(|_| key == "$ref").and_then(|reference| table.get(reference)) {
                    Some(other) => *child = other.clone(),
                    None => redirect(child, table),
                }
            }
        }
        _ => {}
    }
}
