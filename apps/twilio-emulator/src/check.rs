//! Validates values against schemas.

use serde_json::Value;
use twilio_openapi::Spec;

use super::schema::{DEPTH, Shape, kind, list, map_prefix, resolve, size, text};

/// An invalid value: its place (a dotted name) and the reason.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) name: String,
    pub(super) reason: String,
    /// `true` if the value is missing.
    pub(super) missing: bool,
}

fn problem<T>(name: &str, reason: impl Into<String>) -> Result<T, Problem> {
    Err(Problem { name: name.to_owned(), reason: reason.into(), missing: false })
}

/// Checks a parameter that is sent as a string: in a path, a query, a header or a form.
pub(super) fn check_text(spec: &Spec, schema: &Value, name: &str, value: &str) -> Result<(), Problem> {
    let schema = resolve(spec, schema);
    let json = match kind(spec, schema) {
        "string" => return check_string(schema, name, value),
        "integer" => match value.parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => return problem(name, "an integer is expected"),
        },
        "number" => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::from(number),
            _ => return problem(name, "a number is expected"),
        },
        "boolean" => match parse_bool(value) {
            Some(flag) => Value::Bool(flag),
            None => return problem(name, "true or false is expected"),
        },
        "object" => match serde_json::from_str(value) {
            Ok(json @ Value::Object(_)) => json,
            _ => return problem(name, "a JSON object is expected"),
        },
        "array" => match serde_json::from_str(value) {
            Ok(json @ Value::Array(_)) => json,
            _ => return problem(name, "a JSON array is expected"),
        },
        _ => return Ok(()),
    };
    check_json(spec, schema, name, &json)
}

/// Checks the values of one name in a query or form: arrays are repeated keys, everything else occurs once.
pub(super) fn check_repeated(
    spec: &Spec,
    schema: &Value,
    name: &str,
    values: &[&str],
) -> Result<(), Problem> {
    let schema = resolve(spec, schema);
    if kind(spec, schema) != "array" {
        return match values {
            [] => Ok(()),
            [one] => check_text(spec, schema, name, one),
            _ if kind(spec, schema).is_empty() => Ok(()),
            _ => problem(name, "it occurs more than once"),
        };
    }
    check_count(schema, name, values.len())?;
    let Some(items) = schema.get("items") else { return Ok(()) };
    values.iter().try_for_each(|value| check_text(spec, items, name, value))
}

/// Checks a JSON value. Properties that the schema does not declare are accepted.
pub(super) fn check_json(spec: &Spec, schema: &Value, name: &str, value: &Value) -> Result<(), Problem> {
    check_value(spec, schema, name, value, 0)
}

fn check_value(spec: &Spec, schema: &Value, name: &str, value: &Value, depth: usize) -> Result<(), Problem> {
    let schema = resolve(spec, schema);
    let kind = kind(spec, schema);
    if depth > DEPTH
        || (value.is_null() && (kind.is_empty() || schema.get("nullable") == Some(&Value::Bool(true))))
    {
        return Ok(());
    }
    if value.is_null() && list(schema, "enum").contains(value) {
        return Ok(());
    }
    match (kind, value) {
        ("string", Value::String(text)) => check_string(schema, name, text),
        ("string", _) => problem(name, "a string is expected"),
        ("boolean", Value::Bool(_)) => Ok(()),
        ("boolean", _) => problem(name, "a boolean is expected"),
        ("integer", Value::Number(n)) if n.is_i64() || n.is_u64() => check_range(schema, name, n.as_f64()),
        ("integer", _) => problem(name, "an integer is expected"),
        // Exact decimals are strings, in both directions.
        ("number", Value::String(text)) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            check_range(schema, name, text.parse().ok())
        }
        ("number", Value::Number(n)) => check_range(schema, name, n.as_f64()),
        ("number", _) => problem(name, "a number is expected"),
        ("array", Value::Array(items)) => {
            check_count(schema, name, items.len())?;
            let Some(inner) = schema.get("items") else { return Ok(()) };
            items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| check_value(spec, inner, &format!("{name}[{i}]"), item, depth + 1))
        }
        ("array", _) => problem(name, "an array is expected"),
        ("object", Value::Object(_)) => check_object(spec, schema, name, value, depth),
        ("object", _) => problem(name, "an object is expected"),
        _ => check_variants(spec, &Shape::of(spec, schema), name, value, depth),
    }
}

fn check_object(spec: &Spec, schema: &Value, name: &str, value: &Value, depth: usize) -> Result<(), Problem> {
    let shape = Shape::of(spec, schema);
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    if let Some(absent) = shape.required.iter().find(|key| value.get(key).is_none()) {
        return Err(Problem { name: inner(absent), reason: "it is required".into(), missing: true });
    }
    for (key, entry) in value.as_object().into_iter().flatten() {
        if let Some(schema) = shape.get(key).or(shape.additional) {
            check_value(spec, schema, &inner(key), entry, depth + 1)?;
        }
    }
    check_variants(spec, &shape, name, value, depth)
}

/// Checks the variant that the discriminator names, else accepts any valid variant. If none is valid, returns the first
/// one's problem.
fn check_variants(
    spec: &Spec,
    shape: &Shape<'_>,
    name: &str,
    value: &Value,
    depth: usize,
) -> Result<(), Problem> {
    if let Some(variant) = shape.variant_of(value) {
        return check_value(spec, variant, name, value, depth + 1);
    }
    let mut first = None;
    for variant in &shape.variants {
        match check_value(spec, variant, name, value, depth + 1) {
            Ok(()) => return Ok(()),
            Err(problem) => first = first.or(Some(problem)),
        }
    }
    first.map_or(Ok(()), Err)
}

fn check_count(schema: &Value, name: &str, count: usize) -> Result<(), Problem> {
    match (size(schema, "minItems"), size(schema, "maxItems")) {
        (Some(min), _) if count < min => problem(name, format!("at least {min} values are expected")),
        (_, Some(max)) if count > max => problem(name, format!("at most {max} values are allowed")),
        _ => Ok(()),
    }
}

fn check_range(schema: &Value, name: &str, value: Option<f64>) -> Result<(), Problem> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    match (value, bound("minimum"), bound("maximum")) {
        (Some(v), Some(min), _) if v < min => problem(name, format!("it must not be less than {min}")),
        (Some(v), _, Some(max)) if v > max => problem(name, format!("it must not be greater than {max}")),
        _ => Ok(()),
    }
}

fn check_string(schema: &Value, name: &str, value: &str) -> Result<(), Problem> {
    let allowed = list(schema, "enum");
    if !allowed.is_empty() && !allowed.iter().any(|a| a.as_str() == Some(value)) {
        let allowed: Vec<_> = allowed.iter().filter_map(Value::as_str).collect();
        return problem(name, format!("one of {} is expected", allowed.join(", ")));
    }
    let length = value.chars().count();
    if let Some(min) = size(schema, "minLength").filter(|min| length < *min) {
        return problem(name, format!("at least {min} characters are expected"));
    }
    if let Some(max) = size(schema, "maxLength").filter(|max| length > *max) {
        return problem(name, format!("at most {max} characters are allowed"));
    }
    let pattern = text(schema, "pattern");
    if !pattern.is_empty() && crate::regex::matches(pattern, value) == Some(false) {
        return problem(name, format!("it must match {pattern}"));
    }
    let well_formed = match text(schema, "format") {
        "date" => is_date(value),
        // Twilio's own documentation filters date-times by plain dates.
        "date-time" => is_date(value) || is_date_time(value),
        _ => true,
    };
    if well_formed { Ok(()) } else { problem(name, format!("a {} is expected", text(schema, "format"))) }
}

/// Parses `true` and `false`, ignoring case.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn is_date(value: &str) -> bool {
    let mut parts = value.split('-');
    let mut next = |digits: usize| {
        let part = parts.next().filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let date = (next(4), next(2), next(2));
    let (Some(year), Some(month), Some(day)) = date else { return false };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day) && parts.next().is_none()
}

/// Checks RFC 3339 with `Z` or an offset.
fn is_date_time(value: &str) -> bool {
    let Some((date, time)) = value.split_once(['T', 't', ' ']) else { return false };
    let form = r"^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([zZ]|[+-]([01]\d|2[0-3]):[0-5]\d)$";
    is_date(date) && crate::regex::matches(form, time) == Some(true)
}

/// Returns whether a query or form key belongs to a declared name: the name itself, or a key of a prefixed map.
pub(super) fn names(spec: &Spec, declared: &str, schema: &Value, key: &str) -> bool {
    let inside =
        |prefix: &str| key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.') && rest.len() > 1);
    key == declared || map_prefix(spec, schema).is_some_and(inside)
}
