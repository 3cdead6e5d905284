//! The names of what the specs mark as personal data.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use common::{api, distilled, document, operation};
use serde_json::json;
use twilio_codegen::analyze;

#[test]
fn marks_are_found_at_parameters_properties_items_and_behind_references() {
    let mark = json!({ "pii": { "handling": "standard", "deleteSla": 30 } });
    let mut operation = operation(
        "CreateThing",
        json!({
            "type": "object",
            "properties": {
                "Body": { "type": "string", "x-twilio": mark },
                "Label": { "type": "string" },
                "name": { "type": "object", "properties": {
                    "in": { "type": "string" },
                    "given": { "type": "string", "x-twilio": mark },
                } },
                "Tags": { "type": "array", "items": { "type": "string", "x-twilio": mark } },
                "Street": { "$ref": "#/components/schemas/street" },
                "properties": { "type": "string", "x-twilio": mark },
            },
        }),
    );
    operation["parameters"] = json!([
        { "name": "From", "in": "query", "schema": { "type": "string" }, "x-twilio": mark },
        { "name": "To", "in": "query", "schema": { "type": "string", "x-twilio": mark } },
        { "name": "Plain", "in": "query", "schema": { "type": "string" } },
    ]);
    let schemas = json!({ "street": { "type": "string", "x-twilio": mark } });
    let api = api(document(json!({ "/v1/Things": { "post": operation } }), schemas));
    let names: Vec<&str> = api.pii.iter().map(String::as_str).collect();
    assert_eq!(names, ["Body", "From", "Street", "Tags", "To", "given", "properties"]);
}

#[test]
fn the_specs_have_marks_and_no_mark_is_lost() {
    let mut products = 0;
    for (product, spec) in distilled() {
        let names = analyze(&spec).unwrap().0.pii;
        let marks = spec.document().to_string().matches(r#""pii":{"#).count();
        assert_eq!(names.is_empty(), marks == 0, "{}: {names:?}", product.stem);
        products += usize::from(marks > 0);
        for name in &names {
            assert!(!name.is_empty() && name.chars().any(char::is_alphabetic), "{name}");
        }
        if product.stem == "api_v2010" {
            for known in ["From", "PhoneNumber", "To", "body", "caller_name", "to_formatted"] {
                assert!(names.contains(known), "{known}");
            }
            assert!(!names.contains("sid") && !names.contains("Sid"));
        }
    }
    assert!(products >= 30, "{products}");
}
