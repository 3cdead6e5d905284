//! Errors show nothing of a file that can be a secret.

use twilio_sdk::ConfigFormat;

use crate::config_file::{Folder, VARIABLES, loader, toml};

/// Ways to spoil a line that holds a secret.
#[test]
fn no_line_with_a_secret_is_shown_whatever_is_wrong_with_it() {
    for line in [
        "auth_token = s3cret",
        "auth_token = \"s3cret",
        "auth_token = 's3cret",
        "auth_token = \"s3cret\\q\"",
        "auth_token = \"\"\"s3cret",
        "auth_token \"s3cret\"",
        "auth_token = \"s3cret\" s3cret",
        "auth_token = \"s3cret\nx\"",
        "auth_token = 0xs3cret",
        "auth_token = 1979-s3cret",
        "auth_token = 2s3cret",
        "auth_token = [s3cret",
        "auth_token = {s3cret",
        "auth_token = {a = s3cret}",
        "auth_token.x = \"s3cret\"",
        "auth_token = \"${s3cret-}\"",
        "auth_token = \"${}s3cret\"",
        "auth_token = \"s3cret${\"",
        "auth_token = \"${A:-s3cret${B}}\"",
        "auth_token = \"${MISSING}s3cret\"",
        "auth_token = \"s3cret\\u0000\"",
        "auth_token = \"s3cret\"\nauth_token = \"s3cret\"",
    ] {
        let text = format!("[auth]\naccount_sid = 'AC1'\n{line}\n");
        let error = loader(&[]).load_str(&text, ConfigFormat::Toml).expect_err(line);
        let printed = format!("{error} {error:?} {:?}", error.config_problems());
        assert!(!printed.contains("s3cret"), "{printed}");
        let json = format!("{{\"auth\": {{ \"account_sid\": \"AC1\", {} }} }}", line.replacen(" =", ":", 1));
        let error = loader(&[]).load_str(&json, ConfigFormat::Json).expect_err(line);
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn no_value_is_shown_whatever_key_it_was_given_to() {
    let keys = [
        "base_url",
        "region",
        "edge",
        "timeout",
        "attempt_timeout",
        "connect_timeout",
        "http_version",
        "gzip",
        "validate_requests",
        "user_agent.x",
        "pool.max_in_flight",
        "pool.acquire_timeout",
        "pool.http2_initial_stream_window_size",
        "response_limits.max_body_bytes",
        "retry.max_attempts",
        "retry.backoff_multiplier",
        "retry.initial_backoff",
        "retry.retryable_statuses",
        "circuit_breaker",
        "circuit_breaker.failure_ratio",
        "rate_limit",
        "rate_limit.requests",
        "logging.log_bodies",
        "logging.redact_fields",
        "proxy",
        "proxy.except",
        "tls.backend",
        "tls.min_version",
        "tls.extra_root_certificates",
        "tls.disable_system_roots",
        "tls.client_certificate",
        "tls.client_key",
        "profiles",
    ];
    for key in keys {
        for value in ["'s3cret-word'", "'${WORD}'", "['${WORD}']", "{ x = '${WORD}' }"] {
            let text = format!("{key} = {value}");
            if let Err(error) = toml(&text) {
                assert!(!format!("{error} {error:?}").contains("s3cret"), "{text}: {error:?}");
            }
        }
        let error = toml(&format!("{key} = '${{WORD}}'")).expect_err(key);
        assert!(error.is_config());
    }
}

#[test]
fn no_part_of_a_private_key_is_shown() {
    let folder = Folder::new();
    let path = folder.write("half.pem", "-----BEGIN PRIVATE KEY----- s3cret\ns3cret");
    for (chain, key) in [("half.pem", "half.pem"), ("-----BEGIN s3cret", "-----BEGIN s3cret")] {
        let text = format!(
            "{}tls = {{ client_certificate = '{chain}', client_key = '{key}' }}",
            crate::config_file::AUTH
        );
        let loader = loader(VARIABLES).base_dir(path.parent().unwrap());
        let error = loader.load_str(&text, ConfigFormat::Toml).unwrap_err();
        assert_eq!(error.to_string(), "configuration:2:7: tls: client_identity: not PEM");
        // Nor as numbers.
        assert!(!format!("{error:?}").contains("115, 51, 99"), "{error:?}");
    }
}
