use serde_json::{Map, Value, json};
use twilio_openapi::{Spec, escape_pointer};

use super::{Pass, walk};
use crate::Result;
use crate::error::unsupported;

/// The mark that this pass leaves: the property that holds the items.
pub(crate) const MARK: &str = "x-sdk-page";

/// The mark on an operation whose lock says which property holds the items.
pub(crate) const ITEMS: &str = "x-sdk-items";

pub(super) const PASS: Pass = Pass {
    name: "list-envelope",
    reason: "every list operation repeats the fields of paging around its items; one page type of the \
             runtime reads them all",
    apply,
};

/// What the runtime's page type knows around the items. `domain` is what the items of Insights are about.
const KEYS: &[&str] = &[
    "current_page",
    "domain",
    "end",
    "first_page_uri",
    "has_next",
    "has_prev",
    "itemsPerPage",
    "last_page_uri",
    "next_page_uri",
    "next_page_url",
    "num_pages",
    "page",
    "page_size",
    "per_page",
    "previous_page_uri",
    "start",
    "startIndex",
    "total",
    "totalResults",
    "total_elements",
    "total_pages",
    "uri",
];

/// What it knows in `meta`.
const META: &[&str] = &[
    "first_page_url",
    "key",
    "nextToken",
    "next_page_url",
    "next_token",
    "page",
    "pageSize",
    "page_size",
    "previousToken",
    "previous_page_url",
    "previous_token",
    "url",
];

fn apply(spec: &mut Spec) -> Result<usize> {
    let original = spec.clone();
    let mut count = 0;
    walk::for_each_operation(spec.document_mut(), &mut |value, pointer| {
        let Some(id) = value.get("operationId").and_then(Value::as_str) else { return Ok(()) };
        let is_list = id.starts_with("List");
        let pinned = value.get(ITEMS).and_then(Value::as_str).map(str::to_owned);
        let Some(responses) = value.get_mut("responses").and_then(Value::as_object_mut) else {
            return Ok(());
        };
        for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            let Some(content) = walk::object_at(response, &["content"]) else { continue };
            // SCIM has a media type of its own (RFC 7644, section 3.1).
            for (media, value) in content.iter_mut().filter(|(media, _)| crate::check::is_json(media)) {
                let Some(schema) = value.get_mut("schema") else { continue };
                let pointer =
                    format!("{pointer}/responses/{status}/content/{}/schema", escape_pointer(media));
                let envelope = Envelope { spec: &original, pointer, is_list, pinned: pinned.as_deref() };
                if let Some((key, items)) = envelope.items(schema)? {
                    *schema = json!({ "type": "array", "items": items, MARK: key });
                    count += 1;
                }
            }
        }
        Ok(())
    })?;
    Ok(count)
}

struct Envelope<'a> {
    spec: &'a Spec,
    pointer: String,
    /// Whether the operation is a list by its name.
    is_list: bool,
    /// The property that holds the items, where the lock says so.
    pinned: Option<&'a str>,
}

impl Envelope<'_> {
    /// The property with the items and their schema, if the schema is a list's envelope.
    fn items(&self, schema: &Value) -> Result<Option<(String, Value)>> {
        let Some(properties) = self.spec.resolve(schema)?.get("properties").and_then(Value::as_object) else {
            return Ok(None);
        };
        let (mut lists, mut around) = (Vec::new(), Vec::new());
        let mut pages = false;
        for (name, property) in properties {
            let property = self.spec.resolve(property)?;
            match property.get("items") {
                Some(items) => lists.push((name, items)),
                None => {
                    let fields = property.get("properties").and_then(Value::as_object);
                    pages |= name == "next_page_uri";
                    pages |= name == "meta" && fields.is_some_and(continues);
                    around.push((name, fields));
                }
            }
        }
        if !self.is_list && !pages {
            return Ok(None);
        }
        // SCIM's ListResponse (RFC 7644, section 3.4.2) lists its schema URNs beside the resources.
        let is_items = |name: &str| self.pinned.map_or(name == "Resources", |pinned| name == pinned);
        let chosen = lists.iter().find(|(name, _)| is_items(name)).or(match lists.as_slice() {
            [one] => Some(one),
            _ => None,
        });
        let Some((name, items)) = chosen else { return self.without_items(&lists) };
        for (name, fields) in around {
            self.known(name, fields)?;
        }
        Ok(Some(((*name).clone(), (*items).clone())))
    }

    fn without_items(&self, lists: &[(&String, &Value)]) -> Result<Option<(String, Value)>> {
        let names: Vec<String> = lists.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = match names.as_slice() {
            [] if !self.is_list => return Ok(None),
            [] => "the operation is a list, and no property holds its items".to_owned(),
            names => format!("the items of the list may be {}, and nothing says which", names.join(" or ")),
        };
        Err(unsupported(self.spec.name(), &format!("{}/properties", self.pointer), message))
    }

    /// Fails at a property around the items that the runtime would not look at: pages after the first would be lost.
    fn known(&self, name: &str, fields: Option<&Map<String, Value>>) -> Result<()> {
        let pointer = format!("{}/properties/{}", self.pointer, escape_pointer(name));
        let unknown = match fields.filter(|_| name == "meta") {
            Some(fields) => fields.keys().find(|key| !META.contains(&key.as_str())),
            None if name == "meta" || KEYS.contains(&name) => None,
            None => {
                let message = format!("`{name}` beside the items of a list is no paging key that is known");
                return Err(unsupported(self.spec.name(), &pointer, message));
            }
        };
        match unknown {
            None => Ok(()),
            Some(key) => {
                let message = format!("`meta.{key}` of a list is no paging key that is known");
                let pointer = format!("{pointer}/properties/{}", escape_pointer(key));
                Err(unsupported(self.spec.name(), &pointer, message))
            }
        }
    }
}

/// Whether the fields of `meta` lead to a next page.
fn continues(fields: &Map<String, Value>) -> bool {
    fields.keys().any(|key| matches!(key.as_str(), "next_page_url" | "nextToken" | "next_token"))
}
