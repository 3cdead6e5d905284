use std::collections::BTreeSet;

use serde_json::Value;
use twilio_openapi::{Location, Operation as Source, Spec, extension};

use super::model::{Types, Use};
use super::{BodyKind, Constraints, Input, Operation, Output, Place, Type, input, names, rules, summary};
use crate::error::unsupported;
use crate::{Result, pass};

/// Names that a request's method and builder use themselves; options of the request start with `with_`.
fn reserved(source: &Source<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["call", "clone", "send", "send_with_response"].map(str::to_owned));
    let schema = source.success().and_then(|response| response.schema);
    if schema.is_some_and(|schema| schema.get(pass::PAGE).is_some()) {
        names.extend(["items", "pages"].map(str::to_owned));
    }
    names
}

/// The format of a map whose keys are parameters: `prefixed-collapsible-map-AddOns` sends `AddOns.key=value`.
const PREFIXED_MAP: &str = "prefixed-collapsible-map";

/// What the query parameter of a list that takes a page token is called.
const PAGE_TOKENS: &[&str] = &["PageToken", "pageToken", "page_token", "Token"];

/// Names that every client has already.
const CLIENT_METHODS: &[&str] = &["clone", "new"];

pub(super) fn all(spec: &Spec, types: &mut Types<'_>) -> Result<Vec<Operation>> {
    let mut methods = BTreeSet::new();
    let mut builders = BTreeSet::new();
    let mut operations = Vec::new();
    for source in spec.operations()? {
        let mut operation = one(spec, &source, types)?;
        if CLIENT_METHODS.contains(&operation.method_name.as_str()) {
            operation.method_name.push('_');
        }
        let required = operation.params_struct();
        let is_new = methods.insert(operation.method_name.clone())
            && builders.insert(operation.builder.clone())
            && (!operation.takes_struct() || builders.insert(required));
        if !is_new {
            let message = format!("two operations are called `{}` in Rust", operation.method_name);
            return Err(unsupported(spec.name(), &source.pointer, message));
        }
        operation.required.sort_by_key(|input| input.place as u8);
        operations.push(operation);
    }
    operations.sort_by(|a, b| a.method_name.cmp(&b.method_name));
    Ok(operations)
}

fn one(spec: &Spec, source: &Source<'_>, types: &mut Types<'_>) -> Result<Operation> {
    let account_path = spec.name() == "api_v2010" && source.path.contains("/{AccountSid}");
    let mut inputs = Inputs { spec, taken: reserved(source), required: Vec::new(), optional: Vec::new() };
    check_path(spec, source)?;
    let mut account_checks = Vec::new();
    for location in [Location::Path, Location::Query, Location::Header] {
        for parameter in source.parameters.iter().filter(|p| p.location == location) {
            if account_path && parameter.name == "AccountSid" {
                account_checks = rules::of(spec, parameter.schema, &Type::Sid("AccountSid"))?;
                continue;
            }
            let place = match location {
                Location::Path => Place::Path,
                Location::Query => Place::Query,
                Location::Header => Place::Header,
            };
            let pointer = format!("{}/schema", parameter.pointer);
            let required = parameter.required || place == Place::Path;
            inputs.add(
                parameter.name,
                place,
                parameter.schema,
                parameter.value,
                &pointer,
                required,
                types,
            )?;
        }
    }
    let body = match &source.body {
        None => BodyKind::None,
        Some(body) => inputs.body(body, types)?,
    };
    let output = output(spec, source, inputs.required.iter().chain(&inputs.optional), types)?;
    let redirect = redirect(source);
    let tag = source.value.pointer("/tags/0").and_then(Value::as_str);
    let path = source.path.trim_end_matches(".json");
    Ok(Operation {
        id: source.id.to_owned(),
        method_name: names::snake(source.id),
        builder: names::builder(source.id),
        method: source.method,
        path: source.path.to_owned(),
        group: tag.map_or_else(|| path.split("/{Sid}").next().unwrap_or(path).to_owned(), str::to_owned),
        body,
        required: inputs.required,
        optional: inputs.optional,
        account_path,
        account_checks,
        authenticated: authenticated(spec, source),
        oauth_only: oauth_only(spec, source),
        output,
        redirect,
        deprecated: source.deprecated(),
        summary: summary::summary(source.id, source.path),
        library: twilio_openapi::library_name(spec, source),
        reference: twilio_openapi::reference(spec.name(), source.path),
        maturity: extension::maturity(source.value).map(str::to_owned),
        description: input::description(source.item, source.value),
    })
}

/// Every `{Name}` of the path must be a parameter, and the other way round.
fn check_path(spec: &Spec, source: &Source<'_>) -> Result<()> {
    let mut names = Vec::new();
    for part in source.path.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            return Err(unsupported(spec.name(), &source.pointer, "the path has an open brace"));
        };
        names.push(name);
    }
    let known = |name: &str| source.parameters.iter().any(|p| p.location == Location::Path && p.name == name);
    if let Some(missing) = names.iter().find(|name| !known(name)) {
        let message = format!("the path's `{missing}` is not among the parameters");
        return Err(unsupported(spec.name(), &source.pointer, message));
    }
    let unused = source.parameters.iter().find(|p| p.location == Location::Path && !names.contains(&p.name));
    match unused {
        Some(p) => Err(unsupported(spec.name(), &p.pointer, format!("`{}` is not in the path", p.name))),
        None => Ok(()),
    }
}

/// An operation without a requirement, or with only empty ones, takes no credentials.
fn authenticated(spec: &Spec, source: &Source<'_>) -> bool {
    let own = source.value.get("security").or_else(|| spec.document().get("security"));
    let is_way = |way: &Value| way.as_object().is_none_or(|schemes| !schemes.is_empty());
    own.and_then(Value::as_array).is_none_or(|list| list.iter().any(is_way))
}

/// The status of an operation whose success is a redirect with a body.
fn redirect(source: &Source<'_>) -> Option<u16> {
    let success = source.success().filter(|response| response.schema.is_some())?;
    success.status.parse().ok().filter(|status| (300..400).contains(status))
}

/// Returns whether every requirement names an OAuth token, so that an auth token or an API key is rejected.
fn oauth_only(spec: &Spec, source: &Source<'_>) -> bool {
    let own = source.value.get("security").or_else(|| spec.document().get("security"));
    let oauth = |name: &String| {
        let pointer = format!("/components/securitySchemes/{}/type", twilio_openapi::escape_pointer(name));
        spec.document().pointer(&pointer).and_then(Value::as_str) == Some("oauth2")
    };
    own.and_then(Value::as_array).is_some_and(|list| {
        let names = |one: &Value| one.as_object().is_some_and(|one| one.keys().any(oauth));
        !list.is_empty() && list.iter().all(names)
    })
}

fn output<'a>(
    spec: &Spec,
    source: &Source<'_>,
    inputs: impl Iterator<Item = &'a Input> + Clone,
    types: &mut Types<'_>,
) -> Result<Output> {
    let Some(response) = source.success() else {
        return Err(unsupported(spec.name(), &source.pointer, "the operation documents no success"));
    };
    let Some(schema) = response.schema else { return Ok(Output::Empty) };
    if let Some(key) = schema.get(pass::PAGE).and_then(Value::as_str) {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let item = types.of(items, &format!("{}/items", response.pointer), Use::Response)?;
        let query = |name: &&str| inputs.clone().find(|i| i.place == Place::Query && i.wire == **name);
        let token = PAGE_TOKENS.iter().find_map(query).map(|input| input.wire.clone());
        return Ok(Output::Page { key: key.to_owned(), item, token });
    }
    Ok(Output::Value(types.of(schema, &response.pointer, Use::Response)?))
}

struct Inputs<'a> {
    spec: &'a Spec,
    taken: BTreeSet<String>,
    required: Vec<Input>,
    optional: Vec<Input>,
}

impl Inputs<'_> {
    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        wire: &str,
        place: Place,
        schema: &Value,
        holder: &Value,
        pointer: &str,
        required: bool,
        types: &mut Types<'_>,
    ) -> Result<()> {
        let target = self.spec.resolve(schema)?;
        let constraints = Constraints::read(target, holder);
        let map_prefix = constraints.format.as_deref().and_then(|format| format.strip_prefix(PREFIXED_MAP));
        let map_prefix = map_prefix.map(|rest| rest.strip_prefix('-').unwrap_or(wire).to_owned());
        // Such a map may hold maps, whose keys are joined: free JSON says that, a map of texts would not.
        let ty = if map_prefix.is_some() { Type::Json } else { types.of(schema, pointer, Use::Request)? };
        if place != Place::Json && place != Place::Body && !is_flat(&ty) {
            let message = format!("`{wire}` is an object and has no form in a path, query, header or form");
            return Err(unsupported(self.spec.name(), pointer, message));
        }
        let mut rust = names::snake(wire);
        if rust.starts_with("with_") {
            rust = format!("{rust}_");
        }
        let marked = format!("{rust}_");
        let rust = if self.taken.contains(&rust) && !self.taken.contains(&marked) { marked } else { rust };
        let checks = rules::of(self.spec, schema, &ty)?;
        let input = Input {
            wire: wire.to_owned(),
            rust: names::unique(rust, &mut self.taken),
            place,
            ty,
            map_prefix,
            constraints,
            checks,
            description: input::description(target, holder).or_else(|| input::description(target, schema)),
        };
        if required {
            self.required.push(input)
        } else {
            self.optional.push(input)
        }
        Ok(())
    }

    fn body(&mut self, body: &twilio_openapi::Body<'_>, types: &mut Types<'_>) -> Result<BodyKind> {
        let kind = match body.content_type {
            "application/x-www-form-urlencoded" => BodyKind::Form,
            "application/json" => BodyKind::Json,
            "application/scim+json" => BodyKind::Scim,
            other => {
                let message = format!("request bodies of type `{other}` are not supported");
                return Err(unsupported(self.spec.name(), &body.pointer, message));
            }
        };
        let schema = self.spec.resolve(body.schema)?;
        let properties = schema.get("properties").and_then(Value::as_object).filter(|map| !map.is_empty());
        let Some(properties) = properties else {
            if kind == BodyKind::Form {
                return Ok(kind);
            }
            let holder = Value::Null;
            self.add("body", Place::Body, body.schema, &holder, &body.pointer, body.required, types)?;
            return Ok(kind);
        };
        let place = if kind == BodyKind::Form { Place::Form } else { Place::Json };
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        // The order of `required` is Twilio's own and reads better as arguments than the alphabet.
        let ordered = required
            .iter()
            .filter_map(|name| properties.get_key_value(*name))
            .chain(properties.iter().filter(|(name, _)| !required.contains(&name.as_str())));
        for (name, property) in ordered {
            let pointer = format!("{}/properties/{}", body.pointer, twilio_openapi::escape_pointer(name));
            let needed = required.contains(&name.as_str());
            self.add(name, place, property, property, &pointer, needed, types)?;
        }
        Ok(kind)
    }
}

/// Whether a value can be written as text, or as repeated texts.
fn is_flat(ty: &Type) -> bool {
    match ty {
        Type::List(item) => !matches!(**item, Type::List(_)),
        _ => true,
    }
}
