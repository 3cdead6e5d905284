//! Lists: what comes in pages, by which parameter the next one is requested, and what only looks like a list.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use std::collections::BTreeSet;

use common::distilled;
use serde_json::Value;
use twilio_codegen::analyze::Output;

/// Operations that look like lists and do not come in pages, with the reason.
const NO_PAGES: &[(&str, &str, &str)] = &[(
    "memory_v1",
    "FetchTraitGroup",
    "one trait group; the token in `meta` goes on within its traits, and goes into the query as `pageToken`",
)];

/// Pages that name the next one by a token, for which the operation has no parameter.
const NO_TOKEN: &[(&str, &str, &str)] = &[(
    "insights_v3",
    "CreateQueryResults",
    "a POST that starts a query; the GET of the same path, `FetchQueryResults`, takes the token",
)];

/// The properties of a success, with those of its `meta`.
fn envelope(spec: &twilio_openapi::Spec, source: &twilio_openapi::Operation<'_>) -> Vec<String> {
    let Some(schema) = source.success().and_then(|response| response.schema) else { return Vec::new() };
    let schema = spec.resolve(schema).unwrap();
    let mut names = Vec::new();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let property = spec.resolve(property).unwrap();
        if property.get("items").is_some() {
            names.push("[]".to_owned());
        }
        if name == "meta" {
            let meta = property.get("properties").and_then(Value::as_object);
            names.extend(meta.into_iter().flatten().map(|(name, _)| format!("meta.{name}")));
        }
        names.push(name.clone());
    }
    if schema.get("items").is_some() {
        names.push("an array".to_owned());
    }
    names
}

#[test]
fn review_25_every_operation_that_looks_like_a_list_is_a_page_or_left_out_for_a_reason() {
    let (mut undecided, mut used, mut pages) = (Vec::new(), BTreeSet::new(), 0);
    for (product, spec) in distilled() {
        let (api, _) = twilio_codegen::analyze(&spec).unwrap();
        for source in spec.operations().unwrap() {
            let operation = api.operations.iter().find(|operation| operation.id == source.id).unwrap();
            let names = envelope(&spec, &source);
            let has = |name: &str| names.iter().any(|have| have == name);
            let paging = names.iter().any(|name| {
                let name = name.trim_start_matches("meta.").to_lowercase().replace('_', "");
                matches!(
                    name.as_str(),
                    "nextpageuri"
                        | "nextpageurl"
                        | "nexttoken"
                        | "nextpagetoken"
                        | "hasnext"
                        | "totalresults"
                ) || name.contains("cursor")
            });
            let looks = source.id.starts_with("List") || has("an array") || paging;
            let key = (product.stem, source.id);
            match (&operation.output, NO_PAGES.iter().find(|(p, id, _)| (*p, *id) == key)) {
                (Output::Page { .. }, None) => pages += 1,
                (Output::Page { .. }, Some(_)) => panic!("{key:?} is a page: take it out of the table"),
                (_, Some(_)) => drop(used.insert((product.stem.to_owned(), source.id.to_owned()))),
                (_, None) if looks => undecided.push(format!("{key:?} {names:?}")),
                _ => {}
            }
        }
    }
    assert!(undecided.is_empty(), "decide about these: {undecided:#?}");
    assert_eq!(used.len(), NO_PAGES.len());
    assert!(pages > 370, "only {pages} pages");
}

#[test]
fn review_24_every_page_with_a_token_has_a_parameter_for_it() {
    let (mut missing, mut names) = (Vec::new(), BTreeSet::new());
    for (product, spec) in distilled() {
        let (api, _) = twilio_codegen::analyze(&spec).unwrap();
        for source in spec.operations().unwrap() {
            let operation = api.operations.iter().find(|operation| operation.id == source.id).unwrap();
            let Output::Page { token, .. } = &operation.output else { continue };
            names.extend(token.clone());
            let by_token = envelope(&spec, &source)
                .iter()
                .any(|name| matches!(name.trim_start_matches("meta."), "nextToken" | "next_token"));
            if by_token && token.is_none() {
                missing.push((product.stem.to_owned(), source.id.to_owned()));
            }
        }
    }
    let known: Vec<_> =
        NO_TOKEN.iter().map(|(product, id, _)| ((*product).to_owned(), (*id).to_owned())).collect();
    assert_eq!(missing, known);
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["PageToken", "Token", "pageToken"]);
}
