//! Damaged specs: an error that says where, or code all the same where the damage does not matter.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use common::{api, document, only, operation, refused, spec, with_answer, with_form};
use serde_json::{Value, json};
use twilio_codegen::{Error, Options, generate};
use twilio_openapi::Spec;

/// Asserts that a document is refused with its name, this pointer and these words.
#[track_caller]
fn refuses(document: Value, pointer: &str, words: &str) {
    let error = refused(document).to_string();
    assert!(error.starts_with(&format!("test#{pointer}: ")), "{error}");
    assert!(error.contains(words), "{error}");
}

fn with_operation(operation: Value) -> Value {
    document(json!({ "/v1/Things/{Sid}": { "post": operation } }), json!({}))
}

const POST: &str = "/paths/~1v1~1Things~1{Sid}/post";
const FORM: &str =
    "/paths/~1v1~1Things/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties";

#[test]
fn documents_that_are_none() {
    for value in [json!(null), json!([]), json!("text"), json!({}), json!({ "paths": [] })] {
        refuses(value, "/paths", "an object with paths");
    }
}

#[test]
fn operations_without_their_parts() {
    let answers = json!({ "204": {} });
    refuses(with_operation(json!({ "responses": answers })), POST, "no operationId");
    refuses(with_operation(json!({ "operationId": 7, "responses": answers })), POST, "no operationId");
    refuses(with_operation(json!({ "operationId": "X" })), &format!("{POST}/responses"), "no responses");
    refuses(with_operation(json!([])), POST, "no operationId");
    let no_success = json!({ "operationId": "X", "parameters": [sid()], "responses": { "400": {} } });
    refuses(with_operation(no_success), POST, "documents no success");
    let mut twice = document(json!({}), json!({}));
    for (path, id) in [("/a", "FetchThing"), ("/b", "fetch_thing")] {
        twice["paths"][path]["get"] = json!({ "operationId": id, "responses": answers });
    }
    refuses(twice, "/paths/~1b/get", "two operations are called `fetch_thing`");
}

fn sid() -> Value {
    json!({ "name": "Sid", "in": "path", "required": true, "schema": { "type": "string" } })
}

#[test]
fn parameters_that_do_not_fit() {
    let with = |parameters: Value| {
        with_operation(
            json!({ "operationId": "FetchThing", "parameters": parameters, "responses": { "204": {} } }),
        )
    };
    refuses(with(json!([])), POST, "`Sid` is not among the parameters");
    refuses(with(json!({})), &format!("{POST}/parameters"), "a list of parameters");
    let mut cookie = sid();
    cookie["in"] = json!("cookie");
    refuses(with(json!([cookie])), &format!("{POST}/parameters/0"), "`cookie` are not supported");
    let other = json!({ "name": "Other", "in": "path", "schema": { "type": "string" } });
    refuses(with(json!([sid(), other])), &format!("{POST}/parameters/1"), "`Other` is not in the path");
    let untyped = json!({ "name": "A", "in": "query" });
    refuses(with(json!([sid(), untyped])), &format!("{POST}/parameters/1"), "`A` has no schema");
    let scalar = json!({ "name": "A", "in": "query", "schema": 7 });
    refuses(with(json!([sid(), scalar])), &format!("{POST}/parameters/1/schema"), "not an object");
    let open = document(
        json!({ "/v1/{Sid": { "get": { "operationId": "X", "responses": { "204": {} } } } }),
        json!({}),
    );
    refuses(open, "/paths/~1v1~1{Sid/get", "open brace");
}

#[test]
fn bodies_of_an_unknown_kind() {
    let mut operation = operation("CreateThing", json!({}));
    let schema = json!({ "schema": { "type": "string" } });
    operation["requestBody"] = json!({ "content": { "text/xml": schema } });
    let document = document(json!({ "/v1/Things": { "post": operation } }), json!({}));
    let pointer = "/paths/~1v1~1Things/post/requestBody/content/text~1xml/schema";
    refuses(document, pointer, "request bodies of type `text/xml`");
}

#[test]
fn references_that_lead_nowhere() {
    let at = |target: Value| with_form(json!({ "A": { "$ref": target } }));
    let place = format!("{FORM}/A");
    refuses(at(json!("#/components/schemas/none")), &place, "not in the document");
    refuses(at(json!("other.json#/x")), &place, "another document");
    refuses(at(json!(7)), &place, "not a string");
    refuses(at(json!("#/info")), &place, "something else than a schema");
    let circle =
        json!({ "a": { "$ref": "#/components/schemas/b" }, "b": { "$ref": "#/components/schemas/a" } });
    let schema = json!({ "$ref": "#/components/schemas/a" });
    refuses(with_answer(schema, circle), "/components/schemas/a", "circle");
    let lists = json!({ "a": { "type": "array", "items": { "$ref": "#/components/schemas/a" } } });
    let schema = json!({ "$ref": "#/components/schemas/a" });
    refuses(with_answer(schema, lists), "/components/schemas/a", "refers to itself without an object");
}

#[test]
fn schemas_that_are_none() {
    let table = [
        (json!(null), "", "a schema is not an object"),
        (json!([]), "", "a schema is not an object"),
        (json!({ "type": ["string", "integer"] }), "/type", "`type` is not one word, or one and `null`"),
        (json!({ "type": "file" }), "", "no Rust type for `file`"),
        (json!({ "type": "string", "format": {} }), "/format", "`format` is not text"),
        (json!({ "type": "string", "pattern": 1 }), "/pattern", "`pattern` is not text"),
        (json!({ "type": "object", "properties": [] }), "/properties", "`properties` is not an object"),
        (json!({ "type": "object", "properties": { "a": 1 } }), "/properties/a", "a schema is not an object"),
        (json!({ "type": "object", "required": "a" }), "/required", "`required` is not a list"),
        (json!({ "type": "array", "items": [] }), "/items", "`items` is not a schema"),
        (json!({ "additionalProperties": "x" }), "/additionalProperties", "is not a schema"),
        (json!({ "enum": "x" }), "/enum", "`enum` is not a list"),
        (json!({ "allOf": [] }), "/allOf", "`allOf` is not a list"),
        (json!({ "oneOf": [1] }), "/oneOf/0", "a schema is not an object"),
    ];
    for (schema, place, words) in table {
        refuses(with_form(json!({ "A": schema })), &format!("{FORM}/A{place}"), words);
    }
    let objects = with_form(json!({ "A": { "type": "object", "enum": [{ "x": 1 }] } }));
    refuses(objects, "/components/schemas/CreateThing|A", "an enum value is not a scalar");
    let lists = json!({ "type": "array", "items": { "type": "array", "items": { "type": "string" } } });
    refuses(with_form(json!({ "A": lists })), &format!("{FORM}/A"), "has no form in a path, query");
}

#[test]
fn types_that_hold_themselves_are_boxed() {
    let schemas = json!({
        "node": { "type": "object", "properties": {
            "next": { "$ref": "#/components/schemas/node" },
            "all": { "type": "array", "items": { "$ref": "#/components/schemas/node" } },
        } },
    });
    let spec = spec(with_answer(json!({ "$ref": "#/components/schemas/node" }), schemas));
    let source = generate(&spec, Options::default()).unwrap().source;
    assert!(source.contains("::std::boxed::Box<Node>"), "{source}");
}

#[test]
fn deep_nesting_is_refused_before_the_stack_ends() {
    let mut schema = json!({ "type": "string" });
    for _ in 0..40 {
        schema = json!({ "type": "array", "items": schema });
    }
    assert!(refused(with_answer(schema, json!({}))).to_string().contains("without an object"));

    let link = |to: usize| json!({ "type": "object", "properties": { "next": { "$ref": format!("#/components/schemas/s{to}") } } });
    let chain: serde_json::Map<_, _> = (0..5000).map(|n| (format!("s{n}"), link((n + 1) % 5000))).collect();
    let error = refused(with_answer(json!({ "$ref": "#/components/schemas/s0" }), json!(chain)));
    assert!(error.to_string().contains("nested too deeply"), "{error}");

    let mut deep = json!({});
    for _ in 0..1000 {
        deep = json!({ "properties": { "a": deep } });
    }
    assert!(refused(with_answer(deep, json!({}))).to_string().contains("nested too deeply"));
}

#[test]
fn strange_names_become_rust_all_the_same() {
    let wires = [
        "fn",
        "crate",
        "super",
        "_",
        "__",
        "<>",
        "",
        "9",
        "\u{202e}abc",
        "\u{0}",
        "a\nb",
        "a\rb",
        "`",
        "\"",
        "\\",
        "*/",
        "日本",
        "é",
        "👍🏽",
        "a b",
        "A",
        "a",
        "properties",
        "$ref",
        "Place",
        "required",
        "#[doc]",
        "{}",
    ];
    let text = json!({ "type": "string", "description": "Two\rlines \u{202e} and `one" });
    let of = |value: &Value| -> Value {
        wires.iter().map(|w| ((*w).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into()
    };
    let fields = json!({ "type": "object", "properties": of(&text) });
    let choices = json!({ "type": "string", "enum": wires });
    let built = api(with_form(of(&text)));
    assert_eq!(only(&built).optional.len(), wires.len());
    let built = api(with_answer(fields.clone(), json!({ "unused": choices })));
    assert_eq!(built.models["FetchThingResponse"].fields.len(), wires.len());
    let built = api(with_form(json!({ "A": choices, "B": fields })));
    assert_eq!(built.enums["ThingA"].variants.len(), wires.len());
    let schemas = of(&json!({ "type": "object", "properties": { "x": text } }));
    let properties: serde_json::Map<_, _> = wires
        .iter()
        .filter(|wire| !wire.contains('/'))
        .map(|wire| ((*wire).to_owned(), json!({ "$ref": format!("#/components/schemas/{wire}") })))
        .collect();
    api(with_answer(json!({ "type": "object", "properties": properties }), schemas));
}

#[test]
fn nothing_in_a_spec_gets_out_of_its_comment_or_literal() {
    let mut document =
        with_form(json!({ "A": { "type": "string", "description": "x */ fn a() {} \r fn b() {}" } }));
    document["info"]["version"] = json!("1\nfn escaped() {}");
    document["paths"]["/v1/Things"]["post"]["description"] =
        json!("```\nfn test() { panic!() }\n```\r\n<script>");
    let source = generate(&spec(document), Options::default()).unwrap().source;
    let file = syn::parse_file(&source).unwrap();
    let free = file.items.iter().filter(|item| matches!(item, syn::Item::Fn(_))).count();
    assert_eq!(free, 0, "{source}");
    assert!(!source.contains('\r') && !source.contains("<script>"), "{source}");
}

#[test]
fn harmless_oddities_are_accepted() {
    let form = json!({
        "Nothing": {}, "List": { "type": "array" }, "NoValues": { "type": "string", "enum": [] },
        "OnlyNull": { "type": "string", "enum": [null] }, "Empty": { "type": "object", "properties": {} },
        "Missing": { "type": "object", "properties": { "a": {} }, "required": ["b"] },
    });
    assert_eq!(only(&api(with_form(form))).optional.len(), 6);
    let mut bare = document(json!({}), json!({}));
    bare["components"] = json!({});
    assert!(api(bare.clone()).operations.is_empty());
    bare["servers"] = json!(null);
    bare["info"] = json!([]);
    assert!(api(bare).operations.is_empty());
}

#[test]
fn text_that_is_not_json_is_an_error_with_its_name() {
    let error = Spec::parse("broken", "{ \"paths\": ").map_err(Error::from).unwrap_err();
    assert!(error.to_string().starts_with("broken"), "{error}");
}
