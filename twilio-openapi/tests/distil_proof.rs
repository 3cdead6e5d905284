//! Proof over Twilio's verbatim files that distilling keeps every fact, by a route that does not use the walker
//! it checks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twilio_openapi::distil::{distil, to_text};
use twilio_openapi::{Operation, Spec};

#[test]
fn the_proof_notices_what_is_lost_added_or_left() {
    let original = json!({"components": {"schemas": {"S": {"description": "d", "type": "string", "properties":
        {"description": {"type": "string"}}}}}});
    let good = distil(&original);
    assert_eq!(differences(&original, &good), Vec::<String>::new());
    let schema = "/components/schemas/S";
    for (change, complaint) in [
        (json!({"type": "string", "properties": {}}), "lost"),
        (json!({"properties": {"description": {"type": "string"}}}), "lost"),
        (json!({"type": "integer", "properties": {"description": {"type": "string"}}}), "changed"),
        (
            json!({"type": "string", "format": "x", "properties": {"description": {"type": "string"}}}),
            "added",
        ),
        (original.pointer(schema).unwrap().clone(), "left"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(schema).unwrap() = change;
        let found = differences(&original, &bad);
        assert!(found.iter().any(|line| line.starts_with(complaint)), "{complaint}: {found:?}");
    }
}

#[test]
fn verbatim_files_lose_nothing_but_prose_examples_and_cors_headers() {
    let mut complaints = Vec::new();
    for (stem, original) in verbatim("verbatim_files_lose_nothing_but_prose_examples_and_cors_headers") {
        let distilled = distil(&original);
        complaints
            .extend(differences(&original, &distilled).into_iter().map(|line| format!("{stem}: {line}")));
    }
    assert!(complaints.is_empty(), "{} differences:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn verbatim_files_have_the_same_operations_and_schemas_after_distilling() {
    for (stem, original) in verbatim("verbatim_files_have_the_same_operations_and_schemas_after_distilling") {
        let before = Spec::from_document(&stem, original.clone());
        let after = Spec::from_document(&stem, distil(&original));
        let (old, new) = (before.operations().unwrap(), after.operations().unwrap());
        assert_eq!(old.len(), new.len(), "{stem}");
        for (old, new) in old.iter().zip(&new) {
            assert_eq!(outline(&before, old), outline(&after, new), "{stem}");
        }
        let names = |spec: &Spec| -> Vec<String> {
            let schemas = spec.document().pointer("/components/schemas").and_then(Value::as_object);
            schemas.into_iter().flat_map(|map| map.keys().cloned()).collect()
        };
        assert_eq!(names(&before), names(&after), "{stem}");
    }
}

#[test]
fn distilling_verbatim_files_is_deterministic_and_idempotent() {
    for (stem, original) in verbatim("distilling_verbatim_files_is_deterministic_and_idempotent") {
        let once = distil(&original);
        assert_eq!(to_text(&once), to_text(&distil(&original)), "{stem}");
        assert_eq!(to_text(&once), to_text(&distil(&once)), "{stem}: twice is not once");
    }
}

/// Every verbatim file by its stem; says by name that `test` is not run where the folder is absent.
fn verbatim(test: &str) -> Vec<(String, Value)> {
    let folder = twilio_openapi::upstream_dir();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("not run: {test} (no verbatim files; `cargo xtask gen` fetches them)");
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), serde_json::from_str(&text).unwrap())
        })
        .collect()
}

/// What a caller of the operation must know, read through the model.
fn outline(spec: &Spec, operation: &Operation<'_>) -> Vec<String> {
    let mut lines = vec![format!("{} {} {}", operation.method, operation.path, operation.id)];
    for parameter in &operation.parameters {
        lines.push(format!(
            "{:?} {} {} {}",
            parameter.location,
            parameter.name,
            parameter.required,
            kind(spec, parameter.schema)
        ));
    }
    if let Some(body) = &operation.body {
        lines.push(format!("{} {} {}", body.content_type, body.required, fields(spec, body.schema)));
    }
    for response in &operation.responses {
        let headers = response.value.get("headers").and_then(Value::as_object);
        let headers: Vec<_> =
            headers.into_iter().flatten().map(|(name, _)| name).filter(|name| !is_cors(name)).collect();
        let body = response.schema.map(|schema| fields(spec, schema));
        lines.push(format!("{} {headers:?} {:?} {body:?}", response.status, response.content_type));
    }
    lines
}

fn fields(spec: &Spec, schema: &Value) -> String {
    let schema = spec.resolve(schema).unwrap();
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields: Vec<_> = properties
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name}: {}", kind(spec, value)))
        .collect();
    format!("{} {fields:?} {:?}", kind(spec, schema), schema.get("required"))
}

fn kind(spec: &Spec, schema: &Value) -> String {
    let schema = spec.resolve(schema).unwrap();
    let facts =
        ["type", "format", "pattern", "enum", "default", "minimum", "maximum", "nullable", "deprecated"];
    facts.iter().filter_map(|fact| schema.get(fact).map(|value| format!("{fact}={value} "))).collect()
}

/// How the distilled document differs from what the facts of the original are: leaf by leaf, judged by the
/// leaf's path alone.
fn differences(original: &Value, distilled: &Value) -> Vec<String> {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    leaves(original, &mut Vec::new(), &mut before);
    leaves(distilled, &mut Vec::new(), &mut after);
    let mut found = Vec::new();
    for (path, value) in &before {
        match after.get(path) {
            Some(kept) if kept != value => {
                found.push(format!("changed {}: {value} to {kept}", path.join("/")))
            }
            Some(_) if is_dispensable(path) => found.push(format!("left {}: {value}", path.join("/"))),
            None if !is_dispensable(path) => found.push(format!("lost {}: {value}", path.join("/"))),
            _ => {}
        }
    }
    for (path, value) in &after {
        let emptied =
            is_empty(value) && before.keys().any(|leaf| leaf.len() > path.len() && leaf.starts_with(path));
        if !before.contains_key(path) && !emptied {
            found.push(format!("added {}: {value}", path.join("/")));
        }
    }
    found
}

fn leaves(value: &Value, path: &mut Vec<String>, into: &mut BTreeMap<Vec<String>, Value>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    if children.is_empty() {
        into.insert(path.clone(), value.clone());
    }
    for (key, child) in children {
        path.push(key);
        leaves(child, path, into);
        path.pop();
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn is_cors(header: &str) -> bool {
    header.to_lowercase().starts_with("access-control-")
}

/// Reads a path from the left: after a keyword that holds names comes a name, and everything else that is
/// not a list index is a keyword. The first keyword that is prose, an example or noise decides.
fn is_dispensable(path: &[String]) -> bool {
    const NAMES: &[&str] = &[
        "paths",
        "properties",
        "schemas",
        "responses",
        "headers",
        "content",
        "securitySchemes",
        "requestBodies",
    ];
    const DATA: &[&str] = &["default", "enum", "mapping", "required", "dependentProperties", "security"];
    let mut holder = "";
    for (at, segment) in path.iter().enumerate() {
        let before = std::mem::take(&mut holder);
        if NAMES.contains(&before) || (before == "parameters" && at == 2) {
            if before == "headers" && is_cors(segment) {
                return true;
            }
            continue;
        }
        if segment.parse::<usize>().is_ok() {
            continue;
        }
        let keyword = segment.as_str();
        let in_info = at == 1 && path[0] == "info";
        let dispensable = match keyword {
            "description" | "summary" | "example" | "examples" | "externalDocs" | "shortDescription"
            | "x-jvm-type" => true,
            "title" => !in_info,
            "contact" | "license" | "termsOfService" => in_info,
            "tags" => at == 0,
            _ => keyword.ends_with("-annotation"),
        };
        if dispensable {
            return true;
        }
        if DATA.contains(&keyword) {
            return false;
        }
        holder = keyword;
    }
    false
}
