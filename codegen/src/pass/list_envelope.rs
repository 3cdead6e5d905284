use serde_json::{Value, json};
use twilio_openapi::Spec;

use super::{Pass, walk};
use crate::Result;

/// The mark that this pass leaves: the property that holds the items.
pub(crate) const MARK: &str = "x-sdk-page";

pub(super) const PASS: Pass = Pass {
    name: "list-envelope",
    reason: "every list operation repeats the fields of paging around its items; one page type of the \
             runtime reads them all",
    apply,
};

fn apply(spec: &mut Spec) -> Result<usize> {
    let original = spec.clone();
    let mut count = 0;
    walk::for_each_operation(spec.document_mut(), &mut |value, _| {
        let Some(id) = value.get("operationId").and_then(Value::as_str) else { return Ok(()) };
        let is_list = id.starts_with("List");
        let Some(responses) = value.get_mut("responses").and_then(Value::as_object_mut) else {
            return Ok(());
        };
        for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            let Some(content) = walk::object_at(response, &["content"]) else { continue };
            // SCIM has a media type of its own (RFC 7644, section 3.1).
            let json = |media: &str| media == "application/json" || media.ends_with("+json");
            for (_, media) in content.iter_mut().filter(|(media, _)| json(media)) {
                let Some(schema) = media.get_mut("schema") else { continue };
                if let Some((key, items)) = items(&original, schema, is_list)? {
                    *schema = json!({ "type": "array", "items": items, MARK: key });
                    count += 1;
                }
            }
        }
        Ok(())
    })?;
    Ok(count)
}

/// The property with the items and their schema, if the schema is a list's envelope.
fn items(spec: &Spec, schema: &Value, is_list: bool) -> Result<Option<(String, Value)>> {
    let Some(properties) = spec.resolve(schema)?.get("properties").and_then(Value::as_object) else {
        return Ok(None);
    };
    let mut lists = Vec::new();
    let mut pages = properties.contains_key("next_page_uri");
    for (name, property) in properties {
        let property = spec.resolve(property)?;
        if let Some(items) = property.get("items") {
            lists.push((name, items));
        } else if name == "meta" {
            let fields = property.get("properties").and_then(Value::as_object);
            pages |= fields.is_some_and(|f| {
                f.keys().any(|key| matches!(key.as_str(), "next_page_url" | "nextToken" | "next_token"))
            });
        }
    }
    // SCIM's ListResponse (RFC 7644, section 3.4.2) lists its schema URNs beside the resources.
    if let Some(resources) = lists.iter().find(|(name, _)| *name == "Resources").copied() {
        lists = vec![resources];
    }
    match lists.as_slice() {
        [(name, items)] if is_list || pages => Ok(Some(((*name).clone(), (*items).clone()))),
        _ => Ok(None),
    }
}
