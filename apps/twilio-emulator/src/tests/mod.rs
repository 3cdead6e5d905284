//! Tests over every operation of every embedded spec.

mod api;
mod basics;
mod faults;
mod oauth;
mod surface;
mod walk;

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use twilio_openapi::{Location, Operation};

use super::Emulator;
use super::pattern::sample;
use super::route::Route;
use super::sample::Sampler;
use super::schema::{Shape, kind, map_prefix, resolve};

const USER: &str = "AC00000000000000000000000000000000";

/// An HTTP client other than the SDK's.
fn http() -> reqwest::Client {
    http_builder().build().unwrap()
}

/// Another crate of the build may have switched on reqwest's TLS, which then needs a provider.
fn http_builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

type Pairs = Vec<(String, String)>;

/// A request that is valid for the spec.
#[derive(Clone, Debug, Default)]
struct Request {
    method: String,
    host: String,
    path: String,
    query: Pairs,
    headers: Pairs,
    content_type: Option<String>,
    form: Pairs,
    json: Option<Value>,
    /// `None` sends no credentials.
    user: Option<String>,
}

#[derive(Debug)]
struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    text: String,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

fn encode(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Request {
    fn get(host: &str, path: &str) -> Self {
        Self {
            method: "GET".into(),
            host: host.into(),
            path: path.into(),
            user: Some(USER.into()),
            ..Self::default()
        }
    }

    /// Creates a request for an operation with its required values, or with all that it declares.
    fn for_operation(route: &Route, operation: &Operation<'static>, all: bool) -> Self {
        let mut request = Self::get(route.product.host, operation.path);
        request.method = operation.method.to_string();
        request.user = request.user.filter(|_| !super::auth::is_public(route, operation));
        let spec = route.spec;
        let sampler = Sampler { spec, account: USER, base: "https://example.com", path: "/x" };
        let texts = |name: &str, schema: &Value| -> Pairs {
            if let Some(prefix) = map_prefix(spec, schema) {
                return vec![(format!("{prefix}.name"), "value".to_owned())];
            }
            let value = sampler.value(name, schema, 7);
            let items = match (kind(spec, schema), value) {
                ("array", Value::Array(items)) => items,
                (_, value) => vec![value],
            };
            let text = |v: Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
            items.into_iter().map(|v| (name.to_owned(), text(v))).collect()
        };
        for parameter in operation.parameters.iter().filter(|p| p.required || all) {
            let pairs = texts(parameter.name, parameter.schema);
            match parameter.location {
                Location::Path => {
                    let mut value = pairs[0].1.clone();
                    // Any string is valid, so use one that must be decoded after splitting.
                    if *resolve(spec, parameter.schema) == serde_json::json!({ "type": "string" }) {
                        value = "a/b c%".to_owned();
                    }
                    let value = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
                    request.path = request.path.replace(&format!("{{{}}}", parameter.name), &value);
                }
                Location::Query => request.query.extend(pairs),
                Location::Header if parameter.name == "Authorization" => {}
                Location::Header => request.headers.extend(pairs),
            }
        }
        let Some(body) = &operation.body else { return request };
        request.content_type = Some(body.content_type.to_owned());
        let shape = Shape::concrete(spec, body.schema);
        if body.content_type == "application/x-www-form-urlencoded" {
            for (name, schema) in shape.properties {
                if all || shape.required.contains(&name) {
                    request.form.extend(texts(name, schema));
                }
            }
        } else {
            let mut value = sampler.value("body", body.schema, 7);
            if let Some(map) = value.as_object_mut().filter(|_| !all) {
                map.retain(|name, _| shape.required.contains(&name.as_str()));
            }
            request.json = Some(value);
        }
        request
    }

    async fn send(&self, client: &reqwest::Client, emulator: &Emulator) -> Response {
        let mut url = format!("{}{}", emulator.base_url(), self.path);
        if !self.query.is_empty() {
            url = format!("{url}?{}", encode(&self.query));
        }
        let mut builder = client.request(self.method.parse().unwrap(), url);
        if !self.host.is_empty() {
            builder = builder.header("X-Forwarded-Host", &self.host);
        }
        if let Some(user) = &self.user {
            builder = builder.basic_auth(user, Some("secret"));
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        if let Some(content_type) = &self.content_type {
            let body = self.json.as_ref().map_or_else(|| encode(&self.form), Value::to_string);
            builder = builder.header("Content-Type", content_type).body(body);
        }
        receive(builder).await
    }
}

async fn receive(builder: reqwest::RequestBuilder) -> Response {
    let response = builder.send().await.unwrap();
    let text = |v: &reqwest::header::HeaderValue| v.to_str().unwrap().to_owned();
    let headers = response.headers().iter().map(|(n, v)| (n.as_str().to_owned(), text(v))).collect();
    Response { status: response.status().as_u16(), headers, text: response.text().await.unwrap() }
}

/// Every operation with its route.
fn operations() -> impl Iterator<Item = (&'static Route, &'static Operation<'static>)> {
    super::route::all().flat_map(|route| route.operations.iter().map(move |o| (route, o)))
}

#[test]
fn every_pattern_gets_a_text_that_matches_it() {
    fn walk(value: &Value, seen: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                seen.extend(map.get("pattern").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|v| walk(v, seen));
            }
            Value::Array(list) => list.iter().for_each(|v| walk(v, seen)),
            _ => {}
        }
    }
    let mut patterns = Vec::new();
    for product in twilio_openapi::products() {
        walk(&serde_json::from_str(product.text).unwrap(), &mut patterns);
    }
    patterns.sort_unstable();
    patterns.dedup();
    assert!(patterns.len() > 100);
    for pattern in patterns {
        let regex = regex_lite::Regex::new(&pattern).unwrap();
        for seed in 0..20 {
            let text = sample(&pattern, &mut super::pattern::Rng(seed));
            assert!(regex.is_match(&text), "{pattern}: {text}");
        }
    }
}
