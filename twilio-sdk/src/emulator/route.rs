//! Which operation a request means: the host, then the path, then the method.

use std::sync::{LazyLock, OnceLock};

use percent_encoding::percent_decode_str;
use twilio_openapi::{Method, Operation, Product, Spec, products};

/// One path template with its operations.
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

/// An operation that answers a request.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) route: &'static Route,
    pub(super) operation: &'static Operation<'static>,
    /// The path parameters, percent-decoded.
    pub(super) values: Values,
}

/// What a lookup finds.
pub(super) enum Found {
    Operation(Matched),
    /// The path exists with other methods, listed as an `Allow` header lists them.
    WrongMethod(String),
    Nothing,
    /// The embedded spec cannot be read.
    Broken(String),
}

type Table = Result<Vec<Route>, String>;

// Specs live as long as the process, so that operations can borrow from them and every mock shares one copy.
static SPECS: LazyLock<Vec<OnceLock<Result<Spec, String>>>> =
    LazyLock::new(|| products().iter().map(|_| OnceLock::new()).collect());
static TABLES: LazyLock<Vec<OnceLock<Table>>> =
    LazyLock::new(|| products().iter().map(|_| OnceLock::new()).collect());

/// The routes of the product at that place of the product table, compiled at the first request for it.
fn table(index: usize) -> &'static Table {
    static EMPTY: Table = Ok(Vec::new());
    let (Some(product), Some(spec), Some(table)) =
        (products().get(index), SPECS.get(index), TABLES.get(index))
    else {
        return &EMPTY;
    };
    table.get_or_init(|| {
        let spec = spec.get_or_init(|| Spec::parse(product.stem, product.text).map_err(|e| e.to_string()));
        compile(product, spec.as_ref().map_err(Clone::clone)?)
    })
}

fn compile(product: &'static Product, spec: &'static Spec) -> Table {
    let mut routes: Vec<Route> = Vec::new();
    for operation in spec.operations().map_err(|e| e.to_string())? {
        match routes.last_mut() {
            Some(route) if route.operations.first().is_some_and(|o| o.path == operation.path) => {
                route.operations.push(operation);
            }
            _ => {
                let segments = operation.path.split('/').map(segment).collect();
                routes.push(Route { product, spec, segments, operations: vec![operation] });
            }
        }
    }
    Ok(routes)
}

fn segment(text: &'static str) -> Segment {
    match text.split_once('{').and_then(|(prefix, rest)| Some((prefix, rest.split_once('}')?))) {
        Some((prefix, (name, suffix))) => Segment::Parameter { prefix, name, suffix },
        None => Segment::Literal(text),
    }
}

impl Route {
    /// The path parameters and, for each segment, how loosely it matched; `None` where the path differs.
    fn values(&self, path: &[String]) -> Option<(Vec<u8>, Values)> {
        if path.len() != self.segments.len() {
            return None;
        }
        let (mut looseness, mut values) = (Vec::with_capacity(path.len()), Vec::new());
        for (segment, text) in self.segments.iter().zip(path) {
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

    /// Whether the template ends in a parameter, so that the path names one resource.
    pub(super) fn is_instance(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Parameter { .. }))
    }
}

/// The Twilio host that a `Host` header or a first path segment names, in its plain form:
/// `api.dublin.ie1.twilio.com` is `api.twilio.com`.
pub(super) fn known_host(text: &str) -> Option<&'static str> {
    let label = label(text)?;
    products().iter().map(|p| p.host).find(|host| host.strip_suffix(".twilio.com") == Some(&label))
}

/// The first label of a host of Twilio's, such as `mcs` of `mcs.us1.twilio.com:443`.
pub(super) fn label(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let labels: Vec<&str> = name.strip_suffix(".twilio.com")?.split('.').collect();
    let first = labels.first().filter(|_| labels.len() <= 3 && !labels.contains(&""))?;
    Some((*first).to_owned())
}

/// The hosts that know a path, whatever the method.
pub(super) fn hosts_with(path: &str) -> Result<Vec<&'static str>, String> {
    let path = split(path);
    let mut hosts = Vec::new();
    for (index, product) in products().iter().enumerate() {
        let routes = table(index).as_ref().map_err(Clone::clone)?;
        if !hosts.contains(&product.host) && routes.iter().any(|r| r.values(&path).is_some()) {
            hosts.push(product.host);
        }
    }
    Ok(hosts)
}

/// Finds the operation: the most literal template among those that know the method.
pub(super) fn find(host: &str, method: &str, path: &str) -> Found {
    let path = split(path);
    let mut best: Option<(Vec<u8>, Matched)> = None;
    let mut allowed: Vec<Method> = Vec::new();
    for (index, _) in products().iter().enumerate().filter(|(_, p)| p.host == host) {
        let routes = match table(index) {
            Ok(routes) => routes,
            Err(message) => return Found::Broken(message.clone()),
        };
        for route in routes {
            let Some((looseness, values)) = route.values(&path) else { continue };
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

/// The segments of a request path; decoding comes after splitting because `%2F` is part of a value.
fn split(path: &str) -> Vec<String> {
    path.split('/').map(|s| percent_decode_str(s).decode_utf8_lossy().into_owned()).collect()
}

/// Every route of every product.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    (0..products().len()).flat_map(|index| table(index).as_ref().map(Vec::as_slice).unwrap_or_default())
}
