#![allow(clippy::unwrap_used)]

use serde_json::json;
use twilio_openapi::Spec;

use super::*;

fn api() -> Api {
    let document = json!({
        "openapi": "3.0.1",
        "info": { "title": "Sample", "version": "1" },
        "servers": [{ "url": "https://sample.twilio.com" }],
        "paths": { "/v1/Things/{Sid}": { "get": {
            "operationId": "FetchThing",
            "parameters": [{ "name": "Sid", "in": "path", "required": true, "schema": { "type": "string" } }],
            "responses": { "200": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/sample.thing" }
            } } } }
        } } },
        "components": { "schemas": {
            "sample.thing": { "type": "object", "properties": {
                "sid": { "type": "string" },
                "count": { "type": "integer" },
                "price": { "type": "number" },
                "on": { "type": "boolean" },
                "secret": { "type": "string" },
                "status": { "type": "string", "enum": ["a", "b"] },
                "names": { "type": "array", "items": { "type": "string" } },
                "links": { "type": "object", "format": "uri-map" },
                "inner": { "type": "object", "properties": { "date": { "type": "string", "format": "date" } } },
                "parts": { "type": "array", "items": { "$ref": "#/components/schemas/sample.part" } }
            } },
            "sample.part": { "type": "object", "properties": { "n": { "type": "integer" } } }
        } }
    });
    twilio_codegen::analyze(&Spec::from_document("sample_v1", document)).unwrap().0
}

fn answer() -> Value {
    json!({
        "sid": "XY", "count": 5, "price": 0.25, "on": true, "secret": "s", "status": "new", "names": ["x", "y"],
        "links": { "self": "/a" }, "inner": { "date": "2026-01-02" }, "parts": [{ "n": 1 }, { "n": 2 }],
        "unknown": 1, "nothing": null
    })
}

fn check(answer: &Value, json: &Value, known: &Value) -> Vec<String> {
    let api = api();
    let output = api.operations.first().unwrap().output.clone();
    differences(&api, &output, &Json::from(answer), json, known)
}

fn known() -> Value {
    let mut known = answer();
    known.as_object_mut().unwrap().retain(|name, _| name != "unknown" && name != "nothing");
    known
}

#[test]
fn a_faithful_reader_passes() {
    assert_eq!(check(&answer(), &answer(), &known()), Vec::<String>::new());
}

#[test]
fn a_reader_that_reads_nothing_fails_in_every_field() {
    let found = check(&answer(), &answer(), &json!({}));
    assert_eq!(found.len(), known().as_object().unwrap().len(), "{found:?}");
    assert!(!check(&answer(), &answer(), &Value::Null).is_empty());
}

#[test]
fn a_reader_that_misses_or_changes_one_field_fails() {
    for name in known().as_object().unwrap().keys() {
        let mut missing = known();
        missing.as_object_mut().unwrap().remove(name);
        assert_eq!(check(&answer(), &answer(), &missing).len(), 1, "{name}");
        let mut other = known();
        other[name] = json!("other");
        assert!(!check(&answer(), &answer(), &other).is_empty(), "{name}");
    }
    let mut less = known();
    less["parts"] = json!([{ "n": 1 }, {}]);
    assert!(!check(&answer(), &answer(), &less).is_empty());
    less["parts"] = json!([{ "n": 1 }]);
    assert!(!check(&answer(), &answer(), &less).is_empty());
}

#[test]
fn a_reader_that_loses_what_it_does_not_know_fails() {
    assert_eq!(check(&answer(), &known(), &known()), ["json.unknown is lost"]);
    let mut more = answer();
    more["invented"] = json!(1);
    assert_eq!(check(&answer(), &more, &known()), ["json.invented is new: 1"]);
}

#[test]
fn values_across_types_are_read_and_odd_ones_may_be_absent() {
    let answer = json!({ "sid": 7, "count": "5", "price": "0.250", "on": "true", "names": {}, "inner": [] });
    let read = json!({ "sid": "7", "count": 5, "price": "0.250", "on": true });
    assert_eq!(check(&answer, &answer, &read), Vec::<String>::new());
    let lossy = json!({ "sid": "7", "count": 5, "price": "0.25", "on": true });
    assert_eq!(check(&answer, &answer, &lossy).len(), 1);
    let odd = json!({ "count": "five", "on": "perhaps", "names": "x", "secret": 5 });
    assert_eq!(check(&odd, &odd, &json!({})), Vec::<String>::new());
}
