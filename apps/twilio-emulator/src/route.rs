//! Finds the operation of a request: by host, then path, then method.
//!
//! Specs are parsed when they are needed: a request for one product costs no other product's spec. An index of path
//! templates, which skips everything else in a spec, says which product of a host has a path.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::IgnoredAny;
use twilio_openapi::{Method, Operation, Product, Spec, products};

/// A path template with its operations.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) product: &'static Product,
    pub(super) spec: &'static Spec,
    pub(super) operations: Vec<Operation<'static>>,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Parameter { prefix: &'static str, name: &'static str, suffix: &'static str },
}

/// Path parameters by wire name.
type Values = Vec<(&'static str, String)>;

/// The operation of a request.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) route: &'static Route,
    pub(super) operation: &'static Operation<'static>,
    /// The path parameters, percent-decoded.
    pub(super) values: Values,
}

/// The result of a lookup.
pub(super) enum Found {
    Operation(Matched),
    /// The path exists with other methods, in the format of an `Allow` header.
    WrongMethod(String),
    Nothing,
    /// The embedded spec is invalid.
    Broken(String),
}

type Table = Result<Vec<Route>, String>;

/// A product. Each part is loaded by the first request that needs it.
struct Loaded {
    product: &'static Product,
    templates: OnceLock<Result<Vec<Vec<Segment>>, String>>,
    spec: OnceLock<Result<Spec, String>>,
    routes: OnceLock<Table>,
}

// Specs live as long as the process, so that operations can borrow from them and all emulators share one copy.
static PRODUCTS: LazyLock<Vec<Loaded>> = LazyLock::new(|| {
    let loaded = |product| Loaded {
        product,
        templates: OnceLock::new(),
        spec: OnceLock::new(),
        routes: OnceLock::new(),
    };
    products().iter().map(loaded).collect()
});

/// The path templates of a spec, which contain no escapes. The rest is skipped, which takes a fraction of parsing it.
#[derive(Deserialize)]
struct Paths<'a> {
    #[serde(borrow)]
    paths: BTreeMap<&'a str, IgnoredAny>,
}

impl Loaded {
    /// Returns whether a path template of the product matches, without parsing the spec.
    fn has_path(&self, path: &[String]) -> Result<bool, String> {
        let read = || {
            let document: Paths<'static> = serde_json::from_str(self.product.text)
                .map_err(|error| format!("{}: {error}", self.product.file_name()))?;
            Ok(document.paths.into_keys().map(segments).collect())
        };
        let templates = self.templates.get_or_init(read).as_ref().map_err(Clone::clone)?;
        Ok(templates.iter().any(|segments| matches(segments, path).is_some()))
    }

    /// Returns the routes of the product.
    fn routes(&'static self) -> &'static Table {
        let parse = || Spec::parse(self.product.stem, self.product.text).map_err(|error| error.to_string());
        self.routes.get_or_init(|| {
            compile(self.product, self.spec.get_or_init(parse).as_ref().map_err(Clone::clone)?)
        })
    }
}

fn compile(product: &'static Product, spec: &'static Spec) -> Table {
    let mut routes: Vec<Route> = Vec::new();
    for operation in spec.operations().map_err(|e| e.to_string())? {
        match routes.last_mut() {
            Some(route) if route.operations.first().is_some_and(|o| o.path == operation.path) => {
                route.operations.push(operation);
            }
            _ => {
                let segments = segments(operation.path);
                routes.push(Route { product, spec, segments, operations: vec![operation] });
            }
        }
    }
    Ok(routes)
}

fn segments(template: &'static str) -> Vec<Segment> {
    template.split('/').map(segment).collect()
}

fn segment(text: &'static str) -> Segment {
    match text.split_once('{').and_then(|(prefix, rest)| Some((prefix, rest.split_once('}')?))) {
        Some((prefix, (name, suffix))) => Segment::Parameter { prefix, name, suffix },
        None => Segment::Literal(text),
    }
}

/// Returns the path parameters and, for each segment, how loosely it matched; `None` if the path differs.
fn matches(segments: &[Segment], path: &[String]) -> Option<(Vec<u8>, Values)> {
    if path.len() != segments.len() {
        return None;
    }
    let (mut looseness, mut values) = (Vec::with_capacity(path.len()), Vec::new());
    for (segment, text) in segments.iter().zip(path) {
        match segment {
            Segment::Literal(literal) if literal == text => looseness.push(0),
            Segment::Literal(_) => return None,
            Segment::Parameter { prefix, name, suffix } => {
                let value = text.strip_prefix(prefix)?.strip_suffix(suffix)?;
                if value.is_empty() {
                    return None;
                }
                looseness.push(if prefix.is_empty() && suffix.is_empty() { 2 } else { 1 });
                values.push((*name, value.to_owned()));
            }
        }
    }
    Some((looseness, values))
}

impl Route {
    /// Returns whether the template ends in a parameter, so that the path names one resource.
    pub(super) fn is_instance(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Parameter { .. }))
    }
}

/// Returns the Twilio host that a `Host` header or a first path segment names, in its plain form:
/// `api.dublin.ie1.twilio.com` is `api.twilio.com`.
pub(super) fn known_host(text: &str) -> Option<&'static str> {
    let label = label(text)?;
    products().iter().map(|p| p.host).find(|host| host.strip_suffix(".twilio.com") == Some(&label))
}

/// Returns the first label of a Twilio host, such as `mcs` of `mcs.us1.twilio.com:443`.
pub(super) fn label(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let labels: Vec<&str> = name.strip_suffix(".twilio.com")?.split('.').collect();
    let first = labels.first().filter(|_| labels.len() <= 3 && !labels.contains(&""))?;
    Some((*first).to_owned())
}

/// Returns the hosts that have a path, whatever the method.
pub(super) fn hosts_with(path: &str) -> Result<Vec<&'static str>, String> {
    let path = split(path);
    let mut hosts = Vec::new();
    for loaded in PRODUCTS.iter() {
        if !hosts.contains(&loaded.product.host) && loaded.has_path(&path)? {
            hosts.push(loaded.product.host);
        }
    }
    Ok(hosts)
}

/// Finds the operation: the most literal template among those that know the method.
pub(super) fn find(host: &str, method: &str, path: &str) -> Found {
    let path = split(path);
    let mut best: Option<(Vec<u8>, Matched)> = None;
    let mut allowed: Vec<Method> = Vec::new();
    for loaded in PRODUCTS.iter().filter(|loaded| loaded.product.host == host) {
        match loaded.has_path(&path) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(message) => return Found::Broken(message),
        }
        let routes = match loaded.routes() {
            Ok(routes) => routes,
            Err(message) => return Found::Broken(message.clone()),
        };
        for route in routes {
            let Some((looseness, values)) = matches(&route.segments, &path) else { continue };
            allowed.extend(route.operations.iter().map(|o| o.method));
            let operation = route.operations.iter().find(|o| o.method.key().eq_ignore_ascii_case(method));
            let Some(operation) = operation else { continue };
            if best.as_ref().is_none_or(|(other, _)| looseness < *other) {
                best = Some((looseness, Matched { route, operation, values }));
            }
        }
    }
    match best {
        Some((_, matched)) => Found::Operation(matched),
        None if allowed.is_empty() => Found::Nothing,
        None => {
            allowed.sort_unstable();
            allowed.dedup();
            Found::WrongMethod(allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Splits a request path. Segments are decoded after splitting because `%2F` is part of a value.
fn split(path: &str) -> Vec<String> {
    path.split('/').map(|s| percent_decode_str(s).decode_utf8_lossy().into_owned()).collect()
}

/// Returns every route of every product.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    PRODUCTS.iter().flat_map(|loaded| loaded.routes().as_ref().map(Vec::as_slice).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_has_every_path_template() {
        for loaded in PRODUCTS.iter() {
            let Product { stem, .. } = loaded.product;
            assert_eq!(loaded.has_path(&[]), Ok(false), "{stem}");
            for route in loaded.routes().as_ref().unwrap() {
                let path = split(route.operations[0].path);
                assert_eq!(loaded.has_path(&path), Ok(true), "{stem} {path:?}");
            }
        }
    }
}
