//! Validates requests against operations.

use serde_json::Value;
use twilio_openapi::{Location, Spec};

use super::check::{Problem, check_json, check_repeated, check_text, names};
use super::record::RecordedRequest;
use super::rejection::Rejection;
use super::route::Matched;
use super::schema::{Shape, kind, resolve};

const FORM: &str = "application/x-www-form-urlencoded";

impl From<Problem> for Rejection {
    fn from(problem: Problem) -> Self {
        if problem.missing {
            Self::missing(&problem.name)
        } else {
            Self::parameter(&problem.name, &problem.reason)
        }
    }
}

/// Checks a request and returns its JSON body, if it has one.
pub(super) fn validate(matched: &Matched, request: &RecordedRequest) -> Result<Option<Value>, Rejection> {
    let (operation, spec) = (matched.operation, matched.route.spec);
    let mut query = Vec::new();
    for parameter in &operation.parameters {
        let (name, schema) = (parameter.name, parameter.schema);
        match parameter.location {
            Location::Path => {
                let value = matched.values.iter().find(|(n, _)| *n == name);
                let value = value.ok_or_else(|| Rejection::missing(name))?;
                check_text(spec, schema, name, &value.1)?;
            }
            Location::Header => match request.header(name) {
                // The client's HTTP library sets these.
                _ if ["authorization", "accept-encoding"].contains(&name.to_ascii_lowercase().as_str()) => {}
                Some(value) => check_text(spec, schema, name, value)?,
                None if parameter.required => return Err(Rejection::missing(name)),
                None => {}
            },
            Location::Query => {
                let joined = parameter.value.get("explode") == Some(&Value::Bool(false));
                query.push(Declared { name, schema, required: parameter.required, joined });
            }
        }
    }
    check_pairs(spec, &query, &request.query)?;
    body(matched, request)
}

struct Declared<'a> {
    name: &'a str,
    schema: &'a Value,
    required: bool,
    /// `true` if an array is one value, separated by commas.
    joined: bool,
}

fn check_pairs(spec: &Spec, declared: &[Declared<'_>], given: &[(String, String)]) -> Result<(), Rejection> {
    if let Some((name, _)) =
        given.iter().find(|(k, _)| !declared.iter().any(|d| names(spec, d.name, d.schema, k)))
    {
        return Err(Rejection::parameter(name, "the operation has no such parameter"));
    }
    for Declared { name, schema, required, joined } in declared {
        let mut values: Vec<&str> =
            given.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
        if *joined && kind(spec, schema) == "array" {
            values = values.iter().flat_map(|v| v.split(',')).collect();
        }
        if values.is_empty() && *required {
            return Err(Rejection::missing(name));
        }
        // An empty string clears an optional value, whatever the format of the value.
        if values == [""] && !*required && kind(spec, schema) == "string" {
            continue;
        }
        check_repeated(spec, schema, name, &values)?;
    }
    Ok(())
}

fn body(matched: &Matched, request: &RecordedRequest) -> Result<Option<Value>, Rejection> {
    let (operation, spec) = (matched.operation, matched.route.spec);
    let sent = request.header("content-type").unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(body) = &operation.body else { return no_body(&sent, request) };
    let content = resolve(spec, operation.value.get("requestBody").unwrap_or(&Value::Null)).get("content");
    let accepted: Vec<&str> = match content.and_then(Value::as_object) {
        Some(content) => content.keys().map(String::as_str).collect(),
        None => vec![body.content_type],
    };
    let form = body.content_type == FORM;
    if !request.body.is_empty() && !accepted.contains(&sent.as_str()) {
        let message = format!("Unsupported content type '{sent}': {} is expected", accepted.join(" or "));
        return Err(Rejection::new(415, 20001, message));
    }
    if form {
        let shape = Shape::of(spec, body.schema);
        let declared = |&(name, schema): &(&'static str, &'static Value)| Declared {
            name,
            schema,
            required: shape.required.contains(&name),
            joined: false,
        };
        check_pairs(spec, &shape.properties.iter().map(declared).collect::<Vec<_>>(), &request.form)?;
        return Ok(None);
    }
    if request.body.is_empty() {
        let required = required_names(spec, body.schema);
        return match required.first() {
            Some(name) => Err(Rejection::missing(name)),
            None if body.required => Err(Rejection::missing("body")),
            None => Ok(None),
        };
    }
    let json: Value = serde_json::from_slice(&request.body)
        .map_err(|error| Rejection::new(400, 20001, format!("The body is not JSON: {error}")))?;
    if json.is_object() && !is_open(spec, body.schema) {
        let mut known = Vec::new();
        known_names(spec, body.schema, &mut known, 0);
        if let Some(name) =
            json.as_object().into_iter().flatten().map(|(k, _)| k).find(|k| !known.contains(&k.as_str()))
        {
            return Err(Rejection::parameter(name, "the operation has no such parameter"));
        }
    }
    check_json(spec, body.schema, "", &json).map_err(|problem| match problem.name.as_str() {
        "" => Rejection::parameter("body", &problem.reason),
        _ => problem.into(),
    })?;
    Ok(Some(json))
}

/// Checks the body of an operation without one: every value in it is unknown.
fn no_body(sent: &str, request: &RecordedRequest) -> Result<Option<Value>, Rejection> {
    let json = request.json();
    let name = match &json {
        Some(Value::Object(map)) => map.keys().next(),
        _ => request.form.first().map(|(name, _)| name),
    };
    match name {
        Some(name) => Err(Rejection::parameter(name, "the operation has no such parameter")),
        None if request.body.is_empty() || json.is_some() => Ok(None),
        None => {
            Err(Rejection::new(415, 20001, format!("Unsupported content type '{sent}': no body is expected")))
        }
    }
}

fn required_names<'a>(spec: &'a Spec, schema: &'a Value) -> Vec<&'a str> {
    Shape::concrete(spec, schema).required
}

/// Returns whether the body accepts any name: a map, or an object without declared properties.
pub(super) fn is_open(spec: &Spec, schema: &Value) -> bool {
    let shape = Shape::of(spec, schema);
    shape.additional.is_some()
        || (shape.properties.is_empty() && shape.variants.is_empty())
        || shape.variants.iter().any(|variant| is_open(spec, variant))
}

fn known_names<'a>(spec: &'a Spec, schema: &'a Value, into: &mut Vec<&'a str>, depth: usize) {
    let shape = Shape::of(spec, schema);
    into.extend(shape.properties.iter().map(|(name, _)| *name));
    // The property of a discriminator belongs to every variant.
    into.extend(resolve(spec, schema).pointer("/discriminator/propertyName").and_then(Value::as_str));
    if depth < 4 {
        for variant in shape.variants {
            known_names(spec, variant, into, depth + 1);
        }
    }
}
