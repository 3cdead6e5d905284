//! Required fields and e-mail fields.

use proptest::prelude::*;
use serde_json::{Value, json};
use twilio_sdk_webhook::payload_validation::{FieldErrorKind, PayloadRules};
use twilio_sdk_webhook::{FormParams, Payload as _};

fn problems(rules: &PayloadRules, payload: &Value) -> Vec<(String, FieldErrorKind)> {
    match rules.check(payload) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.errors().iter().map(|e| (e.field().to_owned(), e.kind())).collect(),
    }
}

fn form(body: &str) -> FormParams {
    FormParams::read("", "application/x-www-form-urlencoded", body.as_bytes()).unwrap()
}

/// Weakness 38 of the systems that this one replaces: the rules were documented but not implemented.
#[test]
fn weakness_38_a_required_field_is_there_not_null_and_not_blank() {
    let cases = [
        (json!({"a": {"b": "x"}}), None),
        (json!({"a": {"b": 0}}), None),
        (json!({"a": {"b": false}}), None),
        (json!({"a": {"b": []}}), None),
        (json!({"a": {"b": {}}}), None),
        (json!({"a": {"b": null}}), Some(FieldErrorKind::Null)),
        (json!({"a": {"b": ""}}), Some(FieldErrorKind::Blank)),
        (json!({"a": {"b": " \t\n\u{3000}"}}), Some(FieldErrorKind::Blank)),
        (json!({"a": {}}), Some(FieldErrorKind::Missing)),
        (json!({"a": null}), Some(FieldErrorKind::Missing)),
        (json!({"a": "b"}), Some(FieldErrorKind::Missing)),
        (json!({"a.b": "x"}), Some(FieldErrorKind::Missing)),
        (json!({"A": {"b": "x"}}), Some(FieldErrorKind::Missing)),
        (json!([]), Some(FieldErrorKind::Missing)),
        (json!(null), Some(FieldErrorKind::Missing)),
    ];
    let rules = PayloadRules::new().required_fields(["a.b"]);
    for (payload, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(|reason| ("a.b".to_owned(), reason)).collect();
        assert_eq!(problems(&rules, &payload), expected, "{payload}");
    }
    let rules = PayloadRules::new().required_fields(["list.1.id"]);
    assert!(problems(&rules, &json!({"list": [{}, {"id": 5}]})).is_empty());
    assert_eq!(
        problems(&rules, &json!({"list": [{"id": 5}]})),
        [("list.1.id".to_owned(), FieldErrorKind::Missing)]
    );
}

#[test]
fn weakness_38_an_address_is_one_where_it_is_there() {
    let local = "l".repeat(64);
    // 64, one for the `@`, and 189: the maximum length of an address.
    let domain = |last: usize| format!("{}.{}.{}", "d".repeat(63), "d".repeat(63), "e".repeat(last));
    let good = [
        "a@b.c".to_owned(),
        "alice+tag@mail.example.com".into(),
        "jörg@müller.de".into(),
        "o'hara@example.com".into(),
        format!("{local}@example.com"),
        format!("{local}@{}", domain(61)),
    ];
    let bad = [
        String::new(),
        " ".into(),
        "alice".into(),
        "@example.com".into(),
        "alice@".into(),
        "alice@example".into(),
        "alice@@example.com".into(),
        "a@b@example.com".into(),
        "\"a@b\"@example.com".into(),
        "\"a b\"@example.com".into(),
        "alice @example.com".into(),
        " alice@example.com".into(),
        "alice@example.com ".into(),
        "alice@exa mple.com".into(),
        "alice@example.com\n".into(),
        "alice\u{0}@example.com".into(),
        "alice\u{85}@example.com".into(),
        "alice@example..com".into(),
        "alice@.example.com".into(),
        "alice@example.com.".into(),
        "alice@-example.com".into(),
        "alice..b@example.com".into(),
        "alice@[127.0.0.1]".into(),
        "Alice <alice@example.com>".into(),
        format!("{local}l@example.com"),
        format!("{local}@{}", domain(62)),
    ];
    let rules = PayloadRules::new().email_fields(["e"]);
    for address in good {
        assert!(problems(&rules, &json!({"e": address})).is_empty(), "{address}");
    }
    for address in bad {
        let found = problems(&rules, &json!({"e": address}));
        assert_eq!(found, [("e".to_owned(), FieldErrorKind::InvalidEmail)], "{address}");
    }
    for absent in [json!({}), json!({"e": null}), json!([])] {
        assert!(problems(&rules, &absent).is_empty(), "{absent}");
    }
    for other in [json!(5), json!(["a@b.c"]), json!({"a": "a@b.c"})] {
        assert_eq!(problems(&rules, &json!({"e": other})), [("e".to_owned(), FieldErrorKind::NotString)]);
    }
}

#[test]
fn all_violations_are_reported_together_and_without_values() {
    let rules = PayloadRules::new().required_fields(["a", "b", "c"]).email_fields(["c", "d"]);
    let errors = rules.check(&json!({"b": null, "c": "s3cret", "d": 5})).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "payload: a is missing, b is null, c is not an e-mail address, d is not a string but should be an e-mail address"
    );
    assert!(!format!("{errors:?}").contains("s3cret"));
    assert!(PayloadRules::new().check(&json!({"a": "anything"})).is_ok());
}

#[test]
fn the_parameters_of_webhooks_are_checked_by_name() {
    let rules = PayloadRules::new().required_fields(["From", "Body", "a.b"]).email_fields(["Email"]);
    assert!(rules.check(&form("From=%2B1&Body=x&a.b=1&Email=a%40b.c")).is_ok());
    assert!(rules.check(&form("From=%2B1&Body=x&a.b=1")).is_ok());
    let errors = rules.check(&form("From=&Body=x&Body=+&Email=a%40b.c&Email=ab")).unwrap_err();
    let found: Vec<_> = errors.errors().iter().map(|e| (e.field(), e.kind())).collect();
    let expected = [
        ("From", FieldErrorKind::Blank),
        ("Body", FieldErrorKind::Blank),
        ("a.b", FieldErrorKind::Missing),
        ("Email", FieldErrorKind::InvalidEmail),
    ];
    assert_eq!(found, expected);
}

#[test]
fn rules_are_read_from_configuration_and_unknown_keys_are_errors() {
    let rules: PayloadRules = toml::from_str("required_fields = ['a']\nemail_fields = ['b']").unwrap();
    assert_eq!(rules, PayloadRules::new().required_fields(["a"]).email_fields(["b"]));
    assert_eq!(toml::from_str::<PayloadRules>("").unwrap(), PayloadRules::new());
    assert!(toml::from_str::<PayloadRules>("required = ['a']").is_err());
}

proptest! {
    #[test]
    fn no_payload_and_no_rule_panics(path in ".{0,20}", text in ".{0,300}") {
        let rules = PayloadRules::new().required_fields([path.as_str()]).email_fields(["e", path.as_str()]);
        let accepted = rules.check(&json!({"e": text.as_str(), "a": [text.as_str()]})).is_ok();
        if accepted {
            prop_assert!(text.matches('@').count() == 1 && text.len() <= 254);
        }
    }
}
