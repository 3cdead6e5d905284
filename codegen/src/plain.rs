//! progenitor's own output for a spec, as the baseline of benchmarks.

use serde_json::{Value, json};
use twilio_openapi::Spec;

use crate::pass::walk;
use crate::{Result, emit};

/// progenitor's own builder-style client for a spec.
///
/// The spec is changed only as far as progenitor needs to accept it and rustc to compile what it makes:
/// unknown formats of objects, comparison signs in names, several media types, errors beside successes.
pub fn generate(spec: &Spec) -> Result<String> {
    let mut spec = spec.clone();
    walk::schemas(&mut spec, &mut |schema, _| {
        let is_text = schema.get("type").and_then(Value::as_str) == Some("string");
        if let Some(map) = schema.as_object_mut() {
            if !is_text {
                map.remove("format");
            }
            map.remove("default");
        }
        Ok(())
    })?;
    let original = spec.clone();
    let signs = |text: &str| text.replace('<', "Before").replace('>', "After");
    let document = spec.document_mut();
    walk::for_each_operation(document, &mut |value, _| {
        for parameter in value.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(Value::String(name)) = parameter.get_mut("name") {
                *name = signs(name);
            }
        }
        if let Some(body) = value.get_mut("requestBody").and_then(Value::as_object_mut) {
            body.insert("required".to_owned(), true.into());
            one_media_type(body.get_mut("content"));
        }
        if let Some(Value::Object(responses)) = value.get_mut("responses") {
            let success = responses.keys().find(|status| status.starts_with('2')).cloned();
            let kept = success
                .or_else(|| responses.keys().next().cloned())
                .and_then(|status| responses.remove(&status));
            let mut kept = original.resolve(&kept.unwrap_or_else(|| json!({})))?.clone();
            one_media_type(kept.get_mut("content"));
            if let Some(kept) = kept.as_object_mut() {
                kept.insert("description".to_owned(), "".into());
                kept.remove("headers");
            }
            responses.clear();
            responses.insert("200".to_owned(), kept);
        }
        Ok(())
    })?;
    if let Some(components) = walk::object_at(document, &["components"]) {
        components.remove("responses");
        components.remove("headers");
        components.remove("examples");
    }
    emit::plain_client(&spec)
}

fn one_media_type(content: Option<&mut Value>) {
    let Some(Value::Object(content)) = content else { return };
    let first = content.keys().next().cloned();
    let name =
        if content.contains_key("application/json") { Some("application/json".to_owned()) } else { first };
    if let Some((name, media)) = name.and_then(|name| content.remove(&name).map(|media| (name, media))) {
        let name = if name.ends_with("+json") { "application/json".to_owned() } else { name };
        content.clear();
        content.insert(name, media);
    }
}
