use serde_json::Value;

/// The constraints of a value beyond its type, for documentation and for checks.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Constraints {
    /// `format`, where the Rust type does not say it.
    pub format: Option<String>,
    /// A regular expression.
    pub pattern: Option<String>,
    /// Minimum number of characters.
    pub min_length: Option<u64>,
    /// Maximum number of characters.
    pub max_length: Option<u64>,
    /// Minimum value.
    pub minimum: Option<String>,
    /// Maximum value.
    pub maximum: Option<String>,
    /// Maximum number of items.
    pub max_items: Option<u64>,
    /// The value that Twilio uses by default.
    pub default: Option<String>,
    /// The handling of personal data: `standard` or `sensitive`.
    pub pii: Option<String>,
    /// `null` is allowed.
    pub nullable: bool,
    /// The spec marks it as deprecated.
    pub deprecated: bool,
}

impl Constraints {
    /// Reads them from a schema and from the parameter that holds it.
    pub(crate) fn read(schema: &Value, holder: &Value) -> Self {
        let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| schema.get(key).and_then(Value::as_u64);
        let shown = |value: Option<&Value>| match value {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        let scalar = |key: &str| shown(schema.get(key));
        let own_default = shown(holder.get("default"));
        let is = |key: &str| [schema, holder].iter().any(|v| v.get(key) == Some(&Value::Bool(true)));
        let pii = twilio_openapi::extension::pii(schema).or_else(|| twilio_openapi::extension::pii(holder));
        Self {
            format: text("format"),
            pattern: text("pattern"),
            min_length: number("minLength"),
            max_length: number("maxLength"),
            minimum: scalar("minimum"),
            maximum: scalar("maximum"),
            max_items: number("maxItems"),
            default: own_default.or_else(|| scalar("default")),
            pii: pii.map(|pii| pii.handling.to_owned()),
            nullable: is("nullable"),
            deprecated: is("deprecated"),
        }
    }
}

/// The description of a value: its own, or the one of the schema that it refers to.
pub(crate) fn description(schema: &Value, holder: &Value) -> Option<String> {
    let of = |value: &Value| value.get("description").and_then(Value::as_str).map(str::to_owned);
    of(holder).or_else(|| of(schema)).filter(|text| !text.trim().is_empty())
}
