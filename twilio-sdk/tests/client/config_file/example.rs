//! `examples/twilio.toml` is valid, with the files that it names.

use std::fs;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use twilio_sdk::Client;

use crate::config_file::{Folder, loader, shown};

const EXAMPLE: &str = include_str!("../../../examples/twilio.toml");

const VARIABLES: &[(&str, &str)] = &[
    ("TWILIO_ACCOUNT_SID", "AC1"),
    ("TWILIO_API_KEY", "SK1"),
    ("TWILIO_API_SECRET", "s3cret"),
    ("TWILIO_AUTH_TOKEN", "s3cret"),
    ("TWILIO_CLIENT_ID", "OQ1"),
    ("TWILIO_CLIENT_SECRET", "s3cret"),
    ("GATEWAY_TOKEN", "s3cret"),
    ("PROXY_PASSWORD", "s3cret"),
];

/// The example with a certificate and a key.
fn example() -> Folder {
    let folder = Folder::new();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("company-root.pem", &cert.pem());
    folder.write("client.pem", &cert.pem());
    folder.write("client.key", &signing_key.serialize_pem());
    folder.write("twilio.toml", EXAMPLE);
    folder
}

#[test]
fn every_profile_of_it_makes_a_client() {
    let folder = example();
    let path = folder.path().join("twilio.toml");
    let config = loader(VARIABLES).load_file(&path).unwrap();
    let text = shown(&config);
    for part in [
        "ApiKey(",
        "base_url: None",
        "ie1",
        "dublin",
        "timeout: 45s",
        "attempt_timeout: Some(15s)",
        "connect_timeout: 2.5s",
        "max_in_flight: Some(50)",
        "max_idle_per_host: 20",
        "idle_timeout: 60s",
        "acquire_timeout: 10s",
        "http2_initial_stream_window_size: Some(1048576)",
        "http://proxy.example.com:3128",
        "internal.example.com",
        "Tls13",
        "client_identity: Some(",
        "max_header_bytes: 32768",
        "max_body_bytes: 16777216",
        "max_attempts: 4",
        "initial_backoff: 100ms",
        "backoff_multiplier: 3",
        "max_backoff: 5s",
        "max_total_delay: 10s",
        "retryable_statuses: [429, 503]",
        "min_attempts: 20",
        "window: 30s",
        "bucket_width: 5s",
        "failure_ratio: 0.6",
        "open_duration: 20s",
        "half_open_probes: 2",
        "redact_fields: [\"Body\", \"friendly_name\"]",
        "log_bodies: true",
        "log_personal_data: false",
        "max_body_chars: 1024",
        "my-service/1.2",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    Client::new(config).unwrap();
    let config = loader(VARIABLES).profile("token").load_file(&path).unwrap();
    let text = shown(&config);
    assert!(text.contains("AuthToken(") && text.contains("Direct") && text.contains("circuit_breaker: None"));
    Client::new(config).unwrap();
    for (profile, kind) in [
        ("app", "OAuth("),
        ("bearer", "Bearer("),
        ("user", "Basic("),
        ("header", "Header(\"X-API-Key\")"),
        ("query", "Query(\"api_key\")"),
    ] {
        let config = loader(VARIABLES).profile(profile).load_file(&path).unwrap();
        let text = shown(&config);
        assert!(text.contains(kind) && !text.contains("s3cret"), "{text}");
        Client::new(config).unwrap();
    }
    let bulk = loader(VARIABLES).profile("bulk").load_file(&path);
    if cfg!(feature = "rate-limit") {
        assert!(shown(&bulk.unwrap()).contains("RateLimit { interval: 12.5ms, burst: 10 }"));
    } else {
        let error = bulk.unwrap_err().to_string();
        assert!(error.ends_with("rate_limit: needs the feature `rate-limit` of twilio-sdk"), "{error}");
    }
}

#[test]
fn without_its_variables_each_of_them_is_named() {
    let folder = example();
    let error = loader(&[]).load_file(folder.path().join("twilio.toml")).unwrap_err();
    let keys: Vec<&str> = error.config_problems().iter().map(|problem| problem.key()).collect();
    assert_eq!(keys, ["auth.account_sid", "auth.api_key", "auth.api_secret", "proxy.password"]);
}

#[test]
fn paths_start_from_the_folder_of_the_file_and_keys_may_stand_in_variables() {
    let folder = example();
    let (chain, key) = ("client.pem", "client.key");
    let text =
        format!("{}[tls]\nclient_certificate = '{chain}'\nclient_key = '{key}'\n", crate::config_file::AUTH);
    let path = folder.write("tls.toml", &text);
    let by_path = shown(&loader(&[]).load_file(path).unwrap());
    assert!(by_path.contains("client_identity: Some("), "{by_path}");
    let elsewhere = loader(&[]).load_str(&text, twilio_sdk::ConfigFormat::Toml).unwrap_err();
    assert!(elsewhere.to_string().contains("tls.client_certificate: must be PEM"), "{elsewhere}");
    let there = loader(&[]).base_dir(folder.path()).load_str(&text, twilio_sdk::ConfigFormat::Toml).unwrap();
    assert_eq!(shown(&there), by_path);
    let pem = fs::read_to_string(folder.path().join(key)).unwrap();
    let text = text.replace("'client.key'", "'${KEY}'");
    let loader = twilio_sdk::ConfigLoader::new()
        .base_dir(folder.path())
        .env_source(move |name| (name == "KEY").then(|| pem.clone()));
    assert_eq!(shown(&loader.load_str(&text, twilio_sdk::ConfigFormat::Toml).unwrap()), by_path);
}

#[test]
fn a_certificate_and_another_ones_key_are_refused() {
    let folder = example();
    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap().signing_key.serialize_pem();
    folder.write("other.key", &other);
    let text = format!(
        "{}[tls]\nclient_certificate = 'client.pem'\nclient_key = 'other.key'\n",
        crate::config_file::AUTH
    );
    let error = loader(&[]).load_file(folder.write("tls.toml", &text)).unwrap_err();
    assert!(error.to_string().contains("client_identity: certificate and key do not match"), "{error}");
    assert!(!error.to_string().contains("BEGIN"));
}
