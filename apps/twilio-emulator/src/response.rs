//! The documented response of an operation: its success status and a body of its schema that reflects the request.

use serde_json::{Map, Value, json};
use twilio_openapi::Response;

use super::check::{check_json, check_text, parse_bool};
use super::page::{self, Page};
use super::pattern::{Rng, seed};
use super::record::RecordedRequest;
use super::reply::Reply;
use super::route::Matched;
use super::sample::Sampler;
use super::schema::{Shape, kind, text};

/// The context of a response, in addition to the request.
pub(super) struct Context<'a> {
    /// The start of links: the emulator's base URL, or Twilio's host.
    pub(super) base: String,
    /// The path segment that named the host, as received (`/api.twilio.com`), or empty.
    pub(super) prefix: String,
    /// The username of the credentials.
    pub(super) user: Option<&'a str>,
    pub(super) items_per_list: usize,
    /// Differs from request to request.
    pub(super) serial: u64,
}

/// Returns the response that the specification documents.
pub(super) fn respond_as_documented(
    matched: &Matched,
    request: &RecordedRequest,
    json: Option<&Value>,
    context: &Context<'_>,
) -> Reply {
    let Some(success) = matched.operation.success() else { return Reply::json(200, &json!({})) };
    let mut reply = Reply { status: success.status.parse().unwrap_or(200), ..Reply::default() };
    let maker = Maker { matched, request, json, context };
    let mut location = maker.base() + &request.path;
    if let Some(schema) = success.schema {
        let media = success.content_type.unwrap_or("application/json");
        reply.headers.push(("Content-Type".to_owned(), media.to_owned()));
        let body = match page::detect(matched, schema) {
            Some(list) => maker.list(schema, &list),
            None => {
                let (body, path) = maker.resource(schema, maker.is_create(), maker.seed());
                location = maker.base() + &path;
                body
            }
        };
        reply.body = Some(body.to_string().into_bytes());
    }
    if declares_location(success) {
        reply.headers.push(("Location".to_owned(), location));
    }
    reply
}

fn declares_location(response: &Response<'_>) -> bool {
    let headers = response.value.get("headers").and_then(Value::as_object);
    headers.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("location")))
}

struct Maker<'a> {
    matched: &'a Matched,
    request: &'a RecordedRequest,
    json: Option<&'a Value>,
    context: &'a Context<'a>,
}

impl Maker<'_> {
    fn base(&self) -> String {
        format!("{}{}", self.context.base, self.context.prefix)
    }

    /// A POST or PUT to a path that names no resource creates one each time.
    fn is_create(&self) -> bool {
        matches!(self.request.method.as_str(), "POST" | "PUT") && !self.matched.route.is_instance()
    }

    fn seed(&self) -> u64 {
        let serial = if self.is_create() { self.context.serial.to_string() } else { String::new() };
        seed(&[&self.request.host, &self.request.path, &serial])
    }

    fn account(&self) -> String {
        let path = self.request.path_values.iter().find(|(name, _)| name == "AccountSid");
        let path = path.map(|(_, value)| value.as_str());
        match path.or(self.context.user).filter(|user| user.starts_with("AC")) {
            Some(account) => account.to_owned(),
            None => format!("AC{}", Rng(0).hex(32)),
        }
    }

    fn list(&self, schema: &Value, list: &page::List<'_>) -> Value {
        let origin = (self.context.base.clone(), format!("{}{}", self.context.prefix, self.request.path));
        let page = Page::of(self.matched, list, self.request, self.context.items_per_list, origin);
        let items = (page.offset..page.offset + page.count).map(|index| {
            let seed = seed(&[&self.request.host, &self.request.path, &index.to_string()]);
            self.resource(list.item, true, seed).0
        });
        let items: Vec<Value> = items.collect();
        let (base, account) = (self.base(), self.account());
        let sampler = Sampler {
            spec: self.matched.route.spec,
            account: &account,
            base: &base,
            path: &self.request.path,
        };
        let mut map = Map::new();
        for (name, schema) in Shape::concrete(self.matched.route.spec, schema).properties {
            let value = if name == list.key { Value::Null } else { sampler.value(name, schema, 0) };
            map.insert(name.to_owned(), value);
        }
        page.fill(&mut map);
        if let Some(Value::Object(meta)) = map.get_mut("meta") {
            page.fill(meta);
        }
        map.insert(list.key.to_owned(), Value::Array(items));
        Value::Object(map)
    }

    /// Returns a resource and its path. If the request path names a collection, the identifier is new.
    fn resource(&self, schema: &Value, member: bool, seed: u64) -> (Value, String) {
        let (spec, base, account) = (self.matched.route.spec, self.base(), self.account());
        let shape = Shape::concrete(spec, schema);
        let here = self.request.path.as_str();
        let at = |path| Sampler { spec, account: &account, base: &base, path };
        let identifier = ["sid", "id"].into_iter().find_map(|name| Some((name, shape.get(name)?)));
        let id =
            identifier.map(|(name, schema)| (name, self.identifier(&at(here), name, schema, member, seed)));
        let path = match (member, &id, here.strip_suffix(".json")) {
            (true, Some((_, Value::String(id))), Some(stem)) => format!("{stem}/{id}.json"),
            (true, Some((_, Value::String(id))), None) => format!("{here}/{id}"),
            _ => here.to_owned(),
        };
        let mut value = at(&path).value("value", schema, seed);
        if let Value::Object(map) = &mut value {
            for (name, schema) in &shape.properties {
                if matches!(*name, "sid" | "id" | "uri") || shape.tag.is_some_and(|(tag, _)| tag == *name) {
                    continue;
                }
                if let Some(reflected) = self.reflected(name, schema) {
                    map.insert((*name).to_owned(), reflected);
                }
            }
            if let Some((name, id)) = id {
                map.insert(name.to_owned(), id);
            }
        }
        (value, path)
    }

    fn identifier(
        &self,
        sampler: &Sampler<'_>,
        name: &str,
        schema: &Value,
        member: bool,
        seed: u64,
    ) -> Value {
        let last = self.matched.values.last().filter(|_| !member && self.matched.route.is_instance());
        let named = self.matched.values.iter().find(|(n, _)| !member && plain(n) == name);
        let fits = |value: &&(&str, String)| check_text(sampler.spec, schema, name, &value.1).is_ok();
        match named.or(last).filter(fits) {
            Some((_, value)) if kind(sampler.spec, schema) == "string" => json!(value),
            _ => sampler.value(name, schema, seed),
        }
    }

    /// Returns the request's value for a property of the same name, if it is valid for the property's schema.
    fn reflected(&self, name: &str, schema: &Value) -> Option<Value> {
        let spec = self.matched.route.spec;
        let wanted = plain(name);
        let mut fields = self.json.and_then(Value::as_object).into_iter().flatten();
        if let Some((_, value)) = fields.find(|(n, _)| plain(n) == wanted) {
            check_json(spec, schema, name, value).ok()?;
            let exact = value.is_number() && kind(spec, schema) == "number";
            return Some(if exact { json!(value.to_string()) } else { value.clone() });
        }
        self.reflected_text(&wanted, schema)
    }

    fn reflected_text(&self, wanted: &str, schema: &Value) -> Option<Value> {
        // Twilio's `url` is the address of the resource itself, not a `Url` that the request sets.
        if wanted == "url" {
            return None;
        }
        let request = self.request;
        let mut sources = [&request.path_values, &request.form, &request.query].into_iter();
        let values: Vec<&str> = sources.find_map(|pairs| {
            let values = pairs.iter().filter(|(n, _)| plain(n) == wanted).map(|(_, v)| v.as_str());
            Some(values.collect::<Vec<_>>()).filter(|values| !values.is_empty())
        })?;
        let spec = self.matched.route.spec;
        if kind(spec, schema) == "array" {
            let items = super::schema::resolve(spec, schema).get("items").unwrap_or(&Value::Null);
            return values
                .iter()
                .map(|value| self.convert(items, value))
                .collect::<Option<Vec<_>>>()
                .map(Value::Array);
        }
        self.convert(schema, values.first()?)
    }

    fn convert(&self, schema: &Value, value: &str) -> Option<Value> {
        let spec = self.matched.route.spec;
        let schema = super::schema::resolve(spec, schema);
        check_text(spec, schema, "", value).ok()?;
        match (kind(spec, schema), text(schema, "format")) {
            ("string", "date-time-rfc-2822") => None,
            ("string", "date-time") if value.len() <= 10 => None,
            ("string" | "number", _) => Some(json!(value)),
            ("integer", _) => value.parse::<i64>().ok().map(Value::from),
            ("boolean", _) => parse_bool(value).map(Value::from),
            ("object", _) => serde_json::from_str(value).ok(),
            _ => Some(serde_json::from_str(value).unwrap_or_else(|_| json!(value))),
        }
    }
}

/// Returns a name without case and separators, so that `FriendlyName`, `friendlyName` and `friendly_name` are equal.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
