use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use twilio_openapi::{Spec, escape_pointer};

use super::{Constraints, Enum, Field, Model, Type, input, names, rules, sid};
use crate::error::unsupported;
use crate::{Result, pass};

/// Where a type is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Request,
    Response,
}

/// The structs and enums of a spec, collected as operations use them.
pub(crate) struct Types<'a> {
    spec: &'a Spec,
    names: HashMap<String, String>,
    models: BTreeMap<String, Model>,
    enums: BTreeMap<String, Enum>,
    /// How many structs are being read, one within the other.
    nesting: usize,
}

const REFERENCE: &str = "#/components/schemas/";

impl<'a> Types<'a> {
    pub(crate) fn new(spec: &'a Spec) -> Self {
        Self {
            spec,
            names: names::components(spec),
            models: BTreeMap::new(),
            enums: BTreeMap::new(),
            nesting: 0,
        }
    }

    pub(crate) fn finish(self) -> (BTreeMap<String, Model>, BTreeMap<String, Enum>) {
        (self.models, self.enums)
    }

    /// The Rust type of a schema.
    pub(crate) fn of(&mut self, schema: &Value, pointer: &str, used: Use) -> Result<Type> {
        self.at_depth(schema, pointer, used, 0)
    }

    fn at_depth(&mut self, schema: &Value, pointer: &str, used: Use, depth: usize) -> Result<Type> {
        if depth > 24 {
            return Err(unsupported(
                self.spec.name(),
                pointer,
                "a schema refers to itself without an object",
            ));
        }
        if !schema.is_object() {
            return Err(unsupported(self.spec.name(), pointer, "a schema is not an object"));
        }
        if let Some(reference) = schema.get("$ref") {
            return self.referenced(reference, pointer, used, depth);
        }
        if schema.get(pass::SECRET).is_some() {
            let is_text = schema.get("type").and_then(Value::as_str) == Some("string");
            let plain = if is_text { Type::Text } else { Type::Json };
            return Ok(Type::Secret(Box::new(plain)));
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        if schema.get("type").is_some() && text("type").is_none() {
            return Err(unsupported(self.spec.name(), pointer, "`type` is not one word"));
        }
        let values = schema.get("additionalProperties").filter(|v| v.is_object());
        match (text("type"), text("format")) {
            (Some("string"), Some("http-method")) => Ok(Type::HttpMethod),
            (Some("string"), Some("date-time" | "date-time-rfc-2822")) => Ok(Type::Timestamp),
            (Some("string"), Some("date")) => Ok(Type::Date),
            (Some("string"), _) => {
                Ok(text("pattern").and_then(sid::for_pattern).map_or(Type::Text, Type::Sid))
            }
            (Some("integer"), _) => Ok(Type::Integer),
            (Some("number"), _) => Ok(Type::Decimal),
            (Some("boolean"), _) => Ok(Type::Boolean),
            (Some("array"), _) => {
                let Some(items) = schema.get("items") else { return Ok(Type::List(Box::new(Type::Json))) };
                let item = self.at_depth(items, &format!("{pointer}/items"), used, depth + 1)?;
                Ok(Type::List(Box::new(item)))
            }
            (Some("object") | None, _) => match values {
                Some(values) if schema.get("properties").is_none() => {
                    let pointer = format!("{pointer}/additionalProperties");
                    let value = self.at_depth(values, &pointer, used, depth + 1)?;
                    Ok(Type::Map(Box::new(value)))
                }
                _ => Ok(Type::Json),
            },
            (Some(other), _) => {
                Err(unsupported(self.spec.name(), pointer, format!("there is no Rust type for `{other}`")))
            }
        }
    }

    fn referenced(&mut self, reference: &Value, pointer: &str, used: Use, depth: usize) -> Result<Type> {
        let spec = self.spec;
        let component = reference
            .as_str()
            .and_then(|text| text.strip_prefix(REFERENCE))
            .map(|name| name.replace("~1", "/").replace("~0", "~"))
            .ok_or_else(|| {
                unsupported(
                    spec.name(),
                    pointer,
                    format!("$ref to something else than a schema: {reference}"),
                )
            })?;
        let target = format!("/components/schemas/{}", escape_pointer(&component));
        let Some(schema) = spec.document().pointer(&target) else {
            return Err(unsupported(spec.name(), pointer, format!("$ref to a missing schema: {component}")));
        };
        let name = self.names.get(&component).cloned().unwrap_or_else(|| names::pascal(&component));
        let is_object =
            schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
        if is_object && schema.get(pass::SECRET).is_none() {
            if self.nesting == MAX_NESTING {
                return Err(unsupported(spec.name(), pointer, "objects are nested too deeply"));
            }
            self.nesting += 1;
            self.model(&name, &component, schema, &target, used)?;
            self.nesting -= 1;
            return Ok(Type::Model(name));
        }
        if schema.get("enum").is_some() {
            self.open_enum(&name, &component, schema, &target)?;
            return Ok(Type::Enum(name));
        }
        self.at_depth(schema, &target, used, depth + 1)
    }

    fn model(&mut self, name: &str, component: &str, schema: &Value, pointer: &str, used: Use) -> Result<()> {
        let model = self.models.entry(name.to_owned()).or_insert_with(|| Model {
            component: component.to_owned(),
            description: input::description(schema, schema),
            fields: BTreeMap::new(),
            in_response: false,
            in_request: false,
        });
        let seen = match used {
            Use::Request => &mut model.in_request,
            Use::Response => &mut model.in_response,
        };
        // Marked before its fields are read, so that a type that holds itself ends here.
        if std::mem::replace(seen, true) {
            return Ok(());
        }
        let mut fields = BTreeMap::new();
        let mut taken: BTreeSet<String> = RESERVED_FIELDS.iter().map(|name| (*name).to_owned()).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (wire, property) in properties.into_iter().flatten() {
            let pointer = format!("{pointer}/properties/{}", escape_pointer(wire));
            let ty = self.of(property, &pointer, used)?;
            let rust = names::snake(wire);
            let rust = if RESERVED_FIELDS.contains(&rust.as_str()) { format!("{rust}_") } else { rust };
            let rust = names::unique(rust, &mut taken);
            let target = self.spec.resolve(property)?;
            let field = Field {
                wire: wire.clone(),
                checks: rules::of(self.spec, property, &ty)?,
                ty,
                constraints: Constraints::read(target, property),
                description: input::description(target, property),
            };
            fields.insert(rust, field);
        }
        if let Some(model) = self.models.get_mut(name) {
            model.fields = fields;
        }
        Ok(())
    }

    fn open_enum(&mut self, name: &str, component: &str, schema: &Value, pointer: &str) -> Result<()> {
        if self.enums.contains_key(name) {
            return Ok(());
        }
        let values = schema
            .get("enum")
            .and_then(Value::as_array)
            .ok_or_else(|| unsupported(self.spec.name(), pointer, "`enum` is not a list of values"))?;
        let variants = variants(self.spec, values, pointer)?;
        let description = input::description(schema, schema);
        let component = component.to_owned();
        self.enums.insert(name.to_owned(), Enum { component, description, variants });
        Ok(())
    }
}

/// Variant and value of each value of an enum.
pub(crate) fn variants(spec: &Spec, values: &[Value], pointer: &str) -> Result<Vec<(String, String)>> {
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let mut variants = Vec::new();
    for value in values {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            // `null` among the values only repeats `nullable`.
            Value::Null => continue,
            _ => return Err(unsupported(spec.name(), pointer, "an enum value is not a scalar")),
        };
        if variants.iter().any(|(_, known)| *known == text) {
            continue;
        }
        variants.push((names::unique(names::pascal(&text), &mut taken), text));
    }
    Ok(variants)
}

/// Names that every generated struct uses itself; a setter called `default` would hide the constructor.
const RESERVED_FIELDS: &[&str] = &["clone", "default", "extra", "new"];

/// More structs than this, one within the other, no specification has.
const MAX_NESTING: usize = 100;
