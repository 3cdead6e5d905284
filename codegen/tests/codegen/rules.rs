//! The constraints that can be checked of the values that operations take.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use common::{api, distilled, document, input, only, operation, spec, with_form};
use serde_json::{Value, json};
use twilio_codegen::analyze::{Api, Check, Input};
use twilio_codegen::{Options, analyze, generate};

fn form(property: Value) -> Vec<Check> {
    input(only(&api(with_form(json!({ "X": property })))), "X").checks.clone()
}

/// A document with one operation whose JSON body has these properties, and with these components.
fn with_json(properties: Value, schemas: Value) -> Value {
    let schema = json!({ "type": "object", "properties": properties });
    let operation = json!({
        "operationId": "CreateThing",
        "requestBody": { "content": { "application/json": { "schema": schema } } },
        "responses": { "204": {} },
    });
    document(json!({ "/v1/Things": { "post": operation } }), schemas)
}

#[test]
fn constraints_become_checks_where_they_apply_to_the_type() {
    let text = json!({ "type": "string", "minLength": 2, "maxLength": 5, "pattern": "^x", "minimum": 3 });
    let expected = [Check::Pattern("^x".to_owned()), Check::MinLength(2), Check::MaxLength(5)];
    assert_eq!(form(text), expected);
    let number = json!({ "type": "integer", "minimum": 1, "maximum": 9, "maxLength": 5, "pattern": "^x" });
    assert_eq!(form(number), [Check::Minimum(1.0), Check::Maximum(9.0)]);
    assert_eq!(form(json!({ "type": "number", "minimum": 0.5 })), [Check::Minimum(0.5)]);
    let items = json!({ "type": "string", "maxLength": 3 });
    let list = json!({ "type": "array", "minItems": 1, "maxItems": 9, "items": items });
    let each = Check::Each(vec![Check::MaxLength(3)]);
    assert_eq!(form(list), [Check::MinItems(1), Check::MaxItems(9), each]);
    for nothing in [
        json!({ "type": "boolean", "pattern": "^x" }),
        json!({ "type": "string", "minLength": 0 }),
        json!({ "type": "array", "minItems": 0, "items": { "type": "string" } }),
        json!({ "type": "string", "enum": ["a"] }),
        json!({ "maxLength": 1 }),
    ] {
        assert_eq!(form(nothing.clone()), [], "{nothing}");
    }
}

#[test]
fn the_length_of_a_sid_is_said_once() {
    let of = |pattern: &str| {
        form(json!({ "type": "string", "pattern": pattern, "minLength": 34, "maxLength": 34 })).len()
    };
    assert_eq!((of("^CA[0-9a-fA-F]{32}$"), of("^[a-z]*$")), (1, 3));
}

#[test]
fn structs_are_checked_through_lists_maps_and_themselves_unless_nothing_is_asked_of_them() {
    let schemas = json!({
        "node": { "type": "object", "properties": {
            "children": { "type": "array", "items": { "$ref": "#/components/schemas/node" } },
            "label": { "type": "string", "maxLength": 3 },
        } },
        "free": { "type": "object", "properties": {
            "again": { "$ref": "#/components/schemas/free" },
            "label": { "type": "string" },
        } },
    });
    let nodes = json!({ "type": "object", "additionalProperties": { "$ref": "#/components/schemas/node" } });
    let free = json!({ "$ref": "#/components/schemas/free" });
    let document = with_json(json!({ "nodes": nodes, "free": free }), schemas);
    let api = api(document.clone());
    let fields = || vec![Check::Fields("Node".to_owned())];
    assert_eq!(input(only(&api), "nodes").checks, [Check::Each(fields())]);
    assert_eq!(input(only(&api), "free").checks, []);
    assert_eq!(api.models["Node"].fields["children"].checks, [Check::Each(fields())]);
    assert!(api.models["Free"].fields.values().all(|field| field.checks.is_empty()));
    let source = |validation| {
        generate(&spec(document.clone()), Options::default().validation(validation)).unwrap().source
    };
    assert!(source(true).contains("FIELDS_Node") && !source(true).contains("FIELDS_Free"));
    assert!(!source(false).contains("MaxLength"));
}

#[test]
fn what_one_variant_of_a_choice_allows_is_allowed() {
    let variant = |label: Value| json!({ "type": "object", "properties": { "label": label, "x": { "type": "string", "maxLength": 2 } } });
    let choice = json!({ "oneOf": [
        variant(json!({ "type": "string", "maxLength": 3, "minLength": 1 })),
        variant(json!({ "type": "string", "maxLength": 30, "minLength": 1, "pattern": "^x" })),
    ] });
    let api = api(with_json(json!({ "choice": choice }), json!({})));
    let [Check::Fields(model)] = input(only(&api), "choice").checks.as_slice() else { panic!("no struct") };
    let fields = &api.models[model].fields;
    assert_eq!(fields["label"].checks, [Check::MinLength(1)]);
    assert_eq!(fields["x"].checks, [Check::MaxLength(2)]);
}

#[test]
fn the_account_of_a_path_is_checked_though_it_is_no_argument() {
    let spec = common::distilled().find(|(product, _)| product.stem == "api_v2010").unwrap().1;
    let (api, _) = analyze(&spec).unwrap();
    let known = api.operations.iter().filter(|o| o.account_path);
    assert!(known.clone().count() > 150);
    for operation in known {
        assert_eq!(operation.account_checks, [Check::Pattern("^AC[0-9a-fA-F]{32}$".to_owned())]);
    }
}

fn patterns<'a>(checks: &'a [Check], into: &mut Vec<&'a str>) {
    for check in checks {
        match check {
            Check::Pattern(pattern) => into.push(pattern),
            Check::Each(inner) => patterns(inner, into),
            _ => {}
        }
    }
}

fn all_patterns(api: &Api) -> Vec<&str> {
    let mut found = Vec::new();
    for operation in &api.operations {
        let inputs = operation.inputs().map(|input: &Input| &input.checks);
        inputs.chain([&operation.account_checks]).for_each(|checks| patterns(checks, &mut found));
    }
    let fields = api.models.values().flat_map(|model| model.fields.values());
    fields.for_each(|field| patterns(&field.checks, &mut found));
    found
}

/// The runtime compiles them with the same crate, when they are first needed.
#[test]
fn every_pattern_of_the_specs_compiles() {
    let mut count = 0;
    for (product, spec) in distilled() {
        let (api, _) = analyze(&spec).unwrap();
        for pattern in all_patterns(&api) {
            count += 1;
            if let Err(error) = regex_lite::Regex::new(pattern) {
                panic!("{}: {pattern}: {error}; mend it by a pass", product.stem);
            }
        }
    }
    assert!(count > 1_500, "{count} patterns");
}

#[test]
fn operations_are_sorted_by_the_id_by_which_the_runtime_finds_them() {
    let operation = |id: &str| {
        operation(
            id,
            json!({ "type": "object", "properties": { "X": { "type": "string", "maxLength": 1 } } }),
        )
    };
    let paths = json!({ "/v1/A": { "post": operation("CreateA10") }, "/v1/B": { "post": operation("Create_a") }, "/v1/C": { "post": operation("CreateA2") } });
    let source =
        generate(&spec(document(paths, json!({}))), Options::default().validation(true)).unwrap().source;
    let table = source.split_once("mod rules").unwrap().1;
    let at = |id: &str| table.find(&format!("\"{id}\"")).unwrap();
    assert!(at("CreateA10") < at("CreateA2") && at("CreateA2") < at("Create_a"), "{table}");
}
