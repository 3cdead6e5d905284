//! Valid values, which mean the same in TOML and JSON.

use twilio_sdk::{ConfigFormat, ConfigLoader};

use crate::config_file::{AUTH, VARIABLES, loader, shown, toml};

#[test]
fn every_spelling_of_a_value_is_understood() {
    for (text, part) in [
        ("timeout = 30", "timeout: 30s,"),
        ("timeout = 2.5", "timeout: 2.5s,"),
        ("timeout = '45s'", "timeout: 45s,"),
        ("timeout = '1m30s'", "timeout: 90s,"),
        ("timeout = '250ms'", "timeout: 250ms,"),
        ("timeout = ' 1h 1m '", "timeout: 3660s,"),
        ("timeout = '${FIVE}'", "timeout: 5s,"),
        ("timeout = '${HALF}'", "timeout: 500ms,"),
        ("timeout = '${NONE:-2m}'", "timeout: 120s,"),
        ("timeout = '${FIVE}0ms'", "timeout: 50ms,"),
        // What variables make empty counts as not given.
        ("timeout = '${EMPTY}'", "timeout: 30s,"),
        ("region = '${NONE:-}'", "region: None"),
        ("attempt_timeout = 5", "attempt_timeout: Some(5s)"),
        ("connect_timeout = 5", "connect_timeout: 5s"),
        ("pool.acquire_timeout = 0", "acquire_timeout: 0ns"),
        ("pool.idle_timeout = 0", "idle_timeout: 0ns"),
        ("pool.max_in_flight = 0x10", "max_in_flight: Some(16)"),
        ("pool.max_in_flight = '${FIVE}'", "max_in_flight: Some(5)"),
        ("pool.max_in_flight = '${NONE:-7}'", "max_in_flight: Some(7)"),
        (
            "pool.http2_initial_stream_window_size = '1 MiB'",
            "http2_initial_stream_window_size: Some(1048576)",
        ),
        ("response_limits.max_header_bytes = 4096", "max_header_bytes: 4096"),
        ("response_limits.max_header_bytes = '64KiB'", "max_header_bytes: 65536"),
        ("response_limits.max_body_bytes = '1 MB'", "max_body_bytes: 1000000"),
        ("response_limits.max_body_bytes = '${FIVE} kib'", "max_body_bytes: 5120"),
        ("response_limits.max_body_bytes = '${FIVE}'", "max_body_bytes: 5"),
        ("logging.log_bodies = true", "log_bodies: true"),
        ("logging.log_bodies = '${YES}'", "log_bodies: true"),
        ("http_version = '1.1'", "http_version: Http1"),
        ("http_version = '2'", "http_version: Http2"),
        ("tls.min_version = '1.3'", "min_version: Tls13"),
        ("tls.backend = 'rustls'", "backend: Rustls"),
        ("proxy = 'direct'", "proxy: Direct"),
        ("proxy = 'environment'", "proxy: Environment"),
        ("circuit_breaker = 'off'", "circuit_breaker: None"),
        ("circuit_breaker = {}", "circuit_breaker: Some(CircuitBreakerConfig { min_attempts: 10"),
        ("circuit_breaker.failure_ratio = 1", "failure_ratio: 1.0"),
        ("circuit_breaker.failure_ratio = '${HALF}'", "failure_ratio: 0.5"),
        ("logging.log_personal_data = true", "log_personal_data: true"),
        ("circuit_breaker.failure_statuses = [503]", "half_open_probes: 1, failure_statuses: [503]"),
        // Variables within texts and lists, defaults and escapes.
        ("user_agent = 'a-${FIVE}/$${FIVE}/${NONE:-d}/$5'", "user_agent: Some(\"a-5/${FIVE}/d/$5\")"),
        (
            "logging.redact_fields = ['${FIVE}', 'x${YES}', '${NONE:-d}', '$${']",
            "redact_fields: [\"5\", \"xtrue\", \"d\", \"${\"]",
        ),
        ("logging.redact_fields = ['${WEIRD}']", "redact_fields: [\"${FIVE} $${FIVE}\"]"),
        ("logging.redact_fields = ['${EMPTY}', '', '${NONE:-}', 'a']", "redact_fields: [\"\", \"a\"]"),
        ("retry.retryable_statuses = [429, '${NONE:-503}']", "retryable_statuses: [429, 503]"),
        ("proxy = { url = 'http://p:1', no_proxy = ['${NONE:-a}', 'b'] }", "no_proxy: [\"a\", \"b\"]"),
    ] {
        let variables = |name: &str| match name {
            "WEIRD" => Some("${FIVE} $${FIVE}".to_owned()),
            name => VARIABLES.iter().find(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned()),
        };
        let text = format!("{AUTH}{text}");
        let config = ConfigLoader::new().env_source(variables).load_str(&text, ConfigFormat::Toml);
        let config = shown(&config.expect(&text));
        assert!(config.contains(part), "{text}: {part} is not in {config}");
    }
}

#[test]
fn an_empty_file_but_for_credentials_is_the_default() {
    let plain = twilio_sdk::ConnectionConfig::new(twilio_sdk::ApiKeyConfig::new("AC1", "SK1", "s3cret"));
    assert_eq!(shown(&toml("").unwrap()), shown(&plain));
    assert_eq!(shown(&toml("[pool]\n[tls]\n[response_limits]\n[retry]\n[logging]").unwrap()), shown(&plain));
    let marked = format!("\u{feff}{AUTH}");
    assert_eq!(shown(&loader(&[]).load_str(&marked, ConfigFormat::Toml).unwrap()), shown(&plain));
}

#[test]
fn toml_and_json_mean_the_same() {
    let toml = r#"
        base_url = "https://gateway.example"
        timeout = 2.5
        user_agent = "e\u0021/${FIVE}"
        auth = { account_sid = "AC1", auth_token = "${WORD}" }
        proxy = { url = "http://proxy:1", username = "u", password = "p", no_proxy = ["a", "${FIVE}"] }
        retry = { max_attempts = 2, initial_backoff = "10ms", retryable_statuses = [503] }
        [response_limits]
        max_body_bytes = "1 MiB"
        [circuit_breaker]
        failure_ratio = 0.25
        [logging]
        log_bodies = true
        [profiles.eu]
        region = "ie1"
        edge = "dublin"
        response_limits.max_header_bytes = 1024
    "#;
    let json = r#"{
        "base_url": "https://gateway.example",
        "timeout": 2.5,
        "user_agent": "\u0065!/${FIVE}",
        "auth": { "account_sid": "AC1", "auth_token": "${WORD}" },
        "proxy": { "url": "http://proxy:1", "username": "u", "password": "p", "no_proxy": ["a", "${FIVE}"] },
        "retry": { "max_attempts": 2, "initial_backoff": "10ms", "retryable_statuses": [503] },
        "response_limits": { "max_body_bytes": "1 MiB" },
        "circuit_breaker": { "failure_ratio": 0.25 },
        "logging": { "log_bodies": true },
        "profiles": { "eu": { "region": "ie1", "edge": "dublin", "response_limits": { "max_header_bytes": 1024 } } }
    }"#;
    for profile in [None, Some("eu")] {
        let read = |text: &str, format| {
            let loader = loader(VARIABLES);
            let loader = profile.map_or_else(|| loader.clone(), |name: &str| loader.clone().profile(name));
            shown(&loader.load_str(text, format).unwrap())
        };
        let (toml, json) = (read(toml, ConfigFormat::Toml), read(json, ConfigFormat::Json));
        assert_eq!(toml, json);
        assert_eq!(toml.contains("ie1"), profile.is_some());
        assert!(toml.contains("e!/5") && toml.contains("max_header_bytes: "), "{toml}");
    }
}

#[test]
fn the_format_is_told_by_the_end_of_the_name() {
    for (name, format) in [
        ("a.toml", Some(ConfigFormat::Toml)),
        ("a/b.x.JSON", Some(ConfigFormat::Json)),
        ("a.yaml", None),
        ("toml", None),
        ("", None),
    ] {
        assert_eq!(ConfigFormat::from_path(name), format, "{name}");
    }
}

#[test]
fn escaped_text_comes_back_as_it_was() {
    for name in ["${FIVE}", "$${FIVE}", "a$b", "${", "$"] {
        let text = format!("user_agent = '{}'", ConfigLoader::escape_variables(name));
        assert!(shown(&toml(&text).unwrap()).contains(&format!("user_agent: Some({name:?})")), "{name}");
    }
}

#[test]
fn nothing_of_the_loader_or_the_configuration_shows_a_secret() {
    let loader = loader(VARIABLES).profile("eu");
    let text = "auth = { account_sid = 'AC1', auth_token = '${WORD}' }\n\
                proxy = { url = 'http://p:1', username = 'u', password = '${WORD}' }\n[profiles.eu]\n";
    let config = loader.load_str(text, ConfigFormat::Toml).unwrap();
    let shown = format!("{loader:?} {config:?} {config:#?}");
    assert!(!shown.contains("s3cret") && shown.contains("[redacted]") && shown.contains("eu"), "{shown}");
}

#[test]
fn what_needs_a_feature_is_switched_on_where_it_is_built_in_and_never_ignored() {
    for (name, built_in, default) in [
        ("validate_requests", cfg!(feature = "request-validation"), false),
        ("gzip", cfg!(feature = "gzip"), true),
    ] {
        let on = toml(&format!("{name} = true"));
        let off = toml(&format!("{name} = false")).unwrap();
        if built_in {
            assert!(shown(&on.unwrap()).contains(&format!("{name}: true")));
            assert!(shown(&off).contains(&format!("{name}: false")));
            assert!(shown(&toml("").unwrap()).contains(&format!("{name}: {default}")));
        } else {
            let error = on.unwrap_err().to_string();
            assert!(error.ends_with(&format!("{name}: needs the feature `{name}` of twilio-sdk")), "{error}");
        }
    }
}
