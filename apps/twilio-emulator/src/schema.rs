//! Reads schemas: resolves references, merges `allOf`, keeps variants apart.

use serde_json::Value;
use twilio_openapi::Spec;

/// The maximum depth of nested schemas; some of Twilio's are recursive.
pub(super) const DEPTH: usize = 12;

/// An object schema with `allOf` merged in.
#[derive(Default)]
pub(super) struct Shape<'a> {
    /// The properties in document order.
    pub(super) properties: Vec<(&'a str, &'a Value)>,
    /// The names of required properties, without read-only ones.
    pub(super) required: Vec<&'a str>,
    /// The schema of additional properties, if they are allowed.
    pub(super) additional: Option<&'a Value>,
    /// `oneOf` and `anyOf`.
    pub(super) variants: Vec<&'a Value>,
    /// The discriminator of the variants, if there is one.
    pub(super) discriminator: Option<&'a Value>,
    /// The property that names the variant, and its value for the variant that was merged.
    pub(super) tag: Option<(&'a str, &'a str)>,
}

impl<'a> Shape<'a> {
    /// Returns the shape of a schema, without merging variants.
    pub(super) fn of(spec: &'a Spec, schema: &'a Value) -> Self {
        let mut shape = Self::default();
        shape.add(spec, schema, 0);
        let properties = &shape.properties;
        shape.required.retain(|name| {
            !properties
                .iter()
                .any(|(n, s)| n == name && resolve(spec, s).get("readOnly") == Some(&Value::Bool(true)))
        });
        shape
    }

    /// Returns the shape with the first variant merged: the shape of a response.
    pub(super) fn concrete(spec: &'a Spec, schema: &'a Value) -> Self {
        let mut shape = Self::of(spec, schema);
        for _ in 0..DEPTH {
            let Some(first) = shape.variants.first().copied() else { break };
            shape.variants.clear();
            shape.tag = shape.tag.or(shape.discriminator.and_then(|d| tag(d, first)));
            shape.add(spec, first, 0);
        }
        shape
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.properties.iter().find(|(n, _)| *n == name).map(|(_, schema)| *schema)
    }

    /// Returns the variant that a value's discriminator names.
    pub(super) fn variant_of(&self, value: &Value) -> Option<&'a Value> {
        let discriminator = self.discriminator?;
        let tag = value.get(text(discriminator, "propertyName"))?.as_str()?;
        let target = discriminator.get("mapping")?.get(tag)?;
        self.variants.iter().copied().find(|variant| variant.get("$ref") == Some(target))
    }

    fn add(&mut self, spec: &'a Spec, schema: &'a Value, depth: usize) {
        let schema = resolve(spec, schema);
        if depth > DEPTH {
            return;
        }
        for part in list(schema, "allOf") {
            self.add(spec, part, depth + 1);
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let empty = property.as_object().is_some_and(serde_json::Map::is_empty);
            match self.properties.iter_mut().find(|(n, _)| n == name) {
                // An empty schema next to another one only repeats the name.
                Some(slot) if !empty => slot.1 = property,
                Some(_) => {}
                None => self.properties.push((name, property)),
            }
        }
        self.required.extend(list(schema, "required").iter().filter_map(Value::as_str));
        match schema.get("additionalProperties") {
            None | Some(Value::Bool(false)) => {}
            Some(open) => self.additional = Some(open),
        }
        self.variants.extend(list(schema, "oneOf"));
        self.variants.extend(list(schema, "anyOf"));
        self.discriminator = self.discriminator.or(schema.get("discriminator"));
    }
}

/// Returns the discriminating property and its value for a variant.
fn tag<'a>(discriminator: &'a Value, variant: &Value) -> Option<(&'a str, &'a str)> {
    let target = variant.get("$ref")?;
    let (value, _) = discriminator.get("mapping")?.as_object()?.iter().find(|(_, t)| *t == target)?;
    Some((text(discriminator, "propertyName"), value))
}

/// Resolves `$ref`. A broken reference is a schema that allows everything.
pub(super) fn resolve<'a>(spec: &'a Spec, schema: &'a Value) -> &'a Value {
    spec.resolve(schema).unwrap_or(&Value::Null)
}

/// Returns the type of a schema, also if only its keywords imply it; empty for a schema that allows everything.
pub(super) fn kind<'a>(spec: &'a Spec, schema: &'a Value) -> &'a str {
    let schema = resolve(spec, schema);
    if let Some(kind) = schema.get("type").and_then(Value::as_str) {
        return kind;
    }
    if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() {
        return "object";
    }
    if schema.get("items").is_some() {
        return "array";
    }
    if schema.get("enum").is_some() {
        return "string";
    }
    let of = |part: &'a Value| text(resolve(spec, part), "type");
    if let Some(first) = list(schema, "allOf").iter().map(of).find(|kind| !kind.is_empty()) {
        return first;
    }
    // Variants of different types leave the type open.
    let mut variants = list(schema, "oneOf").iter().chain(list(schema, "anyOf")).map(of);
    let first = variants.next().unwrap_or_default();
    if variants.all(|other| other == first) { first } else { "" }
}

/// Returns the list of a keyword, or an empty one.
pub(super) fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns the string of a keyword, or an empty one.
pub(super) fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the number of a keyword that counts characters or items.
pub(super) fn size(schema: &Value, key: &str) -> Option<usize> {
    schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok())
}

/// Returns the key prefix of a prefixed map (`AddOns` is sent as `AddOns.name=value`).
pub(super) fn map_prefix<'a>(spec: &'a Spec, schema: &'a Value) -> Option<&'a str> {
    text(resolve(spec, schema), "format").strip_prefix("prefixed-collapsible-map-")
}
