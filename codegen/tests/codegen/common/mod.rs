// Each test file uses a part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use twilio_codegen::analyze::{Api, Input, Operation};
use twilio_codegen::{Error, Options, analyze, generate};
use twilio_openapi::{Product, Spec, products, specs_dir, upstream_dir};

/// The distilled spec of every product.
pub(crate) fn distilled() -> impl Iterator<Item = (&'static Product, Spec)> {
    products().iter().map(|product| (product, Spec::load(&specs_dir(), product).unwrap()))
}

/// Whether Twilio's verbatim files are here; says which test does not run where they are not.
pub(crate) fn verbatim(test: &str) -> bool {
    let here = upstream_dir().is_dir();
    if !here {
        println!("not run: {test}: {} is absent", upstream_dir().display());
    }
    here
}

/// A document with these paths and component schemas.
pub(crate) fn document(paths: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.1",
        "info": { "title": "Test", "version": "1.0.0" },
        "servers": [{ "url": "https://test.twilio.com" }],
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// A document with one operation, `CreateThing`, whose form has these properties.
pub(crate) fn with_form(properties: Value) -> Value {
    let form = json!({ "type": "object", "properties": properties });
    document(json!({ "/v1/Things": { "post": operation("CreateThing", form) } }), json!({}))
}

/// A document with one operation, `FetchThing`, whose answer has this schema, and with these components.
pub(crate) fn with_answer(schema: Value, schemas: Value) -> Value {
    let operation = json!({
        "operationId": "FetchThing",
        "responses": { "200": { "content": { "application/json": { "schema": schema } } } },
    });
    document(json!({ "/v1/Thing": { "get": operation } }), schemas)
}

/// An operation that takes a form and answers with nothing.
pub(crate) fn operation(id: &str, form: Value) -> Value {
    json!({
        "operationId": id,
        "requestBody": { "content": { "application/x-www-form-urlencoded": { "schema": form } } },
        "responses": { "204": {} },
    })
}

pub(crate) fn spec(document: Value) -> Spec {
    Spec::from_document("test", document)
}

/// The analysis of a document that must be sound, with code that must be Rust.
pub(crate) fn api(document: Value) -> Api {
    let spec = spec(document);
    generate(&spec, Options::default().serialize(true)).unwrap_or_else(|e| panic!("{e}"));
    analyze(&spec).unwrap().0
}

pub(crate) fn only(api: &Api) -> &Operation {
    assert_eq!(api.operations.len(), 1);
    &api.operations[0]
}

pub(crate) fn input<'a>(operation: &'a Operation, wire: &str) -> &'a Input {
    operation.inputs().find(|i| i.wire == wire).unwrap_or_else(|| panic!("no `{wire}`"))
}

/// The error of a document that must be refused.
pub(crate) fn refused(document: Value) -> Error {
    match generate(&spec(document), Options::default()) {
        Ok(_) => panic!("the document was accepted"),
        Err(e) => e,
    }
}
