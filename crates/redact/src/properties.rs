use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tests::{FORM, JSON, PII, body, redactor, url};
use crate::RedactionConfig;

/// Names that must be redacted, in spellings that a peer may choose.
fn secret_name() -> impl Strategy<Value = String> {
    let names = [
        "password",
        "auth_token",
        "Api-Key",
        "clientSecret",
        "Authorization",
        "plain_code",
        "X.Token",
        "code",
    ];
    prop::sample::select(names.to_vec()).prop_flat_map(|name| {
        prop::collection::vec(any::<bool>(), name.len()).prop_map(move |upper| {
            let cased =
                |(c, up): (char, bool)| if up { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            name.chars().zip(upper).map(cased).collect::<String>()
        })
    })
}

/// A random string that stands nowhere else, with characters that need escaping everywhere.
fn secret() -> impl Strategy<Value = String> {
    "[ -~äöü\"\\\\&=%+]{0,6}".prop_map(|tail| format!("{tail}Zq7Zq7{tail}"))
}

/// Wraps a secret under its name in objects, lists, and strings that hold JSON, URLs or forms.
fn nested() -> impl Strategy<Value = Value> {
    let leaf = (secret_name(), secret())
        .prop_map(|(name, secret)| Value::Object(Map::from_iter([(name, Value::String(secret))])));
    leaf.prop_recursive(5, 12, 3, |inner| {
        let name = "[a-z ._+\"-]{0,8}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Value::Array),
            (name, inner.clone()).prop_map(|(name, value)| json!({ name: value, "other": "x=y" })),
            (name, inner.clone()).prop_map(|(name, value)| json!({ name: value.to_string() })),
            (secret_name(), inner.clone()).prop_map(|(name, value)| json!({ name: [value] })),
            (name, inner.clone()).prop_map(|(name, value)| {
                let pair = [(name, value.to_string()), ("a".to_owned(), "b".to_owned())];
                json!({ "form": form_urlencoded::Serializer::new(String::new()).extend_pairs(pair).finish() })
            }),
            (secret_name(), secret()).prop_map(|(name, secret)| {
                let form =
                    form_urlencoded::Serializer::new(String::new()).append_pair(&name, &secret).finish();
                json!({ "link": format!("https://h.example/p?a=1&{form}&b=2#f") })
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_nesting_shows_a_secret(value in nested(), limit in 0..3000_usize, personal: bool) {
        let config = RedactionConfig::new().max_body_chars(limit).show_personal_data(personal);
        let text = value.to_string();
        prop_assert!(text.contains("Zq7Zq7"));
        let shown = body(config.clone(), JSON, &text);
        prop_assert!(!shown.contains("Zq7"), "{shown}");
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("a", &text).finish();
        let shown = body(config.clone(), FORM, &form);
        prop_assert!(!shown.contains("Zq7"), "{shown}");
        let shown = url(config, "/x", &format!("https://h/x?{form}"));
        prop_assert!(!shown.contains("Zq7"), "{shown}");
    }

    #[test]
    fn a_name_hides_its_value_in_forms_queries_and_headers(name in secret_name(), secret in secret()) {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("a", "1").append_pair(&name, &secret).append_pair("z", "2").finish();
        let shown = body(RedactionConfig::new().show_personal_data(true), FORM, &form);
        prop_assert!(shown.starts_with("a=1&") && shown.ends_with("&z=2") && !shown.contains("Zq7"), "{shown}");
        let shown = url(RedactionConfig::new(), "/x", &format!("https://h/x?{form}"));
        prop_assert!(!shown.contains("Zq7"), "{shown}");
    }

    #[test]
    fn phone_numbers_are_found_in_any_text(before in "[ -~]{0,12}", number in "\\+[1-9][0-9]{6,14}", after in "[ -~]{0,12}") {
        let text = format!("{before}{number}{after}");
        let shown = body(RedactionConfig::new(), JSON, json!({ "note": text }).to_string());
        prop_assert!(!shown.contains(&number[1..]), "{shown}");
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>(), bytes: Vec<u8>) {
        let redactor = redactor(RedactionConfig::new());
        let _ = redactor.scope().personal_names(PII).string(&text);
        for kind in [JSON, FORM] {
            let _ = body(RedactionConfig::new(), kind, &bytes);
            let _ = body(RedactionConfig::new(), kind, &text);
        }
    }
}
