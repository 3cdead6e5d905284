//! How an operation's requests and responses travel.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;
use twilio_openapi::{Operation, Spec};

/// Facts by what they are about. A change of any of them is for people to judge, so each is said as breaking.
pub(super) fn facts(spec: &Spec, operation: &Operation<'_>) -> Result<BTreeMap<String, String>> {
    let mut facts = BTreeMap::new();
    let mut put = |what: &str, value: String| facts.insert(what.to_owned(), value);
    if let Some(body) = operation.value.get("requestBody") {
        let content = spec.resolve(body)?.get("content");
        put("media type of the request", keys(content));
        for (media, value) in content.and_then(Value::as_object).into_iter().flatten() {
            for (field, encoding) in value.get("encoding").and_then(Value::as_object).into_iter().flatten() {
                put(&format!("encoding of {field} in {media}"), encoding.to_string());
            }
        }
    }
    for response in operation.responses.iter().filter(|r| r.status.starts_with(['2', '3'])) {
        put(&format!("media type of response {}", response.status), keys(response.value.get("content")));
    }
    put("security", security(spec, operation));
    put("server", servers(spec, operation));
    for parameter in &operation.parameters {
        let style: Vec<String> = ["style", "explode", "allowReserved", "content"]
            .iter()
            .filter_map(|key| Some(format!("{key} {}", parameter.value.get(*key)?)))
            .collect();
        if !style.is_empty() {
            let place = parameter.value.get("in").and_then(Value::as_str).unwrap_or_default();
            put(&format!("style of {place} {}", parameter.name), style.join(", "));
        }
    }
    if let Some(schema) = operation.success().and_then(|response| response.schema) {
        for (what, value) in paging(spec, operation.id, schema)? {
            put(what, value);
        }
    }
    Ok(facts)
}

/// The names in an object, in order.
fn keys(value: Option<&Value>) -> String {
    let mut names: Vec<&str> =
        value.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.is_empty() { "none".to_owned() } else { names.join(" or ") }
}

/// The ways to authenticate, each with what its schemes are.
fn security(spec: &Spec, operation: &Operation<'_>) -> String {
    let own = operation.value.get("security").or_else(|| spec.document().get("security"));
    let Some(list) = own.and_then(Value::as_array) else { return "not said".to_owned() };
    let scheme = |name: &str| {
        let pointer = format!("/components/securitySchemes/{}", twilio_openapi::escape_pointer(name));
        let scheme = spec.document().pointer(&pointer).and_then(|value| spec.resolve(value).ok());
        let text = |key: &str| scheme.and_then(|s| s.get(key)).and_then(Value::as_str).unwrap_or_default();
        format!("{name} ({} {})", text("type"), text("scheme")).replace(" )", ")")
    };
    let ways: Vec<String> = list
        .iter()
        .map(|way| {
            let names = way.as_object().into_iter().flatten().map(|(name, _)| scheme(name));
            let names: Vec<String> = names.collect();
            if names.is_empty() { "none".to_owned() } else { names.join(" and ") }
        })
        .collect();
    if ways.is_empty() { "none".to_owned() } else { ways.join(" or ") }
}

fn servers(spec: &Spec, operation: &Operation<'_>) -> String {
    let own = [operation.value, operation.item, spec.document()].into_iter().find_map(|at| at.get("servers"));
    let urls = own.and_then(Value::as_array).into_iter().flatten();
    urls.filter_map(|server| server.get("url")?.as_str()).collect::<Vec<_>>().join(" or ")
}

/// Of a list, what is around the items and which properties could hold them.
fn paging(spec: &Spec, id: &str, schema: &Value) -> Result<Vec<(&'static str, String)>> {
    let Some(properties) = spec.resolve(schema)?.get("properties").and_then(Value::as_object) else {
        return Ok(Vec::new());
    };
    let (mut keys, mut lists) = (Vec::new(), Vec::new());
    for (name, property) in properties {
        let property = spec.resolve(property)?;
        let inner = property.get("properties").and_then(Value::as_object);
        match inner.filter(|_| matches!(name.as_str(), "meta" | "links")) {
            _ if property.get("items").is_some() => lists.push(name.clone()),
            Some(inner) => keys.extend(inner.keys().map(|key| format!("{name}.{key}"))),
            None => keys.push(name.clone()),
        }
    }
    let is_page = id.starts_with("List") || keys.iter().any(|key| key.to_lowercase().contains("next"));
    if !is_page || lists.is_empty() {
        return Ok(Vec::new());
    }
    keys.sort_unstable();
    lists.sort_unstable();
    Ok(vec![("paging keys", keys.join(", ")), ("lists of the page", lists.join(", "))])
}
