use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::*;

pub(super) const PII: &[&str] = &["FriendlyName", "attributes"];

pub(super) fn redactor(config: RedactionConfig) -> Redactor {
    Redactor::new(&config.redact_fields(["Plain-Code", "innerSecretish"]))
}

pub(super) fn url(config: RedactionConfig, template: &str, url: &str) -> String {
    redactor(config).scope().personal_names(PII).url(template, url)
}

pub(super) fn body(config: RedactionConfig, kind: &'static str, body: impl AsRef<[u8]>) -> String {
    let mut headers = HeaderMap::new();
    if !kind.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    redactor(config).scope().personal_names(PII).body(&headers, body.as_ref())
}

pub(super) const JSON: &str = "application/json; charset=utf-8";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn urls_show_the_host_and_path_without_personal_data() {
    let account = "AC00000000000000000000000000000001";
    let cases = [
        ("/v2/PhoneNumbers/{PhoneNumber}", "/v2/PhoneNumbers/+15551234567", "/v2/PhoneNumbers/[PERSONAL]"),
        ("/v2/PhoneNumbers/{PhoneNumber}", "/pre/v2/PhoneNumbers/x", "/pre/v2/PhoneNumbers/[PERSONAL]"),
        ("/v1/Keys/{Key}", "/v1/Keys/%2B15551234567", "/v1/Keys/[PERSONAL]"),
        ("/v1/Users/{Sid}.json", "/v1/Users/a%40b.example.json", "/v1/Users/[PERSONAL].json"),
        ("/v1/{PlainCode}/x", "/v1/hidden/x", "/v1/[REDACTED]/x"),
        ("/x", "/x?To=%2B15551234567&PageSize=50", "/x?To=[PERSONAL]&PageSize=50"),
        ("/x", "/x?Other=+15551234567", "/x?Other=[PERSONAL]"),
        ("/x", "/x?access_token=abc&a=b%20c#token=x", "/x?access_token=[REDACTED]&a=b%20c"),
        ("/x", "/x?plaincode=abc&PageToken=PASM1", "/x?plaincode=[REDACTED]&PageToken=PASM1"),
        (
            "/x",
            "/x?u=https%3A%2F%2Fh%2F%3Ftoken%3Dabc%26b%3D1",
            "/x?u=https:%2F%2Fh%2F%3Ftoken%3D[REDACTED]%26b%3D1",
        ),
        ("/x", "/x?Code=123456&b", "/x?Code=[REDACTED]&b"),
    ];
    for (template, path, expected) in cases {
        let shown = url(RedactionConfig::new(), template, &format!("https://h.example:8443{path}"));
        assert_eq!(shown, format!("https://h.example:8443{expected}"));
    }
    let sid = format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json");
    assert_eq!(url(RedactionConfig::new(), "/2010-04-01/Accounts/{AccountSid}/Messages.json", &sid), sid);
    let shown = url(RedactionConfig::new(), "/", "http://user:pa55@10.0.0.1/");
    assert_eq!(shown, "http://[REDACTED]@10.0.0.1/");
    let open = RedactionConfig::new().show_personal_data(true);
    let number = "https://h/v2/PhoneNumbers/+15551234567?To=%2B1&Token=abc";
    let shown = "https://h/v2/PhoneNumbers/+15551234567?To=%2B1&Token=[REDACTED]";
    assert_eq!(url(open, "/v2/PhoneNumbers/{PhoneNumber}", number), shown);
}

#[test]
fn json_is_redacted_at_any_depth_and_within_strings() {
    let sent = json!({
        "sid": "SM00000000000000000000000000000002",
        "a": [{ "B": { "Client-Secret": "s3cret", "plain_code": ["s3cret"], "tokens": { "x": "s3cret" } } }],
        "attributes": { "k": "pers0n" },
        "friendly_name": "pers0n",
        "note": "call +1 555-123-4567 or pers0n@example.com",
        "next_page_uri": "/x.json?To=%2B15551234567&Token=s3cret&PageSize=5",
        "embedded": "{\"password\":\"s3cret\",\"deep\":\"{\\\"api_key\\\":\\\"s3cret\\\"}\",\"n\":1}",
        "broken": "{\"password\":\"s3cret\"",
        "prose": "got {\"password\": \"s3cret and\", \"n\": 1}, Authorization: Basic s3cret==",
        "jwt": "eyJhbGciOiJIUzI1NiJ9.s3cret.s3cret",
        "number": 15551234567_u64,
        "code": 21211,
        "+15551234567": 1,
        "list": [{ "key": "DB_PASSWORD", "value": "s3cret" }, { "key": "MODE", "value": "fast" }],
        "password": null,
    });
    let shown = body(RedactionConfig::new(), JSON, sent.to_string());
    for hidden in ["s3cret", "pers0n", "555-123", "5551234567"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    let read: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(read["sid"], sent["sid"]);
    assert_eq!(read["code"], 21211);
    assert_eq!(read["password"], Value::Null);
    assert_eq!(read["attributes"], PERSONAL);
    assert_eq!(read["a"][0]["B"]["Client-Secret"], REDACTED);
    assert_eq!(read["note"], "call [PERSONAL] or [PERSONAL]");
    assert_eq!(read["list"][0], json!({ "key": "DB_PASSWORD", "value": REDACTED }));
    assert_eq!(read["list"][1]["value"], "fast");
    assert!(
        read["embedded"].as_str().is_some_and(|text| text.ends_with(r#""n":1,"password":"[REDACTED]"}"#))
    );
    let open = body(RedactionConfig::new().show_personal_data(true), JSON, sent.to_string());
    assert!(
        open.contains("pers0n") && open.contains("+1 555-123-4567") && !open.contains("s3cret"),
        "{open}"
    );
}

#[test]
fn forms_keep_their_shape() {
    let sent = "To=%2B15551234567&Body=pers0n&FriendlyName=pers0n&Binding.Secret=s3cret&PlainCode=s3cret\
                &Status=a%20b&Variables=%7B%22token%22%3A%22s3cret%22%7D&Key=API_TOKEN&Value=s3cret&Code=s3cret&Empty=";
    let shown = body(RedactionConfig::new(), FORM, sent);
    assert_eq!(
        shown,
        "To=[PERSONAL]&Body=[PERSONAL]&FriendlyName=[PERSONAL]&Binding.Secret=[REDACTED]&PlainCode=[REDACTED]\
         &Status=a%20b&Variables={%22token%22:%22[REDACTED]%22}&Key=API_TOKEN&Value=[REDACTED]&Code=[REDACTED]&Empty="
    );
    let open = body(RedactionConfig::new().show_personal_data(true), FORM, sent);
    assert!(open.starts_with("To=%2B15551234567&Body=pers0n&") && !open.contains("s3cret"), "{open}");
}

#[test]
fn unparsable_bodies_are_not_shown() {
    for malformed in ["{\"password\":\"s3cret\"", "{\"a\":s3cret}", "s3cret", "{} s3cret"] {
        let shown = body(RedactionConfig::new(), JSON, malformed);
        assert_eq!(shown, format!("[{} bytes that are not application/json]", malformed.len()));
    }
    let deep = format!("{}\"s3cret\"{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(body(RedactionConfig::new(), JSON, &deep), "[408 bytes that are not application/json]");
    assert_eq!(body(RedactionConfig::new(), FORM, b"a=\xff"), format!("[3 bytes that are not {FORM}]"));
    assert_eq!(body(RedactionConfig::new(), "text/html; charset=x", "<p>s3cret"), "[9 bytes of text/html]");
    assert_eq!(body(RedactionConfig::new(), "s3cret \"x\"", "s3cret"), "[6 bytes]");
    assert_eq!(body(RedactionConfig::new(), "", "{}"), "[2 bytes]");
    assert_eq!(body(RedactionConfig::new(), JSON, ""), "");
    let large = json!("x".repeat(MAX_BODY_BYTES)).to_string();
    assert_eq!(body(RedactionConfig::new(), JSON, &large), format!("[{} bytes]", large.len()));
    let mut nested = String::from("s3cret");
    for _ in 0..12 {
        nested = json!({ "a": nested }).to_string();
    }
    let shown = body(RedactionConfig::new(), JSON, &nested);
    assert!(shown.contains("REDACTED") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn headers_are_judged_by_name_mark_and_value() {
    let mut headers = HeaderMap::new();
    let mut marked = HeaderValue::from_static("s3cret");
    marked.set_sensitive(true);
    headers.insert("x-own", marked);
    for name in ["authorization", "cookie", "x-api-key", "x-twilio-signature", "plain-code"] {
        headers.insert(name, HeaderValue::from_static("s3cret"));
    }
    headers.insert("from", HeaderValue::from_static("pers0n"));
    headers.insert("location", HeaderValue::from_static("https://h/?token=s3cret&a=1"));
    headers.insert("x-odd", HeaderValue::from_bytes(b"s3cret\xff").unwrap());
    headers.insert("x-twilio-sdk-anonymous", HeaderValue::from_static(""));
    let config = RedactionConfig::new().omit_headers(["X-Twilio-Sdk-Anonymous"]);
    let shown = redactor(config).scope().personal_names(PII).headers(&headers);
    assert!(
        !shown.contains("s3cret") && !shown.contains("pers0n") && !shown.contains("anonymous"),
        "{shown}"
    );
    let read: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(read["location"], "https://h/?token=[REDACTED]&a=1");
    assert_eq!((read["x-own"].as_str(), read["x-odd"].as_str()), (Some(REDACTED), Some("[7 bytes]")));
}

#[test]
fn bodies_are_cut_after_redaction_and_between_characters() {
    let sent = json!({ "a": "ü".repeat(50), "token": "s3cret" }).to_string();
    for limit in 0..80 {
        let shown = body(RedactionConfig::new().max_body_chars(limit), JSON, &sent);
        assert!(!shown.contains("s3"), "{shown}");
        match shown.strip_suffix(&format!("[cut, {} bytes in all]", sent.len())) {
            Some(kept) => assert_eq!(kept.chars().count(), limit),
            None => assert!(shown.chars().count() <= limit, "{shown}"),
        }
    }
    let long = json!(vec!["x"; 10_000]).to_string();
    let shown = body(RedactionConfig::new().max_body_chars(10), JSON, &long);
    assert_eq!(shown, format!("{}[cut, {} bytes in all]", &long[..10], long.len()));
}

#[test]
fn harmless_strings_stay_as_they_are() {
    let redactor = redactor(RedactionConfig::new());
    for text in [
        "CreateMessage: Twilio returned 400, error 21211: The 'To' number is not valid (request RQ1)",
        "100% of [these] {words} stay",
        "error code: 21211",
        "Basic authentication failed",
        "Basic realm=\"Twilio API\"",
        "a=b&c=d",
        "https://api.twilio.com/2010-04-01/x?PageSize=5&Page=0",
        "",
    ] {
        let text = text.replace("{words}", "words");
        assert_eq!(redactor.scope().personal_names(PII).string(&text), text);
    }
    for (text, expected) in [
        ("https://user:s3cret@host/x", "https://[REDACTED]@host/x"),
        ("token := s3cret now", "token := [REDACTED] now"),
        ("password=a,b;c d", "password=[REDACTED] d"),
        ("Cookie: a=s3cret; b=s3cret\nNext: x", "Cookie: [REDACTED]\nNext: x"),
        ("Bearer aB3.x", "Bearer [REDACTED]"),
        ("got eyJhbGciOiJub25lIn0.e30.s3cret!", "got [REDACTED]!"),
        ("token%3Ds3cret%26b", "token=[REDACTED]&b"),
        ("token%253Ds3cret%2526b", "token=[REDACTED]&b"),
        ("otpauth://totp/x?secret=s3cret&issuer=y", "otpauth://totp/x?secret=[REDACTED]&issuer=y"),
        ("number +15551234567 is bad", "number [PERSONAL] is bad"),
    ] {
        assert_eq!(redactor.scope().personal_names(PII).string(text), expected);
        assert_eq!(
            redactor.scope().personal_names(PII).string(expected),
            expected,
            "redacting twice changes nothing"
        );
    }
}

#[test]
fn odd_urls_show_no_credentials() {
    let scope = redactor(RedactionConfig::new());
    let scope = scope.scope();
    for (url, expected) in [
        ("https://a:s3cret@h:1/p?x=1#f", "https://[REDACTED]@h:1/p?x=1"),
        ("https://s3cret@h?token=s3cret", "https://[REDACTED]@h?token=[REDACTED]"),
        ("https://:s3cret@[::1]:8/", "https://[REDACTED]@[::1]:8/"),
        ("https://s3@cret@h/", "https://[REDACTED]@h/"),
        ("token=s3cret", "token=[REDACTED]"),
        ("https://h", "https://h"),
    ] {
        assert_eq!(scope.url("", url), expected);
    }
}

#[test]
fn values_are_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Redactor, RedactionConfig, RedactionScope<'_>)>();
}
