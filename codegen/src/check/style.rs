use serde_json::Value;
use twilio_openapi::{Spec, escape_pointer};

use crate::Result;
use crate::error::unsupported;

/// Checks that a parameter is written as the runtime writes values: repeated in a query, one string elsewhere.
pub(super) fn parameter(spec: &Spec, parameter: &Value, pointer: &str) -> Result<()> {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let (place, name) = (text("in").unwrap_or_default(), text("name").unwrap_or_default());
    let error =
        |key: &str, message: String| Err(unsupported(spec.name(), &format!("{pointer}{key}"), message));
    if parameter.get("content").is_some() {
        return error("/content", format!("`{name}` is written as a media type, which is not supported"));
    }
    let default = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
    if let Some(style) = parameter.get("style")
        && style.as_str() != Some(default)
    {
        return error("/style", format!("the style {style} of `{name}` is not supported in a {place}"));
    }
    if parameter.get("allowReserved") == Some(&Value::Bool(true)) {
        return error("/allowReserved", format!("`{name}` with reserved characters is not supported"));
    }
    let Some(schema) = parameter.get("schema") else { return Ok(()) };
    let schema = whole(spec, schema)?;
    let ty = schema.get("type").and_then(Value::as_str);
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let is_list = ty == Some("array") || schema.get("items").is_some();
    let is_object = ty == Some("object") || schema.get("properties").is_some();
    if is_list && place != "query" {
        return error("/schema", format!("`{name}` is a list, which is not supported in a {place}"));
    }
    if is_object && !(place == "query" && format.starts_with("prefixed-collapsible-map")) {
        return error("/schema", format!("`{name}` is an object, which is not supported in a {place}"));
    }
    // Of a single value, which four parameters of Twilio's are, it says nothing.
    if parameter.get("explode") == Some(&Value::Bool(false)) && (is_list || is_object) {
        return error("/explode", format!("`{name}` as one value with separators is not supported"));
    }
    Ok(())
}

/// The schema behind references and behind an `allOf` of one.
fn whole<'a>(spec: &'a Spec, schema: &'a Value) -> Result<&'a Value> {
    let mut schema = spec.resolve(schema)?;
    for _ in 0..16 {
        match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([one]) => schema = spec.resolve(one)?,
            _ => break,
        }
    }
    Ok(schema)
}

/// Checks that fields of a form are written as the runtime writes them. Of JSON, `encoding` says nothing.
pub(super) fn encoding(spec: &Spec, media: &str, value: &Value, pointer: &str) -> Result<()> {
    if !media.contains("form") {
        return Ok(());
    }
    for (field, encoding) in value.get("encoding").and_then(Value::as_object).into_iter().flatten() {
        let is_default = |(key, value): (&String, &Value)| match key.as_str() {
            "style" => value.as_str() == Some("form"),
            "explode" => value == &Value::Bool(true),
            "allowReserved" => value == &Value::Bool(false),
            _ => key.starts_with("x-"),
        };
        let odd = encoding.as_object().into_iter().flatten().find(|entry| !is_default(*entry));
        if let Some((key, _)) = odd {
            let pointer = format!("{pointer}/encoding/{}/{}", escape_pointer(field), escape_pointer(key));
            return Err(unsupported(
                spec.name(),
                &pointer,
                format!("this encoding of `{field}` is not supported"),
            ));
        }
    }
    Ok(())
}
