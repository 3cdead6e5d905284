//! Types, places and constraints in words.

use super::code;
use crate::analyze::{Constraints, Input, Place, Type};
use crate::emit::plain::plain;

/// What a parameter, field or property holds: type, constraints, default.
pub(super) fn value(ty: &Type, constraints: &Constraints) -> String {
    let mut facts = vec![kind(ty, constraints.format.as_deref())];
    if let (Some(pattern), Type::Text) = (&constraints.pattern, ty) {
        facts.push(format!("matching {}", code(pattern)));
    }
    let length = |n: Option<u64>| n.map(|n| n.to_string());
    if !matches!(ty, Type::Sid(_)) {
        let (least, greatest) = (length(constraints.min_length), length(constraints.max_length));
        facts.extend(range(least.as_deref(), greatest.as_deref()).map(|range| format!("{range} characters")));
    }
    facts.extend(range(constraints.minimum.as_deref(), constraints.maximum.as_deref()));
    facts.extend(constraints.max_items.map(|items| format!("at most {items} items")));
    let mut text = facts.join(", ");
    if let Some(default) = constraints.default.as_deref().filter(|text| !text.is_empty()) {
        text.push_str(&format!(". Default: {}", code(default)));
    }
    if let Some(pii) = &constraints.pii {
        text.push_str(&format!(". Personal data ({pii})"));
    }
    if constraints.deprecated {
        text.push_str(". Deprecated by Twilio");
    }
    text.push('.');
    text
}

fn range(least: Option<&str>, greatest: Option<&str>) -> Option<String> {
    match (least, greatest) {
        (Some(a), Some(b)) if a == b => Some(a.to_owned()),
        (Some(a), Some(b)) => Some(format!("{a} to {b}")),
        (Some(a), None) => Some(format!("at least {a}")),
        (None, Some(b)) => Some(format!("at most {b}")),
        (None, None) => None,
    }
}

/// A type, named as a reader of JSON and HTTP names it.
pub(super) fn kind(ty: &Type, format: Option<&str>) -> String {
    match ty {
        Type::Text => match format {
            None => "string".to_owned(),
            Some("uri") => "URL".to_owned(),
            Some("phone-number") => "phone number in E.164 format".to_owned(),
            Some("iso-country-code") => "ISO 3166-1 alpha-2 country code".to_owned(),
            Some("currency") => "ISO 4217 currency code".to_owned(),
            Some("email") => "email address".to_owned(),
            Some("byte") => "Base64 string".to_owned(),
            Some("uuid") => "UUID".to_owned(),
            Some("twiml") => "TwiML".to_owned(),
            Some("duration") => "ISO 8601 duration".to_owned(),
            Some(other) => format!("string with format {}", code(other)),
        },
        Type::Integer => "integer".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Decimal => "decimal number".to_owned(),
        Type::Date => "date, such as `2026-01-31`".to_owned(),
        Type::Timestamp => "timestamp".to_owned(),
        Type::HttpMethod => "HTTP method".to_owned(),
        Type::Json => "JSON value".to_owned(),
        Type::Secret(_) => "secret, redacted in `Debug`".to_owned(),
        Type::List(item) => format!("list of {}", plural(&kind(item, format))),
        Type::Map(item) => format!("map of strings to {}", plural(&kind(item, format))),
        Type::Sid(_) | Type::Enum(_) | Type::Model(_) => code(&plain(ty)),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "string" | "URL" | "integer" | "boolean" | "decimal number" | "timestamp" | "JSON value" => {
            format!("{kind}s")
        }
        other => other.to_owned(),
    }
}

/// Where a value is sent.
pub(super) fn place(input: &Input) -> String {
    match input.place {
        Place::Path => format!("the path parameter {}", code(&input.wire)),
        Place::Query => format!("the query parameter {}", code(&input.wire)),
        Place::Header => format!("the header {}", code(&input.wire)),
        Place::Form => format!("the form field {}", code(&input.wire)),
        Place::Json => format!("the property {} of the JSON body", code(&input.wire)),
        Place::Body => "the JSON body".to_owned(),
    }
}
