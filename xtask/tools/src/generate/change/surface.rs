use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;
use twilio_codegen::lock::Lock;
use twilio_openapi::{Location, Operation, Spec};

use super::super::names::{Apis, Locks, locked};
use super::super::table;
use super::moved::Names;
use super::wire;
use crate::workspace::{Files, stem};

/// How deep bodies are compared; recursive schemas end here at the latest.
const MAX_DEPTH: usize = 12;

/// What callers can see of a set of specs.
pub(in super::super) struct Surface {
    /// Operations by product and by `METHOD path`.
    pub(super) products: BTreeMap<String, BTreeMap<String, Shape>>,
    /// What the generator calls things, by product.
    pub(super) names: BTreeMap<String, Names>,
}

/// What callers can see of one operation.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) id: String,
    pub(super) deprecated: bool,
    /// Whether the generator has a method for it: for HEAD it has none.
    pub(super) is_known: bool,
    /// How requests and responses travel: media types, security, server, paging keys, styles.
    pub(super) facts: BTreeMap<String, String>,
    /// By place and name: `query PageSize`, `form Body`.
    pub(super) parameters: BTreeMap<String, Item>,
    /// By dotted path: `messages[].sid`.
    pub(super) fields: BTreeMap<String, Item>,
}

/// A parameter or a field.
#[derive(Default)]
pub(super) struct Item {
    pub(super) required: bool,
    pub(super) kind: BTreeSet<String>,
    pub(super) values: BTreeSet<String>,
    pub(super) patterns: BTreeSet<String>,
}

impl Item {
    pub(super) fn kind(&self) -> String {
        self.kind.iter().map(String::as_str).collect::<Vec<_>>().join(" or ")
    }
}

impl Surface {
    pub(in super::super) fn read(files: &Files) -> Result<Self> {
        let mut surface = BTreeMap::new();
        for (name, bytes) in files {
            let spec = table::parse(name, bytes)?;
            let operations = spec.operations()?;
            let shapes = operations.iter().map(|operation| {
                let key = format!("{} {}", operation.method, operation.path);
                Ok((key, shape(&spec, operation).with_context(|| operation.id.to_owned())?))
            });
            let mut shapes: BTreeMap<String, Shape> = shapes.collect::<Result<_>>()?;
            shapes.extend(unknown(&spec));
            surface.insert(stem(name).unwrap_or(name).to_owned(), shapes);
        }
        Ok(Self { products: surface, names: BTreeMap::new() })
    }

    /// Adds what the generator calls things, by the specs alone and under the locks.
    pub(in super::super) fn name(&mut self, apis: &Apis, locks: &Locks) {
        let mut kept = locked(apis, locks);
        self.names = apis
            .iter()
            .filter_map(|(stem, api)| {
                let kept = Lock::of(&kept.remove(stem)?);
                Some((stem.clone(), Names { made: Lock::of(api), kept }))
            })
            .collect();
    }
}

/// Operations of a method that the generator does not know.
fn unknown(spec: &Spec) -> BTreeMap<String, Shape> {
    let paths = spec.document().get("paths").and_then(Value::as_object).into_iter().flatten();
    let mut found = BTreeMap::new();
    for (path, item) in paths {
        for method in ["head", "options", "trace"] {
            let Some(value) = item.get(method) else { continue };
            let id = value.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            let key = format!("{} {path}", method.to_uppercase());
            found.insert(key, Shape { id, ..Shape::default() });
        }
    }
    found
}

fn shape(spec: &Spec, operation: &Operation<'_>) -> Result<Shape> {
    let mut parameters = BTreeMap::new();
    for parameter in &operation.parameters {
        let place = match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
        };
        let mut items = BTreeMap::new();
        let required = parameter.required;
        Walk { spec, into: &mut items }.value(parameter.name, parameter.schema, required, 0)?;
        parameters.extend(items.into_iter().map(|(name, item)| (format!("{place} {name}"), item)));
    }
    if let Some(body) = &operation.body {
        let place = if body.content_type.contains("form") { "form" } else { "json" };
        let mut items = BTreeMap::new();
        Walk { spec, into: &mut items }.value("", body.schema, body.required, 0)?;
        parameters.extend(
            items.into_iter().map(|(name, item)| (format!("{place} {name}").trim_end().to_owned(), item)),
        );
    }
    let mut fields = BTreeMap::new();
    if let Some(schema) = operation.success().and_then(|response| response.schema) {
        Walk { spec, into: &mut fields }.value("", schema, false, 0)?;
    }
    let facts = wire::facts(spec, operation)?;
    let (id, deprecated) = (operation.id.to_owned(), operation.deprecated());
    Ok(Shape { id, deprecated, is_known: true, facts, parameters, fields })
}

struct Walk<'a, 'b> {
    spec: &'a Spec,
    into: &'b mut BTreeMap<String, Item>,
}

impl<'a> Walk<'a, '_> {
    /// Notes a value under its name, and what is in it under names below that.
    fn value(&mut self, name: &str, schema: &'a Value, required: bool, depth: usize) -> Result<()> {
        let schema = self.spec.resolve(schema)?;
        if depth > MAX_DEPTH {
            return Ok(());
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in list(schema, key) {
                self.value(name, part, required && key == "allOf", depth + 1)?;
            }
        }
        if let Some(kind) = kind(schema) {
            let item = self.into.entry(name.to_owned()).or_default();
            item.required |= required;
            item.kind.insert(kind);
            item.patterns.extend(schema.get("pattern").and_then(Value::as_str).map(str::to_owned));
            item.values.extend(list(schema, "enum").map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }));
        }
        let needed: BTreeSet<_> = list(schema, "required").filter_map(Value::as_str).collect();
        for (property, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let below = if name.is_empty() { property.clone() } else { format!("{name}.{property}") };
            self.value(&below, inner, needed.contains(property.as_str()), depth + 1)?;
        }
        if let Some(items) = schema.get("items") {
            self.value(&format!("{name}[]"), items, false, depth + 1)?;
        }
        match schema.get("additionalProperties") {
            Some(inner) if inner.is_object() => self.value(&format!("{name}.*"), inner, false, depth + 1),
            _ => Ok(()),
        }
    }
}

fn list<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The type as a reader would name it; `None` for a schema that only composes others.
fn kind(schema: &Value) -> Option<String> {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some(kind), Some(format)) => Some(format!("{kind}({format})")),
        (Some(kind), None) => Some(kind.to_owned()),
        (None, _) if ["allOf", "oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some()) => None,
        (None, _) if schema.get("properties").is_some() => Some("object".to_owned()),
        (None, Some(format)) => Some(format!("anything({format})")),
        (None, None) => Some("anything".to_owned()),
    }
}
