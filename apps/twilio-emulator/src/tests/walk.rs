//! Lists from the first page to the last.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::page::detect;
use super::super::route::{Found, find};
use super::*;

const ITEMS: usize = 23;

#[tokio::test]
async fn every_list_gives_each_item_once() {
    let emulator = Emulator::builder().items_per_list(ITEMS).start().await.unwrap();
    let client = super::http();
    let mut kinds = BTreeMap::<&str, usize>::new();
    for (route, operation) in operations() {
        let Some(schema) = operation.success().and_then(|s| s.schema) else { continue };
        let mut request = Request::for_operation(route, operation, false);
        let Found::Operation(matched) = find(route.product.host, &request.method, &request.path) else {
            panic!()
        };
        let Some(list) = detect(&matched, schema) else { continue };
        // Requests ten items a page, if there is a parameter for it.
        let size = operation.parameters.iter().find(|p| matches!(p.name, "PageSize" | "pageSize" | "Size"));
        if let Some(size) = size {
            let max = resolve(route.spec, size.schema).get("maximum").and_then(Value::as_u64).unwrap_or(10);
            request.query.push((size.name.to_owned(), max.min(10).to_string()));
        }
        let label = format!("{}/{}", route.product.stem, operation.id);
        let (mut seen, mut ids, mut pages) = (0, BTreeSet::new(), 0);
        let first = request.send(&client, &emulator).await;
        assert!(first.status < 300, "{label}: {first:?}");
        let mut body = first.json();
        let kind = loop {
            pages += 1;
            assert!(pages < 40, "{label} does not end");
            let items = body[list.key].as_array().unwrap_or_else(|| panic!("{label}: {body}"));
            seen += items.len();
            ids.extend(
                items.iter().filter_map(|i| i.get("sid").or(i.get("id"))?.as_str().map(str::to_owned)),
            );
            let (kind, next) = next(&body, &request, operation);
            body = match next {
                Some(next) => {
                    let next = next.replace("http://HOST", &emulator.base_url());
                    let builder = client.get(next).header("X-Forwarded-Host", route.product.host);
                    let response = receive(builder.basic_auth(USER, Some("secret"))).await;
                    assert!(response.status < 300, "{label}: {response:?}");
                    response.json()
                }
                None => break kind,
            };
        };
        // A list without paging fields returns the requested items.
        let expected = if kind == "bare" && size.is_some() { 10 } else { ITEMS };
        assert_eq!(seen, expected, "{label} {kind}");
        assert!(ids.is_empty() || ids.len() == expected, "{label}: {} of {expected}", ids.len());
        *kinds.entry(kind).or_default() += 1;
    }
    for kind in ["meta url", "2010 uri", "token", "numbered", "scim", "bare"] {
        assert!(kinds.contains_key(kind), "{kind}: {kinds:?}");
    }
    assert!(kinds.values().sum::<usize>() > 370, "{kinds:?}");
}

/// Returns the kind of envelope and the address of the next page.
fn next(body: &Value, request: &Request, operation: &Operation<'_>) -> (&'static str, Option<String>) {
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let with = |name: &str, value: String| {
        let mut query = request.query.clone();
        query.retain(|(n, _)| n != name);
        query.push((name.to_owned(), value));
        if request.method == "POST" {
            query.retain(|(n, _)| n == name);
        }
        format!("http://HOST{}?{}", request.path, encode(&query))
    };
    let meta = &body["meta"];
    if meta.get("next_page_url").is_some() {
        return ("meta url", text(&meta["next_page_url"]));
    }
    if let Some(next) = body.get("next_page_uri") {
        return ("2010 uri", text(next).map(|uri| format!("http://HOST{uri}")));
    }
    for (field, parameters) in
        [("nextToken", ["pageToken", "PageToken"]), ("next_token", ["Token", "pageToken"])]
    {
        let Some(next) = meta.get(field) else { continue };
        let known = |n: &&str| operation.parameters.iter().any(|p| p.name == *n);
        let name = parameters.into_iter().find(known).unwrap_or("pageToken");
        return ("token", text(next).map(|token| with(name, token)));
    }
    if body.get("has_next").is_some() {
        let page = body["current_page"].as_u64().unwrap() + 1;
        return ("numbered", (body["has_next"] == true).then(|| with("Page", page.to_string())));
    }
    if body.get("Resources").is_some() {
        assert_eq!(body["totalResults"], ITEMS);
        return ("scim", None);
    }
    ("bare", None)
}
