//! Twilio's own specs with the changes that Twilio may make: code that does the right thing, or an error with the place.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use std::sync::OnceLock;

use serde_json::{Value, json};
use twilio_codegen::analyze::{BodyKind, Operation, Output};
use twilio_codegen::lock::Lock;
use twilio_codegen::{Options, analyze, analyze_locked, generate};
use twilio_openapi::{Spec, find, specs_dir};

const MESSAGES: &str = "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json";
const SERVICES: &str = "/paths/~1v1~1Services";

fn real(stem: &str) -> Value {
    Spec::load(&specs_dir(), find(stem).unwrap()).unwrap().document().clone()
}

/// A document with one place replaced or added.
fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Object(map) => {
            map.insert(key, value);
        }
        Value::Array(list) => match key.parse::<usize>() {
            Ok(index) => list[index] = value,
            Err(_) => list.push(value),
        },
        other => panic!("{other}"),
    }
    document
}

fn without(mut document: Value, pointer: &str) -> (Value, Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let map =
        document.pointer_mut(parent).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("no {parent}"));
    let value = map.remove(&key).unwrap_or_else(|| panic!("no {pointer}"));
    (document, value)
}

/// Asserts that a changed spec is refused at this place with these words, with its lock and without one.
#[track_caller]
fn refuses(stem: &str, document: Value, pointer: &str, words: &str) {
    let spec = Spec::from_document(stem, document);
    for lock in [None, Some(lock(stem))] {
        let error = analyze_locked(&spec, lock).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{stem}#{pointer}: ")), "{error}");
        assert!(error.contains(words), "{error}");
    }
}

/// The lock of a spec as it is today.
fn lock(stem: &str) -> &'static Lock {
    static LOCKS: [OnceLock<Lock>; 2] = [const { OnceLock::new() }; 2];
    let index = usize::from(stem == "api_v2010");
    LOCKS[index].get_or_init(|| Lock::of(&analyze(&Spec::from_document(stem, real(stem))).unwrap().0))
}

fn operation(stem: &str, document: Value, id: &str) -> Operation {
    let spec = Spec::from_document(stem, document);
    analyze(&spec)
        .unwrap_or_else(|e| panic!("{e}"))
        .0
        .operations
        .into_iter()
        .find(|operation| operation.id == id)
        .unwrap()
}

fn schema(path: &str) -> String {
    format!("{path}/get/responses/200/content/application~1json/schema")
}

#[test]
fn the_specs_of_today_are_understood() {
    for (product, spec) in common::distilled() {
        analyze(&spec).unwrap_or_else(|e| panic!("{}: {e}", product.stem));
    }
}

#[test]
fn review_43_new_paging_keys_are_an_error() {
    let properties = format!("{}/properties", schema(SERVICES));
    let meta = format!("{properties}/meta/properties");
    let text = json!({ "type": "string" });
    let string = |name: &str| json!({ name: text });
    for (place, value, pointer, words) in [
        (meta.clone(), string("next_cursor"), format!("{meta}/next_cursor"), "`meta.next_cursor`"),
        (meta.clone(), string("after"), format!("{meta}/after"), "`meta.after`"),
    ] {
        // Instead of what was there, and beside it.
        refuses("messaging_v1", with(real("messaging_v1"), &place, value.clone()), &pointer, words);
        let mut beside = real("messaging_v1");
        let map = beside.pointer_mut(&place).unwrap().as_object_mut().unwrap();
        map.extend(value.as_object().unwrap().clone());
        refuses("messaging_v1", beside, &pointer, words);
    }
    let links = json!({ "type": "object", "properties": string("next") });
    for (name, value) in
        [("links", links), ("next_cursor", text.clone()), ("has_more", json!({ "type": "boolean" }))]
    {
        let pointer = format!("{properties}/{name}");
        refuses("messaging_v1", with(real("messaging_v1"), &pointer, value.clone()), &pointer, name);
        let (old, _) = without(real("messaging_v1"), &format!("{properties}/meta"));
        refuses("messaging_v1", with(old, &pointer, value), &pointer, name);
    }
    let properties = format!("{}/properties", schema(MESSAGES));
    let (old, link) = without(real("api_v2010"), &format!("{properties}/next_page_uri"));
    refuses(
        "api_v2010",
        with(old, &format!("{properties}/next"), link),
        &format!("{properties}/next"),
        "`next`",
    );
}

#[test]
fn review_44_a_second_list_beside_the_items_is_an_error_or_what_the_lock_says() {
    let properties = format!("{}/properties", schema(MESSAGES));
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let document = with(real("api_v2010"), &format!("{properties}/warnings"), list);
    let spec = Spec::from_document("api_v2010", document);
    let error = generate(&spec, Options::default()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("api_v2010#{properties}: ")), "{error}");
    assert!(error.contains("`messages` or `warnings`"), "{error}");
    let api = analyze_locked(&spec, Some(lock("api_v2010"))).unwrap().0;
    let list = api.operations.iter().find(|operation| operation.id == "ListMessage").unwrap();
    assert!(matches!(&list.output, Output::Page { key, .. } if key == "messages"), "{:?}", list.output);

    // No list at all is none that could be paged.
    let inner = json!({ "type": "object", "properties": {} });
    let (document, _) = without(real("api_v2010"), &format!("{properties}/messages"));
    refuses(
        "api_v2010",
        with(document, &format!("{properties}/data"), inner),
        &properties,
        "no property holds",
    );
}

#[test]
fn review_44_a_list_under_another_json_media_type_is_still_a_page() {
    let content = format!("{SERVICES}/get/responses/200/content");
    let (document, media) = without(real("messaging_v1"), &format!("{content}/application~1json"));
    for names in [
        &["application~1vnd.twilio+json"][..],
        &["application~1json; charset=utf-8"],
        &["application~1json", "application~1hal+json"],
        &["application~1hal+json", "text~1csv", "application~1json"],
    ] {
        let document = names.iter().fold(document.clone(), |document, name| {
            with(document, &format!("{content}/{name}"), media.clone())
        });
        let list = operation("messaging_v1", document, "ListService");
        assert!(matches!(&list.output, Output::Page { key, .. } if key == "services"), "{names:?}");
    }
    let other = json!({ "schema": { "type": "object", "properties": { "x": { "type": "string" } } } });
    let document = with(real("messaging_v1"), &format!("{content}/application~1hal+json"), other);
    refuses("messaging_v1", document, &content, "different schemas");
}

#[test]
fn review_45_responses_that_are_not_json_are_an_error() {
    let content = format!("{MESSAGES}/get/responses/200/content");
    let (document, media) = without(real("api_v2010"), &format!("{content}/application~1json"));
    for name in ["text/csv", "application/octet-stream", "image/png", "text/plain", "application/xml", "*/*"]
    {
        let pointer = format!("{content}/{}", twilio_openapi::escape_pointer(name));
        for schema in
            [media.clone(), json!({ "schema": { "type": "string", "format": "binary" } }), json!({})]
        {
            refuses("api_v2010", with(document.clone(), &pointer, schema), &pointer, name);
        }
    }
    let pointer = format!("{content}/application~1json");
    refuses("api_v2010", with(document, &pointer, json!({})), &pointer, "no schema");
}

#[test]
fn review_46_a_form_and_json_are_an_error_and_no_switch() {
    let content = format!("{MESSAGES}/post/requestBody/content");
    assert_eq!(operation("api_v2010", real("api_v2010"), "CreateMessage").body, BodyKind::Form);
    let media = real("api_v2010").pointer(&content).unwrap()["application/x-www-form-urlencoded"].clone();
    for name in ["application~1json", "multipart~1form-data", "application~1vnd.twilio+json"] {
        let document = with(real("api_v2010"), &format!("{content}/{name}"), media.clone());
        refuses("api_v2010", document, &content, "nothing says which is sent");
    }
    let (document, _) = without(real("api_v2010"), &format!("{content}/application~1x-www-form-urlencoded"));
    let pointer = format!("{content}/multipart~1form-data/schema");
    let document = with(document, &format!("{content}/multipart~1form-data"), media);
    refuses("api_v2010", document, &pointer, "`multipart/form-data` are not supported");
}

#[test]
fn review_47_new_security_schemes_are_an_error_and_an_empty_one_is_none() {
    let own = format!("{MESSAGES}/post/security");
    let at = |security: Value| with(real("api_v2010"), &own, security);
    let basic = "accountSid_authToken";
    let schemes = "/components/securitySchemes";
    for scheme in [
        json!({ "type": "apiKey", "in": "header", "name": "X-Key" }),
        json!({ "type": "openIdConnect", "openIdConnectUrl": "https://x.example" }),
        json!({ "type": "http", "scheme": "digest" }),
        json!({ "type": "mutualTLS" }),
        json!({ "type": "oauth2", "flows": { "authorizationCode": {} } }),
    ] {
        let pointer = format!("{schemes}/new");
        for security in [json!([{ "new": [] }]), json!([{ basic: [] }, { "new": [] }])] {
            let document = with(at(security), &pointer, scheme.clone());
            refuses("api_v2010", document, &pointer, "the security scheme `new`");
        }
        let document = with(real("api_v2010"), &pointer, scheme.clone());
        let document = with(document, "/security", json!([{ "new": [] }]));
        refuses("api_v2010", document, &pointer, "the security scheme `new`");
    }
    refuses("api_v2010", at(json!([{ "gone": [] }])), &format!("{own}/0/gone"), "not in the document");
    let both = with(
        at(json!([{ basic: [], "new": [] }])),
        &format!("{schemes}/new"),
        json!({ "type": "http", "scheme": "bearer" }),
    );
    refuses("api_v2010", both, &format!("{own}/0"), "together are not supported");
    refuses("api_v2010", at(json!({})), &own, "not a list");

    let authenticated = |security| operation("api_v2010", at(security), "CreateMessage").authenticated;
    assert!(authenticated(json!([{ basic: [] }])) && authenticated(json!([{}, { basic: [] }])));
    assert!(!authenticated(json!([])) && !authenticated(json!([{}])) && !authenticated(json!([{}, {}])));
}

#[test]
fn review_48_a_server_elsewhere_is_an_error() {
    let own = json!([{ "url": "https://api.twilio.com" }]);
    for url in [
        "https://other.twilio.com",
        "https://{region}.twilio.com",
        "http://api.twilio.com",
        "https://api.twilio.com/v2",
        "/",
    ] {
        for place in ["".to_owned(), MESSAGES.to_owned(), format!("{MESSAGES}/post")] {
            let servers = |list: Value| with(real("api_v2010"), &format!("{place}/servers"), list);
            let second = servers(json!([own[0], { "url": url }]));
            refuses("api_v2010", second, &format!("{place}/servers/1/url"), url);
            if !place.is_empty() {
                let only = servers(json!([{ "url": url }]));
                refuses("api_v2010", only, &format!("{place}/servers/0/url"), url);
            }
        }
    }
    let document = with(real("api_v2010"), &format!("{MESSAGES}/post/servers"), own);
    operation("api_v2010", document, "CreateMessage");
}

#[test]
fn review_49_styles_that_are_not_written_are_an_error() {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let parameters = format!("{SERVICES}/get/parameters");
    let count = real("messaging_v1").pointer(&parameters).unwrap().as_array().unwrap().len();
    let pointer = format!("{parameters}/{count}");
    let add = |parameter: Value| with(real("messaging_v1"), &format!("{parameters}/-"), parameter);
    let parameter = |place: &str, schema: &Value, more: Value| {
        let mut parameter = json!({ "name": "Filter", "in": place, "schema": schema });
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        add(parameter)
    };
    for (place, schema, more, key) in [
        ("query", &object, json!({ "style": "deepObject" }), "/style"),
        ("query", &list, json!({ "style": "pipeDelimited" }), "/style"),
        ("query", &list, json!({ "style": "spaceDelimited", "explode": false }), "/style"),
        ("query", &list, json!({ "explode": false }), "/explode"),
        ("query", &list, json!({ "style": "form", "explode": false }), "/explode"),
        ("query", &list, json!({ "allowReserved": true }), "/allowReserved"),
        ("query", &object, json!({}), "/schema"),
        ("header", &list, json!({}), "/schema"),
        ("header", &object, json!({}), "/schema"),
        ("header", &json!({ "allOf": [list] }), json!({}), "/schema"),
        ("header", &json!({ "type": "string" }), json!({ "content": {} }), "/content"),
    ] {
        refuses("messaging_v1", parameter(place, schema, more), &format!("{pointer}{key}"), "`Filter`");
    }
    for more in [
        json!({ "style": "form" }),
        json!({ "style": "form", "explode": true }),
        json!({ "allowReserved": false }),
    ] {
        operation("messaging_v1", parameter("query", &list, more), "ListService");
    }
    let media = format!("{SERVICES}/post/requestBody/content/application~1x-www-form-urlencoded");
    for (key, value) in [
        ("style", json!("deepObject")),
        ("explode", json!(false)),
        ("contentType", json!("application/json")),
    ] {
        let document = with(
            real("messaging_v1"),
            &format!("{media}/encoding"),
            json!({ "FriendlyName": { key: value } }),
        );
        refuses("messaging_v1", document, &format!("{media}/encoding/FriendlyName/{key}"), "`FriendlyName`");
    }
}

#[test]
fn review_50_operations_of_other_methods_are_an_error() {
    let get = real("api_v2010").pointer(&format!("{MESSAGES}/get")).unwrap().clone();
    for method in ["head", "options", "trace"] {
        let pointer = format!("{MESSAGES}/{method}");
        refuses(
            "api_v2010",
            with(real("api_v2010"), &pointer, get.clone()),
            &pointer,
            &method.to_uppercase(),
        );
    }
    let pointer = format!("{MESSAGES}/query");
    refuses("api_v2010", with(real("api_v2010"), &pointer, get), &pointer, "`query` of a path");
    let reference = format!("{MESSAGES}/$ref");
    let document = with(real("api_v2010"), &reference, json!("#/paths/~1x"));
    let error = generate(&Spec::from_document("api_v2010", document), Options::default()).unwrap_err();
    assert!(error.to_string().starts_with("api_v2010#/paths/"), "{error}");
    refuses(
        "api_v2010",
        with(real("api_v2010"), "/openapi", json!("3.1.0")),
        "/openapi",
        "OpenAPI 3.1.0 is not supported",
    );
}
