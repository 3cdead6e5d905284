//! Sample values for schemas.

use serde_json::{Map, Value, json};
use twilio_openapi::Spec;

use super::check::check_json;
use super::pattern::{Rng, sample, seed};
use super::schema::{DEPTH, Shape, kind, list, resolve, size, text};

/// Fields that link to another page: null unless a page sets them.
const CURSORS: [&str; 8] = [
    "next_page_url",
    "next_page_uri",
    "previous_page_url",
    "previous_page_uri",
    "nextToken",
    "previousToken",
    "next_token",
    "previous_token",
];

/// Creates sample values. Equal seeds create equal values.
pub(super) struct Sampler<'a> {
    pub(super) spec: &'a Spec,
    /// The account that owns the resource.
    pub(super) account: &'a str,
    /// The start of absolute links, for instance `https://api.twilio.com`.
    pub(super) base: &'a str,
    /// The path of the resource.
    pub(super) path: &'a str,
}

impl Sampler<'_> {
    /// Returns a value for the property `name`. Objects have all their properties.
    pub(super) fn value(&self, name: &str, schema: &Value, seed: u64) -> Value {
        self.at(name, schema, seed, 0)
    }

    fn at(&self, name: &str, schema: &Value, base: u64, depth: usize) -> Value {
        let schema = resolve(self.spec, schema);
        let nullable = schema.get("nullable") == Some(&Value::Bool(true));
        if depth > DEPTH || CURSORS.contains(&name) || (nullable && name.starts_with("error_")) {
            return Value::Null;
        }
        let mut rng = Rng(seed(&[name, text(schema, "pattern")]) ^ base);
        let kind = kind(self.spec, schema);
        if let Some(default) = schema.get("default").filter(|d| d.is_boolean() || d.is_string() || d.is_i64())
            && kind != "number"
            && check_json(self.spec, schema, name, default).is_ok()
        {
            return default.clone();
        }
        match kind {
            "string" => Value::String(self.string(name, schema, &mut rng)),
            "boolean" => Value::Bool(false),
            "integer" => {
                let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
                json!(bound("minimum").unwrap_or(1).max(bound("maximum").map_or(1, |max| max.min(1))))
            }
            // Twilio writes decimals as strings, which keeps them exact.
            "number" => {
                let low = schema.get("minimum").and_then(Value::as_f64);
                Value::String(low.filter(|l| *l > 0.0075).map_or("0.0075".to_owned(), |l| l.to_string()))
            }
            "array" => {
                let count = size(schema, "minItems").unwrap_or(1).clamp(1, 64);
                let items = schema.get("items").unwrap_or(&Value::Null);
                let item = |i: usize| self.at(name, items, base.wrapping_add(i as u64), depth + 1);
                Value::Array((0..count).map(item).collect())
            }
            _ => self.object(name, schema, base, depth),
        }
    }

    fn object(&self, name: &str, schema: &Value, base: u64, depth: usize) -> Value {
        let shape = Shape::concrete(self.spec, schema);
        if shape.properties.is_empty()
            && let Some(kind) = shape_of_scalar(self.spec, schema)
        {
            return self.at("value", kind, base, depth + 1);
        }
        let fields = shape.properties.iter();
        let mut map: Map<String, Value> = fields
            .map(|(name, schema)| ((*name).to_owned(), self.at(name, schema, base, depth + 1)))
            .collect();
        if let Some((name, value)) = shape.tag {
            map.insert(name.to_owned(), json!(value));
        }
        if map.is_empty() {
            let (key, value) = match (text(schema, "format"), shape.additional) {
                ("uri-map", _) if name.ends_with("uris") => ("self", json!(self.path)),
                ("uri-map", _) => ("self", Value::String(self.link())),
                (_, Some(inner @ Value::Object(_))) => ("key", self.at("value", inner, base, depth + 1)),
                _ => ("key", json!("value")),
            };
            map.insert(key.to_owned(), value);
        }
        Value::Object(map)
    }

    fn link(&self) -> String {
        format!("{}{}", self.base, self.path)
    }

    fn string(&self, name: &str, schema: &Value, rng: &mut Rng) -> String {
        if let Some(first) = list(schema, "enum").iter().find_map(Value::as_str) {
            return first.to_owned();
        }
        let pattern = text(schema, "pattern");
        let plain: String = name.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
        if matches!(plain.as_str(), "accountsid" | "accountid")
            && (pattern.is_empty() || pattern.contains("AC"))
        {
            return self.account.to_owned();
        }
        if !pattern.is_empty() {
            return fit(sample(pattern, rng), schema);
        }
        match name {
            "url" => return self.link(),
            "uri" => return self.path.to_owned(),
            _ => {}
        }
        let minute = rng.next() % 60;
        match text(schema, "format") {
            "date-time" => return format!("2026-01-15T10:{minute:02}:00Z"),
            "date-time-rfc-2822" => return format!("Thu, 15 Jan 2026 10:{minute:02}:00 +0000"),
            "date" => return "2026-01-15".to_owned(),
            "uri" => return fit(format!("{}/{name}", self.link()), schema),
            "uuid" => return uuid(rng),
            "phone-number" => return "+15558675310".to_owned(),
            "iso-country-code" => return "US".to_owned(),
            "currency" => return "USD".to_owned(),
            "email" => return "user@example.com".to_owned(),
            "duration" => return "PT1M".to_owned(),
            "OrganizationSid" => return format!("OR{}", rng.hex(32)),
            _ => {}
        }
        let value = match plain.as_str() {
            "id" => uuid(rng),
            _ if plain.ends_with("sid") => {
                let mut letters =
                    plain.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase());
                match (letters.next(), letters.next(), plain.len()) {
                    (Some(a), Some(b), 5..) => format!("{a}{b}{}", rng.hex(32)),
                    _ => format!("XX{}", rng.hex(32)),
                }
            }
            // Strings that hold numbers, as in the oldest resources.
            "price" | "currentprice" | "baseprice" => "0.0075".to_owned(),
            "priceunit" | "currency" => "USD".to_owned(),
            "duration" => "60".to_owned(),
            "apiversion" => "2010-04-01".to_owned(),
            "to" | "from" => "+15558675310".to_owned(),
            _ if name.starts_with("num_") => "1".to_owned(),
            _ if plain.ends_with("phonenumber") => "+15558675310".to_owned(),
            _ => name.replace('_', " "),
        };
        fit(value, schema)
    }
}

/// Returns the first variant of a schema if it is no object (`oneOf: [string, ..]`).
fn shape_of_scalar<'a>(spec: &'a Spec, schema: &'a Value) -> Option<&'a Value> {
    let first = list(schema, "oneOf").first().or(list(schema, "anyOf").first())?;
    (!matches!(kind(spec, first), "object" | "")).then_some(first)
}

fn uuid(rng: &mut Rng) -> String {
    let hex = rng.hex(32);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// Truncates or extends a string to the length that the schema allows.
fn fit(value: String, schema: &Value) -> String {
    let mut value = value;
    if let Some(max) = size(schema, "maxLength").filter(|max| *max < value.chars().count()) {
        value = value.chars().take(max).collect();
    }
    let short = size(schema, "minLength").unwrap_or(0).saturating_sub(value.chars().count());
    value.extend(std::iter::repeat_n('a', short.min(4096)));
    value
}
