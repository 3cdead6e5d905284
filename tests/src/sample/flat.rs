use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use twilio_openapi::Spec;

/// A schema with its references followed and its compositions joined.
#[derive(Clone, Debug, Default)]
pub struct Flat<'a> {
    /// `type`, or nothing.
    pub ty: &'a str,
    /// `format`, or nothing.
    pub format: &'a str,
    /// `pattern`, or nothing.
    pub pattern: &'a str,
    /// The values of an enum.
    pub choices: Vec<&'a Value>,
    /// The properties of an object, those of every alternative included.
    pub properties: BTreeMap<&'a str, &'a Value>,
    /// The required ones of the first alternative.
    pub required: BTreeSet<&'a str>,
    /// The type of a list's elements.
    pub items: Option<&'a Value>,
    /// The type of a map's values.
    pub values: Option<&'a Value>,
    /// Where the schema itself stands, to tell whether one is inside itself.
    pub(super) target: *const Value,
}

impl<'a> Flat<'a> {
    pub(super) fn of(spec: &'a Spec, schema: &'a Value) -> Self {
        let mut flat = Self { target: schema, ..Self::default() };
        flat.add(spec, schema, true, 0);
        if flat.ty == "array" && flat.items.is_none() {
            flat.items = Some(&Value::Null);
        }
        flat
    }

    /// Adds a part; only the first alternative of a choice says what must be there.
    fn add(&mut self, spec: &'a Spec, schema: &'a Value, first: bool, depth: usize) {
        let Ok(schema) = spec.resolve(schema) else { return };
        if depth == 0 {
            self.target = schema;
        }
        if depth > 16 {
            return;
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
        if self.ty.is_empty() {
            self.ty = text("type");
        }
        if self.format.is_empty() {
            self.format = text("format");
        }
        if self.pattern.is_empty() {
            self.pattern = text("pattern");
        }
        if self.choices.is_empty() {
            self.choices.extend(list("enum"));
        }
        self.items = self.items.or(schema.get("items"));
        self.values = self.values.or(schema.get("additionalProperties").filter(|v| v.is_object()));
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.properties.entry(name).or_insert(property);
        }
        if first {
            self.required.extend(list("required").filter_map(Value::as_str));
        }
        list("allOf").for_each(|part| self.add(spec, part, first, depth + 1));
        for alternatives in ["oneOf", "anyOf"] {
            for (at, part) in list(alternatives).enumerate() {
                self.add(spec, part, first && at == 0, depth + 1);
            }
        }
    }
}
