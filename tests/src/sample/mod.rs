//! Values made from the specification alone, so that what is expected does not come from the generator.

mod flat;
mod request;

use std::collections::BTreeMap;

use serde_json::Value;
use twilio_openapi::Spec;

pub use flat::Flat;
pub use request::{RequestCase, request_case};

use crate::json::Json;

/// The value that no enum knows.
pub const UNKNOWN: &str = "not-in-the-specification";
/// The sample of every decimal.
pub const DECIMAL: &str = "-0.0750";
/// The sample of every RFC 3339 timestamp.
pub const TIME: &str = "2026-01-02T03:04:05Z";
/// The sample of every RFC 2822 timestamp.
pub const OLD_TIME: &str = "Fri, 02 Jan 2026 03:04:05 +0000";
/// The sample of every date.
pub const DATE: &str = "2026-01-02";

/// Makes values of schemas.
#[derive(Clone, Copy)]
pub struct Sampler<'a> {
    spec: &'a Spec,
    /// Optional properties too, and not only what must be there.
    pub full: bool,
    /// [`UNKNOWN`] for every enum.
    pub unknown_enums: bool,
}

impl<'a> Sampler<'a> {
    /// With everything that the specification knows.
    pub fn full(spec: &'a Spec) -> Self {
        Self { spec, full: true, unknown_enums: false }
    }

    /// With what is required.
    pub fn minimal(spec: &'a Spec) -> Self {
        Self { full: false, ..Self::full(spec) }
    }

    /// With enum values that the specification does not know.
    pub fn unknown_enums(self) -> Self {
        Self { unknown_enums: true, ..self }
    }

    /// A schema with its references and compositions resolved.
    pub fn flat(&self, schema: &'a Value) -> Flat<'a> {
        Flat::of(self.spec, schema)
    }

    /// Returns a value of a schema. `name` becomes a part of strings, so that each is unique; `nth` distinguishes the elements
    /// of a list.
    pub fn value(&self, schema: &'a Value, name: &str, nth: usize) -> Json {
        self.at(schema, name, nth, &mut Vec::new())
    }

    fn at(&self, schema: &'a Value, name: &str, nth: usize, within: &mut Vec<*const Value>) -> Json {
        let flat = self.flat(schema);
        if !flat.properties.is_empty() {
            return self.object(&flat, nth, within);
        }
        if let Some(items) = flat.items {
            // A list of what the list itself is in would not end.
            let mut items = |nth| self.at(items, name, nth, within);
            return Json::List(vec![items(0), items(1)]);
        }
        if let Some(values) = flat.values {
            let mut entry = |key: &str, nth| (key.to_owned(), self.at(values, name, nth, within));
            return Json::Object(BTreeMap::from([entry("key 1", 0), entry("key.zwei/ß", 1)]));
        }
        scalar(&flat, name, nth, self.unknown_enums)
    }

    fn object(&self, flat: &Flat<'a>, nth: usize, within: &mut Vec<*const Value>) -> Json {
        within.push(flat.target);
        let mut map = BTreeMap::new();
        for (name, property) in &flat.properties {
            let required = flat.required.contains(name);
            let circular = self.holds(property, within, 0);
            if (self.full || required) && !circular {
                map.insert((*name).to_owned(), self.at(property, name, nth, within));
            }
        }
        within.pop();
        Json::Object(map)
    }

    /// Whether a schema leads back into an object that is being made.
    fn holds(&self, schema: &'a Value, within: &[*const Value], depth: usize) -> bool {
        let flat = self.flat(schema);
        within.iter().filter(|target| **target == flat.target).count() > 1
            || within.len() > 12
            || (depth < 4
                && flat.items.or(flat.values).is_some_and(|inner| self.holds(inner, within, depth + 1)))
    }
}

fn scalar(flat: &Flat<'_>, name: &str, nth: usize, unknown_enums: bool) -> Json {
    let text = |text: &str| Json::Text(text.to_owned());
    if !flat.choices.is_empty() {
        let choices: Vec<&Value> = flat.choices.iter().copied().filter(|choice| !choice.is_null()).collect();
        let choice = choices.get(nth % choices.len().max(1));
        return match choice {
            Some(choice) if !unknown_enums => Json::from(*choice),
            _ => text(UNKNOWN),
        };
    }
    match (flat.ty, flat.format) {
        ("integer", _) => Json::Number((7 + nth).to_string()),
        ("number", _) => Json::Number(DECIMAL.to_owned()),
        ("boolean", _) => Json::Bool(nth == 0),
        ("string", "date-time") => text(TIME),
        ("string", "date-time-rfc-2822") => text(OLD_TIME),
        ("string", "date") => text(DATE),
        ("string", "http-method") => text("POST"),
        ("string", _) => match sid(flat.pattern) {
            Some(prefix) => Json::Text(format!("{prefix}{nth:032x}")),
            None => Json::Text(format!("{name} {nth} ä/ö?&=+#%<>;:\"\\ ✓")),
        },
        // Nothing is said of its content, so it holds a bit of everything.
        _ => Json::Object(BTreeMap::from([
            ("any &=ß".to_owned(), Json::List(vec![text("thing"), Json::Bool(true)])),
            (name.to_owned(), Json::Number((nth + 1).to_string())),
        ])),
    }
}

/// The prefix of the SIDs that a pattern describes.
fn sid(pattern: &str) -> Option<&str> {
    let rest = pattern.trim_start_matches(['^', '(']);
    let prefix = rest.get(..2).filter(|prefix| prefix.bytes().all(|b| b.is_ascii_uppercase()))?;
    pattern.contains("{32}").then_some(prefix)
}
