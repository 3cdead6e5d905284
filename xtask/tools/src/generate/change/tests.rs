#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::workspace::Files;

fn surface(specs: &[(&str, Value)]) -> Surface {
    let files: Files = specs
        .iter()
        .map(|(stem, spec)| (format!("twilio_{stem}.json"), spec.to_string().into_bytes()))
        .collect();
    Surface::read(&files).unwrap()
}

fn response(properties: Value) -> Value {
    json!({"200": {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}})
}

fn form(required: &[&str], properties: Value) -> Value {
    let schema = json!({"type": "object", "required": required, "properties": properties});
    json!({"content": {"application/x-www-form-urlencoded": {"schema": schema}}})
}

fn old() -> Value {
    json!({
        "paths": {
            "/Messages": {
                "post": {
                    "operationId": "CreateMessage",
                    "requestBody": form(&["To"], json!({
                        "To": {"type": "string"}, "Body": {"type": "string"}, "Gone": {"type": "string"},
                        "Mode": {"type": "string", "enum": ["a", "b"]}})),
                    "responses": response(json!({
                        "sid": {"type": "string"}, "price": {"type": "string"}, "old": {"type": "string"},
                        "status": {"$ref": "#/components/schemas/status"}})),
                },
                "get": {
                    "operationId": "ListMessage",
                    "parameters": [{"name": "PageSize", "in": "query", "schema": {"type": "integer"}},
                                   {"name": "Since", "in": "query", "required": true, "schema": {"type": "string"}}],
                    "responses": response(json!({"messages": {"type": "array", "items": {
                        "type": "object", "properties": {"sid": {"type": "string"}}}}})),
                },
            },
            "/Gone": {"delete": {"operationId": "DeleteGone", "responses": {"204": {}}}},
        },
        "components": {"schemas": {"status": {"type": "string", "enum": ["sent", "failed"]}}},
    })
}

fn new() -> Value {
    json!({
        "paths": {
            "/Messages": {
                "post": {
                    "operationId": "CreateMessage", "deprecated": true,
                    "requestBody": form(&["To", "Body", "Must"], json!({
                        "To": {"type": "string"}, "Body": {"type": "string"}, "Must": {"type": "boolean"},
                        "May": {"type": "array", "items": {"type": "string", "format": "uri"}},
                        "Mode": {"type": "string", "enum": ["b", "c"]}})),
                    "responses": response(json!({
                        "sid": {"type": "string"}, "price": {"type": "number"},
                        "status": {"$ref": "#/components/schemas/status"}})),
                },
                "get": {
                    "operationId": "ListMessages",
                    "parameters": [{"name": "PageSize", "in": "query", "schema": {"type": "integer", "format": "int64"}},
                                   {"name": "Since", "in": "query", "schema": {"type": "string"}}],
                    "responses": response(json!({"messages": {"type": "array", "items": {
                        "type": "object", "properties": {"sid": {"type": "string"}, "to": {"type": "string"}}}}})),
                },
            },
            "/New": {"put": {"operationId": "UpdateNew", "responses": {"204": {}}}},
        },
        "components": {"schemas": {"status": {"type": "string", "enum": ["sent", "failed", "read"]}}},
    })
}

#[test]
fn every_kind_of_change_is_told_and_breaking_ones_are_marked() {
    let text = report(
        &surface(&[("a_v1", old()), ("gone_v1", old()), ("same_v1", new())]),
        &surface(&[("a_v1", new()), ("new_v1", new()), ("same_v1", new())]),
    );
    let expected = "\
a_v1
!   - DeleteGone (DELETE /Gone)
!   ~ ListMessage is now called ListMessages (GET /Messages)
    ~ CreateMessage is deprecated (POST /Messages)
    + UpdateNew (PUT /New)
    ListMessages (GET /Messages)
!     ~ query PageSize: integer is now integer(int64)
!     ~ query Since is now optional
      + response messages[].to: string
    CreateMessage (POST /Messages)
!     ~ form Body is now required
!     - form Gone: string
      + form May: array
      + form May[]: string(uri)
      + form Mode: value `c`
!     - form Mode: value `a`
!     + form Must: boolean, required
!     - response old: string
!     ~ response price: string is now number
      + response status: value `read`
gone_v1
!   - product, 3 operations
new_v1
    + product, 3 operations
summary:
  products: 1 added, 1 removed, 0 changed
  operations: 1 added, 1 removed, 2 changed
  parameters: 3 added, 1 removed, 3 changed
  response fields: 1 added, 1 removed, 1 changed
  enum values: 2 added, 1 removed, 0 changed
  11 breaking changes (marked with !)
";
    assert_eq!(text, expected, "got:\n{text}");
}

#[test]
fn json_bodies_are_compared_through_references_and_compositions() {
    let spec = |inner: Value| {
        json!({"paths": {"/X": {"post": {"operationId": "CreateX", "responses": {"204": {}}, "requestBody": {
        "required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/x"}}}}}}},
        "components": {"schemas": {
            "x": {"allOf": [{"type": "object", "properties": {"child": {"$ref": "#/components/schemas/x"}}}, inner]},
        }}})
    };
    let was = spec(json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}));
    let is = spec(json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "integer"}, "more": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}}}));
    let text = report(&surface(&[("a_v1", was)]), &surface(&[("a_v1", is)]));
    assert!(text.contains("      + json more: object\n      + json more.k: string"), "{text}");
    assert!(text.contains("0 breaking changes"), "{text}");
}

#[test]
fn no_change_and_first_specs_are_said_in_one_line() {
    let specs = || surface(&[("a_v1", old())]);
    assert_eq!(
        report(&specs(), &specs()),
        "no change of operations, parameters, response fields, enum values, names or wire facts\n"
    );
    assert_eq!(report(&surface(&[]), &specs()), "first specs: 1 product, 3 operations\n");
}
