use serde_json::Value;

use super::Verdict;
use crate::driver::{Driver, Failure, find};
use crate::json::Json;
use crate::recorder::{Answer, Recorded};
use crate::request::{decode, decode_pairs};
use crate::surface::surface;
use crate::values::{Place, Values};

/// A call, and the request that it must make.
#[derive(Debug, serde::Deserialize)]
pub struct Request {
    /// The name in reports.
    pub id: Value,
    /// The product's stem.
    pub product: String,
    /// The `operationId`.
    pub operation_id: String,
    /// The arguments.
    #[serde(flatten)]
    pub values: Values,
    /// The method that must be sent.
    pub method: String,
    /// The URL, percent-encoded or not, with or without host and query.
    pub url: String,
}

/// Headers that every client sends of its own accord.
const OWN: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "host",
    "user-agent",
    "x-twilio-client",
];

impl Request {
    /// Makes the call and compares the request that arrives.
    pub async fn run(mut self, mut driver: Driver) -> (Driver, Verdict) {
        let found = surface(&self.product).ok().and_then(|surface| {
            let operation = surface.operation(&self.operation_id)?;
            find(&self.product, &operation.id)
        });
        let Some(drive) = found else { return (driver, Verdict::Skipped) };
        self.values = std::mem::take(&mut self.values).without_nulls();
        self.values.headers.retain(|name, _| !OWN.iter().any(|own| name.eq_ignore_ascii_case(own)));
        let mut values = self.values.clone();
        values.take(Place::Header, "content-type");
        let outcome = driver.run(drive, values, Answer { status: 204, body: Vec::new() }).await;
        let differences = match (outcome.requests.as_slice(), &outcome.result) {
            (_, Err(Failure::Values(why))) => vec![why.clone()],
            ([sent], _) => self.differences(sent),
            ([], Err(failure)) => vec![format!("nothing was sent: {failure}")],
            (requests, _) => vec![format!("{} requests were sent", requests.len())],
        };
        let verdict =
            if differences.is_empty() { Verdict::Passed } else { Verdict::Failed(differences.join("; ")) };
        (driver, verdict)
    }

    fn differences(&self, sent: &Recorded) -> Vec<String> {
        let mut found = Vec::new();
        let mut same = |what: &str, expected: &str, sent: &str| {
            if expected != sent {
                found.push(format!("{what} is {sent:?} and not {expected:?}"));
            }
        };
        same("the method", &self.method.to_ascii_uppercase(), &sent.method);
        let (host, target) = match self.url.split_once("://") {
            Some((_, rest)) => {
                let at = rest.find(['/', '?']).unwrap_or(rest.len());
                (Some(&rest[..at]), &rest[at..])
            }
            None => (None, self.url.as_str()),
        };
        if let Some(host) = host {
            same("the host", host, sent.header("x-forwarded-host").unwrap_or_default());
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        same("the path", &decode(path), &decode(sent.path()));
        for (name, value) in &self.values.headers {
            let (expected, have) = (text(value), sent.header(name).unwrap_or_default());
            if !name.eq_ignore_ascii_case("content-type") {
                same(&format!("the header {name}"), &expected, have);
            } else if !(sent.body.is_empty() && have.is_empty()) {
                // Nothing has no type, whatever another client says of it.
                same("the content type", media_type(&expected), media_type(have));
            }
        }
        let sent_query = decode_pairs(sent.query().unwrap_or_default());
        found.extend(pairs("query", expand(&self.values.query), sent_query.clone()));
        if let Some(query) = query {
            found.extend(pairs("query of the URL", decode_pairs(query), sent_query));
        }
        let body = String::from_utf8_lossy(&sent.body);
        match &self.values.body {
            None => found.extend(pairs("form", expand(&self.values.form), decode_pairs(&body))),
            Some(Value::Object(map)) if map.is_empty() && body.is_empty() => {}
            Some(json) if Json::parse(&body).is_ok_and(|sent| sent == Json::from(json)) => {}
            Some(json) => found.push(format!("the body is {body} and not {json}")),
        }
        found
    }
}

fn media_type(header: &str) -> &str {
    header.split(';').next().unwrap_or_default().trim()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The pairs that values make: a list repeats its name.
fn expand(values: &std::collections::BTreeMap<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in values {
        match value {
            Value::Array(list) => pairs.extend(list.iter().map(|value| (name.clone(), text(value)))),
            one => pairs.push((name.clone(), text(one))),
        }
    }
    pairs
}

/// How pairs differ, whatever their order. Truth values are the same in any letter case, and JSON however it
/// is spaced.
fn pairs(what: &str, expected: Vec<(String, String)>, mut sent: Vec<(String, String)>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in expected {
        match sent.iter().position(|(have, text)| *have == name && same_text(&value, text)) {
            Some(at) => drop(sent.swap_remove(at)),
            None => found.push(format!("{what}: {name}={value:?} was not sent")),
        }
    }
    found.extend(sent.iter().map(|(name, value)| format!("{what}: {name}={value:?} was sent")));
    found
}

fn same_text(expected: &str, sent: &str) -> bool {
    let structured = |text: &str| text.starts_with(['{', '[']).then(|| Json::parse(text).ok()).flatten();
    expected == sent
        || (matches!(sent, "true" | "false") && expected.eq_ignore_ascii_case(sent))
        || structured(expected).is_some_and(|expected| structured(sent) == Some(expected))
}
