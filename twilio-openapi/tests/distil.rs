//! Distilling by hand-made documents; `distil_proof` goes over Twilio's own files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use twilio_openapi::distil::{distil, to_text};

#[test]
fn keywords_go_and_names_stay() {
    let prose = ["description", "title", "summary", "example", "examples", "tags", "headers", "externalDocs"];
    let properties: Value = prose
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string", "description": "prose", "example": "x"})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let distilled = distil(&json!({
        "components": {"schemas": {"description": {"title": "T", "type": "object", "properties": properties}}}
    }));
    let expected: Value = prose
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string"})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(
        distilled,
        json!({"components": {"schemas": {"description": {"type": "object", "properties": expected}}}})
    );
}

#[test]
fn schemas_are_walked_through_every_composition() {
    let inner = || json!({"type": "string", "description": "prose"});
    let bare = json!({"type": "string"});
    let distilled = distil(&json!({"components": {"schemas": {"S": {
        "oneOf": [inner()], "anyOf": [inner()], "allOf": [inner()], "not": inner(), "items": inner(),
        "additionalProperties": inner(), "x-jvm-type": "a.b.C", "x-field-extra-annotation": "@A", "x-other": 1,
        "x-twilio": {"shortDescription": "prose", "pii": {"handling": "standard", "deleteSla": 30}},
    }}}}));
    assert_eq!(
        distilled["components"]["schemas"]["S"],
        json!({
            "oneOf": [bare], "anyOf": [bare], "allOf": [bare], "not": bare, "items": bare,
            "additionalProperties": bare, "x-other": 1,
            "x-twilio": {"pii": {"handling": "standard", "deleteSla": 30}},
        })
    );
}

#[test]
fn data_is_not_taken_for_keywords() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "nullable": true, "readOnly": true,
        "default": {"description": "a default", "title": "t"}, "enum": [{"example": 1}, "description"],
        "discriminator": {"propertyName": "title", "mapping": {"description": "#/components/schemas/A"}},
        "required": ["description", "title"],
    });
    let document = json!({"components": {"schemas": {"S": schema.clone()}}});
    assert_eq!(distil(&document), document);
}

#[test]
fn an_operation_keeps_its_facts() {
    let distilled = distil(&json!({
        "openapi": "3.0.1",
        "info": {"title": "T", "version": "1", "description": "d", "contact": {"name": "n"}, "license": {"name": "l"},
                 "termsOfService": "u", "x-twilio": {"apiStandards": "v0.1"}},
        "tags": [{"name": "only a list"}],
        "x-maturity": [{"name": "Preview", "description": "prose"}],
        "servers": [{"url": "https://h", "description": "d"}],
        "security": [{"basic": []}],
        "paths": {"/description/{title}": {
            "description": "d", "summary": "s", "x-twilio": {"pathType": "list", "shortDescription": "d"},
            "parameters": [{"name": "title", "in": "path", "required": true, "description": "d", "example": "e",
                            "examples": {"a": {"value": 1}}, "style": "simple", "explode": false,
                            "schema": {"type": "string", "title": "T"}, "x-twilio": {"shortDescription": "d"}}],
            "post": {
                "operationId": "Create", "summary": "s", "description": "d", "tags": ["kept"], "deprecated": true,
                "externalDocs": {"url": "u"}, "x-maturity": ["Beta"],
                "requestBody": {"description": "d", "required": true, "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/description"}, "examples": {}}}},
                "responses": {
                    "200": {"description": "OK", "headers": {
                        "Access-Control-Allow-Origin": {"schema": {"type": "string"}},
                        "ETag": {"description": "d", "example": "e", "schema": {"type": "string", "example": "e"}}}},
                    "204": {"description": "No", "headers": {"access-control-max-age": {"schema": {}}}},
                    "4XX": {"$ref": "#/components/responses/Bad"},
                },
            },
        }},
        "components": {
            "examples": {"E": {"value": 1}}, "responses": {"Bad": {"description": "d"}},
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic", "description": "d"}},
        },
    }));
    assert_eq!(
        distilled,
        json!({
            "openapi": "3.0.1",
            "info": {"title": "T", "version": "1", "x-twilio": {"apiStandards": "v0.1"}},
            "x-maturity": [{"name": "Preview"}],
            "servers": [{"url": "https://h"}],
            "security": [{"basic": []}],
            "paths": {"/description/{title}": {
                "x-twilio": {"pathType": "list"},
                "parameters": [{"name": "title", "in": "path", "required": true, "style": "simple", "explode": false,
                                "schema": {"type": "string"}}],
                "post": {
                    "operationId": "Create", "tags": ["kept"], "deprecated": true, "x-maturity": ["Beta"],
                    "requestBody": {"required": true, "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/description"}}}},
                    "responses": {
                        "200": {"headers": {"ETag": {"schema": {"type": "string"}}}},
                        "204": {},
                        "4XX": {"$ref": "#/components/responses/Bad"},
                    },
                },
            }},
            "components": {
                "responses": {"Bad": {}}, "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
            },
        })
    );
}

#[test]
fn text_is_sorted_and_documents_of_another_shape_pass_through() {
    assert_eq!(to_text(&json!({"b": {"z": 1, "a": [{"y": 0, "x": null}]}, "a": 1.5})).as_str(), {
        "{\"a\":1.5,\"b\":{\"a\":[{\"x\":null,\"y\":0}],\"z\":1}}\n"
    });
    for odd in [json!(null), json!([]), json!("text"), json!({"paths": 3, "components": [[1]], "info": "x"})]
    {
        assert_eq!(distil(&odd), odd);
    }
}
