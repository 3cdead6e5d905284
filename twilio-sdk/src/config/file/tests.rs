//! The example has every key, every setting has one, and no input makes the loader panic.

use proptest::prelude::*;

use super::{ConfigFormat, ConfigLoader, keys, paths};
use crate::{ApiKeyConfig, ConnectionConfig};

const EXAMPLE: &str = include_str!("../../../examples/twilio.toml");

/// Returns every known key, `profiles` excluded.
fn known() -> Vec<String> {
    paths(&keys::config)
}

/// Collects all paths of a table, without those of the tables themselves.
fn leaves(table: &toml::Table, at: &str, found: &mut Vec<String>) {
    for (key, value) in table {
        let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        match value {
            toml::Value::Table(inner) => leaves(inner, &path, found),
            _ => found.push(path),
        }
    }
}

#[test]
fn the_example_has_every_key() {
    let root: toml::Table = toml::from_str(EXAMPLE).expect("TOML");
    let mut found = Vec::new();
    leaves(&root, "", &mut found);
    for profile in root["profiles"].as_table().expect("profiles").keys() {
        let prefix = format!("profiles.{profile}.");
        found = found.iter().map(|path| path.strip_prefix(&prefix).unwrap_or(path).to_owned()).collect();
    }
    let known = known();
    let is_table = |path: &str| known.iter().any(|other| other.starts_with(&format!("{path}.")));
    let absent: Vec<&String> = known.iter().filter(|path| !is_table(path) && !found.contains(path)).collect();
    assert!(absent.is_empty(), "examples/twilio.toml lacks {absent:?}");
}

/// The names of the settings as `Debug` shows them: `name` and `name.of_it`.
fn settings() -> Vec<String> {
    let mut config = ConnectionConfig::new(ApiKeyConfig::new("AC1", "SK1", "s"));
    config.circuit_breaker = Some(crate::CircuitBreakerConfig::new());
    #[cfg(feature = "rate-limit")]
    {
        config.rate_limit = Some(crate::RateLimit::per_second(1));
    }
    let (mut found, mut above) = (Vec::new(), String::new());
    for line in format!("{config:#?}").lines() {
        let text = line.trim_start();
        let depth = (line.len() - text.len()) / 4;
        let name = text.split_once(": ").map(|(name, _)| name).filter(|name| !name.contains(' '));
        match (depth, name) {
            (1, Some(name)) => {
                above = name.to_owned();
                found.push(above.clone());
            }
            // One deeper where the setting is an option.
            (2 | 3, Some(name)) => found.push(format!("{above}.{name}")),
            _ => {}
        }
    }
    found
}

#[test]
fn every_setting_has_a_key() {
    // Settings whose keys are named otherwise, or which are code.
    let others = [
        "observer",
        "public_key_client_validation",
        "auth.account_sid",
        "auth.api_key",
        "auth.api_secret",
        "tls.client_identity",
        "rate_limit.interval",
    ];
    let (settings, known) = (settings(), known());
    assert!(settings.len() > 40, "{settings:?}");
    let without: Vec<&String> =
        settings.iter().filter(|name| !others.contains(&name.as_str()) && !known.contains(name)).collect();
    assert!(without.is_empty(), "no key for {without:?}");
}

/// Text that looks like TOML, JSON or neither.
fn text() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        8 => proptest::sample::select(known()),
        1 => "[a-z_.]{0,8}".prop_map(|key| key),
        1 => "profiles\\.[ab]\\.[a-z]{1,8}",
    ];
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        any::<String>().prop_map(|text| serde_json::to_string(&text).expect("text")),
        "\"(\\$\\{[A-Z]{0,2}(:-[a-z0-9]{0,3})?\\}?|\\$|x){0,4}\"",
        "\"[0-9.]{0,6} ?[a-zA-Z]{0,4}\"",
        proptest::sample::select(vec![
            "true",
            "[]",
            "{}",
            "[1, \"a\", [2.5]]",
            "1979-05-27",
            "nan",
            "-inf",
            "null"
        ])
        .prop_map(str::to_owned),
    ];
    let line = (key, value).prop_map(|(key, value)| format!("{key} = {value}\n"));
    let auth = proptest::sample::select(vec!["", "auth = {account_sid = 'AC1', auth_token = 't'}\n"]);
    let toml = (auth, proptest::collection::vec(line, 0..12))
        .prop_map(|(auth, lines)| format!("{auth}{}", lines.concat()));
    prop_oneof![any::<String>(), "[\\[\\]{}=\"'$:#.,\\\\ \na-z0-9-]{0,60}", toml]
}

/// Any tree as JSON.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    let keys: Vec<String> = known().iter().flat_map(|path| path.split('.').map(str::to_owned)).collect();
    let key = prop_oneof![
        6 => proptest::sample::select(keys),
        1 => Just("profiles".to_owned()),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "\\$\\{[A-Z]?(:-[0-9a-z]{0,4})?\\}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 48, 12, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// What the loader makes of something; an error tells at least one problem, and where it is a configuration a client
/// can be asked for.
fn load(bytes: &[u8]) {
    let loader =
        ConfigLoader::new().base_dir("/nowhere").env_source(|name| (name.len() == 1).then(|| "5".to_owned()));
    for format in [ConfigFormat::Toml, ConfigFormat::Json] {
        for profile in [None, Some("a")] {
            let loader = profile.map_or_else(|| loader.clone(), |name| loader.clone().profile(name));
            match loader.load_slice(bytes, format) {
                Ok(config) => assert!(config.check().is_ok()),
                Err(error) => assert!(error.is_config() && !error.config_problems().is_empty()),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in text()) {
        load(text.as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        load(&bytes);
    }

    #[test]
    fn no_tree_makes_it_panic(tree in tree()) {
        load(tree.to_string().as_bytes());
    }
}

#[test]
fn depth_and_size_are_bounded() {
    for depth in [50, 127, 1_000, 100_000] {
        load(format!("{}1", "a.".repeat(depth)).as_bytes());
        load(format!("x = {}", "[".repeat(depth)).as_bytes());
        load(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)).as_bytes());
        load(format!("{}a = 1", "[a]\n".repeat(depth)).as_bytes());
        load(format!("[{}a]\nb = 1", "a.".repeat(depth)).as_bytes());
    }
    let many: String = (0..50_000).map(|number| format!("k{number} = 1\n")).collect();
    let error = ConfigLoader::new().env_source(|_| None).load_str(&many, ConfigFormat::Toml).unwrap_err();
    assert_eq!(error.config_problems().len(), 100);
    let error = ConfigLoader::new().load_str(&" ".repeat((1 << 20) + 1), ConfigFormat::Toml).unwrap_err();
    assert_eq!(error.to_string(), "configuration: is larger than 1 MiB");
}

#[test]
fn review_63_a_file_can_be_checked_for_programs_that_are_built_otherwise() {
    use std::cell::RefCell;
    use std::path::Path;

    let text = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = 'secret://twilio' }\n\
        gzip = true\nvalidate_requests = true\nrate_limit = { requests = 5 }\ntls = { backend = 'native' }\n";
    let (notes, names) = (RefCell::default(), crate::MemorySecretSource::from_iter([("twilio", "")]));
    let loader = ConfigLoader::new().env_source(|_| None).secret_source(names);
    let load = || loader.load(text.as_bytes(), ConfigFormat::Toml, None, Path::new(""), false, Some(&notes));
    load().expect("no problems, whatever features this build has");
    let found: Vec<(String, String)> = notes
        .into_inner()
        .into_iter()
        .map(|note| (note.key().to_owned(), note.message().to_owned()))
        .collect();
    let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["gzip", "validate_requests", "rate_limit", "tls.backend"]);
    for (feature, (_, message)) in
        ["gzip", "request-validation", "rate-limit", "native-tls"].iter().zip(&found)
    {
        assert!(message.contains(&format!("feature `{feature}`")), "{message}");
    }
}
