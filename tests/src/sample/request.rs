use serde_json::Value;
use twilio_openapi::{Location, Operation, Parameter, Spec};

use super::{Flat, Sampler};
use crate::json::Json;
use crate::request::{Content, Expected, encode};
use crate::values::{Place, Values};

/// The values of a call, and the request that they must make.
#[derive(Clone, Debug)]
pub struct RequestCase {
    /// The arguments.
    pub values: Values,
    /// The request to send.
    pub expected: Expected,
}

/// A case with every value that the specification knows, or with the required ones only. `account` is the one
/// of the credentials.
pub fn request_case(spec: &Spec, operation: &Operation<'_>, full: bool, account: &str) -> RequestCase {
    let mut builder = Builder {
        spec,
        full,
        values: Values::default(),
        expected: Expected {
            method: operation.method.to_string(),
            host: spec.host().unwrap_or_default().to_owned(),
            path: operation.path.to_owned(),
            authorized: authorized(spec, operation),
            ..Expected::default()
        },
    };
    for parameter in &operation.parameters {
        builder.parameter(parameter, account);
    }
    builder.body(operation);
    RequestCase { values: builder.values, expected: builder.expected }
}

struct Builder<'a> {
    spec: &'a Spec,
    full: bool,
    values: Values,
    expected: Expected,
}

impl<'a> Builder<'a> {
    fn sampler(&self) -> Sampler<'a> {
        if self.full { Sampler::full(self.spec) } else { Sampler::minimal(self.spec) }
    }

    fn parameter(&mut self, parameter: &Parameter<'a>, account: &str) {
        let name = parameter.name;
        if parameter.location == Location::Header && is_own(name) {
            return;
        }
        match parameter.location {
            Location::Path => {
                let default = !self.full && self.spec.name() == "api_v2010" && name == "AccountSid";
                let text = if default { account.to_owned() } else { self.text(parameter.schema, name, 0) };
                let slot = format!("{{{name}}}");
                self.expected.path = self.expected.path.replace(&slot, &encode(&text));
                if !default {
                    self.values.insert(Place::Path, name, text.into());
                }
            }
            Location::Query if self.full || parameter.required => {
                let pairs = self.pairs(Place::Query, name, parameter.schema);
                self.expected.query.extend(pairs);
            }
            Location::Header if self.full || parameter.required => {
                // Headers carry no more than ASCII.
                let text: String =
                    self.text(parameter.schema, name, 0).chars().filter(|c| c.is_ascii()).collect();
                let text = text.trim().to_owned();
                self.values.insert(Place::Header, name, text.as_str().into());
                self.expected.headers.push((name.to_owned(), text));
            }
            _ => {}
        }
    }

    fn text(&self, schema: &'a Value, name: &str, nth: usize) -> String {
        match self.sampler().value(schema, name, nth) {
            Json::Text(text) => text,
            other => other.to_string(),
        }
    }

    /// Gives a value that is written as text, and says which pairs it must become.
    fn pairs(&mut self, place: Place, name: &str, schema: &'a Value) -> Vec<(String, Content)> {
        let flat = self.sampler().flat(schema);
        if let Some(items) = flat.items {
            let elements: Vec<_> = (0..2).map(|nth| self.element(items, name, nth)).collect();
            self.values.insert(place, name, elements.iter().map(|(given, _)| given.clone()).collect());
            return elements.into_iter().map(|(_, content)| (name.to_owned(), content)).collect();
        }
        if flat.format.starts_with("prefixed-collapsible-map") {
            let given = serde_json::json!({ "first": { "key": "v ü&", "other": "2" }, "second": "w" });
            self.values.insert(place, name, given);
            let pairs = [("first.key", "v ü&"), ("first.other", "2"), ("second", "w")];
            let prefix = flat.format.strip_prefix("prefixed-collapsible-map-").unwrap_or(name);
            return pairs.map(|(key, text)| (format!("{prefix}.{key}"), Content::text(text))).to_vec();
        }
        let (given, content) = self.element(schema, name, 0);
        self.values.insert(place, name, given);
        vec![(name.to_owned(), content)]
    }

    /// One value and what it is as text. What has structure is given as JSON in full cases, and as the text
    /// of JSON in minimal ones.
    fn element(&self, schema: &'a Value, name: &str, nth: usize) -> (Value, Content) {
        match self.sampler().value(schema, name, nth) {
            Json::Text(text) => (text.as_str().into(), Content::Text(text)),
            json @ (Json::Object(_) | Json::List(_)) if self.full => (json.to_value(), Content::Json(json)),
            json @ (Json::Object(_) | Json::List(_)) => (json.to_string().into(), Content::Json(json)),
            scalar => (scalar.to_string().into(), Content::Text(scalar.to_string())),
        }
    }

    fn body(&mut self, operation: &Operation<'a>) {
        let Some(body) = &operation.body else { return };
        let offered = operation
            .value
            .get("requestBody")
            .and_then(|body| self.spec.resolve(body).ok()?.get("content")?.as_object());
        let scim = offered.is_some_and(|content| content.contains_key("application/scim+json"));
        let content_type = if scim { "application/scim+json" } else { body.content_type };
        self.expected.content_type = Some(content_type.to_owned());
        if body.content_type == "application/x-www-form-urlencoded" {
            let flat: Flat<'a> = self.sampler().flat(body.schema);
            for (name, property) in &flat.properties {
                if self.full || flat.required.contains(name) {
                    let pairs = self.pairs(Place::Form, name, property);
                    self.expected.form.get_or_insert_default().extend(pairs);
                }
            }
            self.expected.form.get_or_insert_default();
        } else if self.full || body.required {
            let json = self.sampler().value(body.schema, "body", 0);
            self.values.insert(Place::Body, "body", json.to_value());
            self.expected.json = Some(json);
        }
    }
}

/// Whether the client sets a header itself: by its credentials, or as part of HTTP.
fn is_own(header: &str) -> bool {
    ["authorization", "accept-encoding", "content-encoding"]
        .iter()
        .any(|own| header.eq_ignore_ascii_case(own))
}

/// An operation takes credentials unless it, or the whole document, says that it needs none.
fn authorized(spec: &Spec, operation: &Operation<'_>) -> bool {
    let security = operation.value.get("security").or_else(|| spec.document().get("security"));
    security.and_then(Value::as_array).is_none_or(|list| !list.is_empty())
}
