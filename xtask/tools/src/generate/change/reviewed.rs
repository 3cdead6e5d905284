//! Twilio's own specs with the changes that Twilio may make: each is a line of the report marked as breaking.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};

use super::super::names::{self, Locks};
use super::*;
use crate::workspace::Files;

const MESSAGES: &str = "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json";
const SERVICES: &str = "/paths/~1v1~1Services";

fn real(stem: &str) -> Value {
    let product = twilio_openapi::find(stem).unwrap();
    let spec = twilio_openapi::Spec::load(&twilio_openapi::specs_dir(), product).unwrap();
    spec.document().clone()
}

fn files(stem: &str, document: &Value) -> Files {
    Files::from([(format!("twilio_{stem}.json"), document.to_string().into_bytes())])
}

/// The locks of a spec as it is today.
fn locks(stem: &str) -> Locks {
    names::extended(&names::analyzed(&files(stem, &real(stem))).unwrap(), &Locks::new())
}

/// The report of a change to one spec, under the locks of what it was.
fn changed(stem: &str, locks: &Locks, change: impl FnOnce(&mut Value)) -> String {
    let (old, mut new) = (real(stem), real(stem));
    change(&mut new);
    let [was, is] = [&old, &new].map(|document| {
        let files = files(stem, document);
        let mut surface = Surface::read(&files).unwrap();
        surface.name(&names::analyzed(&files).unwrap_or_default(), locks);
        surface
    });
    report(&was, &is)
}

#[track_caller]
fn says(report: &str, line: &str) {
    let is_line = |found: &str| {
        found.starts_with('!') && found.split_whitespace().skip(1).collect::<Vec<_>>().join(" ") == line
    };
    assert!(report.lines().any(is_line), "not said: {line}\n{report}");
}

#[track_caller]
fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}"))
}

fn reverse_required(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(reverse_required),
        Value::Object(map) => {
            if let Some(list) = map.get_mut("required").and_then(Value::as_array_mut) {
                list.reverse();
            }
            map.values_mut().for_each(reverse_required);
        }
        _ => {}
    }
}

#[test]
fn review_51_52_the_report_names_what_would_have_moved() {
    let locks = locks("api_v2010");
    let text = changed("api_v2010", &locks, |spec| {
        let call = "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Calls.json/post";
        reverse_required(at(spec, call));
        let text = json!({ "type": "string" });
        let schema = json!({ "type": "object", "properties": { "sid": text, "note": text } });
        at(spec, "/components/schemas")["api.v2010.archive.message"] = schema.clone();
        let response = json!({ "$ref": "#/components/schemas/api.v2010.archive.message" });
        let body = json!({ "type": "object", "properties": { "Note": text } });
        at(spec, "/paths")["/2010-04-01/Archive.json"] = json!({ "post": {
            "operationId": "CreateArchive",
            "requestBody": { "content": { "application/x-www-form-urlencoded": { "schema": body } } },
            "responses": { "201": { "content": { "application/json": { "schema": response } } } },
        } });
        let form = format!(
            "{MESSAGES}/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties"
        );
        at(spec, &form)["BODY"] = text;
    });
    println!("{text}");
    says(&text, "~ arguments (to, from) would be (from, to); kept by the lock");
    says(
        &text,
        "~ type of schema api.v2010.account.message: Message would be AccountMessage; kept by the lock",
    );
    says(&text, "~ name of form Body body would be body_; kept by the lock");
    assert!(text.contains("+ CreateArchive (POST /2010-04-01/Archive.json)"), "{text}");
    assert!(!text.contains("is now"), "{text}");

    // Without a lock the same changes are what callers see.
    let text = changed("api_v2010", &Locks::new(), |spec| {
        reverse_required(at(spec, "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Calls.json/post"));
    });
    says(&text, "~ arguments (to, from) is now (from, to)");
}

#[test]
fn review_43_44_the_report_says_other_paging_keys_and_lists() {
    let none = Locks::new();
    let properties = format!("{SERVICES}/get/responses/200/content/application~1json/schema/properties");
    let meta = "meta.first_page_url, meta.key, meta.next_page_url, meta.page, meta.page_size, meta.previous_page_url, meta.url";
    let text = changed("messaging_v1", &none, |spec| {
        at(spec, &format!("{properties}/meta/properties"))["next_cursor"] = json!({ "type": "string" });
    });
    let more = meta.replace("meta.next_page_url", "meta.next_cursor, meta.next_page_url");
    says(&text, &format!("~ paging keys: {meta} is now {more}"));
    let text = changed("messaging_v1", &none, |spec| {
        at(spec, &properties)["warnings"] = json!({ "type": "array", "items": { "type": "string" } });
    });
    says(&text, "~ lists of the page: services is now services, warnings");
    let text = changed("messaging_v1", &none, |spec| {
        let content = at(spec, &format!("{SERVICES}/get/responses/200/content")).as_object_mut().unwrap();
        let media = content.remove("application/json").unwrap();
        content.insert("application/hal+json".to_owned(), media);
    });
    says(&text, "~ media type of response 200: application/json is now application/hal+json");
}

#[test]
fn review_45_46_the_report_says_other_media_types() {
    let none = Locks::new();
    let text = changed("api_v2010", &none, |spec| {
        let content = at(spec, &format!("{MESSAGES}/get/responses/200/content")).as_object_mut().unwrap();
        content.clear();
        content.insert("text/csv".to_owned(), json!({ "schema": { "type": "string" } }));
    });
    says(&text, "~ media type of response 200: application/json is now text/csv");
    let text = changed("api_v2010", &none, |spec| {
        let content = at(spec, &format!("{MESSAGES}/post/requestBody/content"));
        content["application/json"] = content["application/x-www-form-urlencoded"].clone();
    });
    let form = "application/x-www-form-urlencoded";
    says(&text, &format!("~ media type of the request: {form} is now application/json or {form}"));
}

#[test]
fn review_47_48_the_report_says_other_security_and_servers() {
    let none = Locks::new();
    let basic = "accountSid_authToken (http basic)";
    for (security, words) in [
        (json!([{}]), "none".to_owned()),
        (json!([]), "none".to_owned()),
        (json!([{ "new": [] }]), "new (apiKey)".to_owned()),
        (json!([{ "accountSid_authToken": [] }, {}]), format!("{basic} or none")),
    ] {
        let text = changed("api_v2010", &none, |spec| {
            at(spec, "/components/securitySchemes")["new"] =
                json!({ "type": "apiKey", "in": "header", "name": "K" });
            at(spec, &format!("{MESSAGES}/post"))["security"] = security;
        });
        says(&text, &format!("~ security: {basic} is now {words}"));
    }
    let text = changed("api_v2010", &none, |spec| {
        at(spec, "/components/securitySchemes/accountSid_authToken")["scheme"] = json!("digest");
    });
    says(&text, &format!("~ security: {basic} is now accountSid_authToken (http digest)"));
    for place in [MESSAGES.to_owned(), format!("{MESSAGES}/post")] {
        let text = changed("api_v2010", &none, |spec| {
            at(spec, &place)["servers"] = json!([{ "url": "https://other.twilio.com" }]);
        });
        says(&text, "~ server: https://api.twilio.com is now https://other.twilio.com");
    }
}

#[test]
fn review_49_50_the_report_says_other_styles_and_methods() {
    let none = Locks::new();
    let text = changed("messaging_v1", &none, |spec| {
        let parameter = &mut at(spec, &format!("{SERVICES}/get/parameters"))[0];
        parameter["style"] = json!("deepObject");
        parameter["explode"] = json!(false);
    });
    says(&text, "~ style of query PageSize: the default is now style \"deepObject\", explode false");
    let text = changed("api_v2010", &none, |spec| {
        let get = at(spec, &format!("{MESSAGES}/get")).clone();
        at(spec, MESSAGES)["head"] = get;
    });
    let route = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
    says(&text, &format!("+ ListMessage (HEAD {route}), a method that the generator does not know"));
    let text = changed("api_v2010", &none, |spec| {
        let item = at(spec, MESSAGES).as_object_mut().unwrap();
        let post = item.remove("post").unwrap();
        item.insert("put".to_owned(), post);
    });
    says(&text, &format!("~ CreateMessage: POST {route} is now PUT {route}"));
}

#[test]
fn formats_patterns_and_required_values_are_breaking() {
    let none = Locks::new();
    let form = format!("{MESSAGES}/post/requestBody/content/application~1x-www-form-urlencoded/schema");
    let text = changed("api_v2010", &none, |spec| {
        at(spec, &form)["required"] = json!([]);
        at(spec, &format!("{form}/properties/SendAt"))["format"] = json!("date");
        at(spec, &format!("{form}/properties/MessagingServiceSid"))["pattern"] = json!("^XX$");
    });
    says(&text, "~ form To is now optional");
    says(&text, "~ form SendAt: string(date-time) is now string(date)");
    says(&text, "~ form MessagingServiceSid: pattern `^MG[0-9a-fA-F]{32}$` is now pattern `^XX$`");
}
