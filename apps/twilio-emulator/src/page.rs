//! Lists: detecting them, the requested page and its paging fields.

use serde_json::{Map, Value, json};
use twilio_openapi::{Location, Method, Operation, extension};

use super::record::RecordedRequest;
use super::route::Matched;
use super::schema::{Shape, kind, resolve};

const SIZE: [&str; 6] = ["PageSize", "pageSize", "page_size", "per_page", "Size", "count"];
const TOKEN: [&str; 4] = ["PageToken", "pageToken", "page_token", "Token"];
const PAGE: [&str; 2] = ["Page", "page"];
const START: [&str; 1] = ["startIndex"];

/// Twilio's default page size.
const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 1000;

/// A list operation, as its success schema describes it.
pub(super) struct List<'a> {
    /// The property that holds the items.
    pub(super) key: &'a str,
    /// The schema of one item.
    pub(super) item: &'a Value,
    /// `true` if a client can request further pages.
    pageable: bool,
}

/// The requested page.
pub(super) struct Page {
    pub(super) offset: usize,
    pub(super) count: usize,
    size: usize,
    total: usize,
    /// The start of paging links: base URL and path.
    origin: (String, String),
    /// The query without paging parameters.
    query: Vec<(String, String)>,
    names: Names,
    key: String,
}

/// Wire names of the paging parameters that the operation declares.
struct Names {
    size: Option<&'static str>,
    token: Option<&'static str>,
    page: Option<&'static str>,
    start: Option<&'static str>,
}

impl Names {
    fn of(operation: &Operation<'_>) -> Self {
        let declared = |names: &[&'static str]| {
            let query =
                |n: &&str| operation.parameters.iter().any(|p| p.location == Location::Query && p.name == *n);
            names.iter().copied().find(query)
        };
        Self {
            size: declared(&SIZE),
            token: declared(&TOKEN),
            page: declared(&PAGE),
            start: declared(&START),
        }
    }

    fn can_move(&self) -> bool {
        self.token.or(self.page).or(self.start).is_some()
    }
}

/// Detects an operation that returns a list, by its schema: one array and paging fields.
pub(super) fn detect<'a>(matched: &Matched, schema: &'a Value) -> Option<List<'a>>
where
    'static: 'a,
{
    let spec = matched.route.spec;
    let operation = matched.operation;
    let shape = Shape::concrete(spec, schema);
    let items = |name: &str, schema: &'a Value| {
        let list = !matches!(name, "schemas" | "errors") && kind(spec, schema) == "array";
        list.then(|| resolve(spec, schema).get("items")).flatten()
    };
    let (key, item) = shape.properties.iter().find_map(|(name, s)| Some((*name, items(name, s)?)))?;
    let meta = shape.get("meta").map(|meta| Shape::concrete(spec, meta)).unwrap_or_default();
    let has = |name: &str| shape.get(name).is_some() || meta.get(name).is_some();
    let linked = has("next_page_url") || has("next_page_uri");
    let token = has("nextToken") || has("next_token");
    let numbered = has("has_next") && has("current_page");
    let scim = key == "Resources" && has("totalResults");
    let names = Names::of(operation);
    let alone =
        shape.properties.iter().all(|(n, _)| *n == key || matches!(*n, "uri" | "url" | "meta" | "schemas"));
    let named = operation.id.starts_with("List") || extension::path_type(operation.item) == Some("list");
    let bare = operation.method == Method::Get
        && alone
        && kind(spec, item) == "object"
        && (operation.id.starts_with("List") || (named && (names.can_move() || names.size.is_some())));
    // A first page that is requested by POST continues with GET on the same path.
    let next = if linked || numbered {
        names.can_move()
    } else {
        token && matched.route.operations.iter().any(|o| Names::of(o).can_move())
    };
    (linked || token || numbered || scim || bare).then_some(List {
        key,
        item,
        pageable: next || names.start.is_some(),
    })
}

impl Page {
    /// Returns the page that a request names; `origin` is the base URL and path that its links start with.
    pub(super) fn of(
        matched: &Matched,
        list: &List<'_>,
        request: &RecordedRequest,
        total: usize,
        origin: (String, String),
    ) -> Self {
        let names = Names::of(matched.operation);
        let number = |name: Option<&str>| {
            name.and_then(|n| request.query_value(n)).and_then(|v| v.parse::<usize>().ok())
        };
        let token = names.token.and_then(|n| request.query_value(n)).and_then(read_token);
        let requested = number(names.size).or(token.map(|(_, size)| size));
        let size = match requested {
            Some(size) => size.clamp(1, MAX_SIZE),
            // There is no way to a second page, so the first holds everything.
            None if !list.pageable => total.max(1),
            None => default_size(matched, names.size),
        };
        let offset = match (token, number(names.page), number(names.start)) {
            (Some((offset, _)), _, _) => offset,
            (None, Some(page), _) => page.saturating_mul(size),
            (None, None, Some(start)) => start.saturating_sub(1),
            _ => 0,
        };
        let offset = offset.min(total);
        let paging = |name: &str| {
            [names.size, names.token, names.page, names.start]
                .into_iter()
                .flatten()
                .any(|paging| paging == name)
        };
        let query = request.query.iter().filter(|(name, _)| !paging(name)).cloned().collect();
        let count = size.min(total - offset);
        let total = if list.pageable || names.size.is_none() { total } else { offset + count };
        Self { offset, count, size, total, origin, query, names, key: list.key.to_owned() }
    }

    /// Sets the paging fields that an object has: the envelope itself, or its `meta`.
    pub(super) fn fill(&self, map: &mut Map<String, Value>) {
        let (here, end) = (self.offset, self.offset + self.count);
        let next = (end < self.total).then_some(end);
        let previous = (here > 0).then(|| here.saturating_sub(self.size));
        for (name, value) in map.iter_mut() {
            *value = match name.as_str() {
                "page" | "current_page" => json!(here / self.size),
                "page_size" | "pageSize" | "per_page" => json!(self.size),
                "itemsPerPage" => json!(self.count),
                "start" => json!(here),
                "startIndex" => json!(here + 1),
                "end" => json!(end.saturating_sub(1)),
                "total_pages" | "num_pages" => json!(self.total.div_ceil(self.size)),
                "total" | "total_elements" | "totalResults" => json!(self.total),
                "has_next" => json!(next.is_some()),
                "has_prev" => json!(previous.is_some()),
                "key" => json!(self.key),
                "nextToken" | "next_token" => json!(next.map(|o| self.token(o))),
                "previousToken" | "previous_token" => json!(previous.map(|o| self.token(o))),
                "first_page_url" => json!(self.link(0, true)),
                "first_page_uri" => json!(self.link(0, false)),
                "next_page_url" => json!(next.map(|o| self.link(o, true))),
                "next_page_uri" => json!(next.map(|o| self.link(o, false))),
                "previous_page_url" => json!(previous.map(|o| self.link(o, true))),
                "previous_page_uri" => json!(previous.map(|o| self.link(o, false))),
                "url" => json!(self.link(here, true)),
                "uri" => json!(self.link(here, false)),
                _ => continue,
            };
        }
    }

    fn token(&self, offset: usize) -> String {
        format!("PA{offset:016x}{:016x}", self.size)
    }

    fn link(&self, offset: usize, absolute: bool) -> String {
        let (base, path) = &self.origin;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query);
        let mut add = |name: Option<&str>, value: String| {
            if let Some(name) = name {
                query.append_pair(name, &value);
            }
        };
        add(self.names.size, self.size.to_string());
        add(self.names.page, (offset / self.size).to_string());
        add(self.names.start, (offset + 1).to_string());
        if offset > 0 {
            add(self.names.token, self.token(offset));
        }
        let query = query.finish();
        let (base, mark) =
            (if absolute { base.as_str() } else { "" }, if query.is_empty() { "" } else { "?" });
        format!("{base}{path}{mark}{query}")
    }
}

/// Returns the offset and page size in a token; `None` for other tokens, which start from the beginning.
fn read_token(token: &str) -> Option<(usize, usize)> {
    let digits = token.strip_prefix("PA").filter(|d| d.len() == 32)?;
    let part = |from: usize, to: usize| usize::from_str_radix(digits.get(from..to)?, 16).ok();
    Some((part(0, 16)?, part(16, 32)?))
}

fn default_size(matched: &Matched, name: Option<&str>) -> usize {
    let parameter = matched.operation.parameters.iter().find(|p| Some(p.name) == name);
    let schema = parameter.map_or(&Value::Null, |p| resolve(matched.route.spec, p.schema));
    let keyword = |key: &str| super::schema::size(schema, key);
    keyword("default").unwrap_or(DEFAULT_SIZE).min(keyword("maximum").unwrap_or(MAX_SIZE)).max(1)
}
