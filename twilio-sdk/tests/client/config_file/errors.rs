//! Exact texts of what is wrong.

use twilio_sdk::{ConfigFormat, ConfigLoader};

use crate::config_file::{AUTH, Folder, VARIABLES, loader, toml};

/// TOML behind a line with credentials, and what is wrong with it.
const WRONG: &[(&str, &str)] = &[
    // Keys.
    ("timout = 5", "2:1: timout: unknown key; did you mean `timeout`?"),
    ("Timeout = 5", "2:1: Timeout: unknown key; did you mean `timeout`?"),
    ("[pool]\nmaxInFlight = 5", "3:1: pool.maxInFlight: unknown key; did you mean `max_in_flight`?"),
    ("max_in_flight = 5", "2:1: max_in_flight: unknown key; did you mean `pool.max_in_flight`?"),
    ("[pol]\nmax_in_flight = 5", "2:2: pol: unknown key; did you mean `pool`?"),
    (
        "[response_limits]\n'a b' = 5",
        "3:1: response_limits.\"a b\": unknown key; the keys here are: max_header_bytes, max_body_bytes",
    ),
    ("[profile.eu]", "2:2: profile: unknown key; did you mean `profiles`?"),
    ("user_agent = 'é'", "2:14: user_agent: contains a character that is not printable ASCII; remove it"),
    (
        "proxy.url = 'http://u:s3cret@p:1'",
        "2:1: proxy: the URL holds credentials; give them apart, so that they are kept as secrets",
    ),
    ("proxy = { url = 'socks5://p:1' }", "2:9: proxy: the URL must start with http:// or https://"),
    (
        "tls.client_key = 'secret://key'\ntls.client_certificate = '/nowhere'",
        "2:18: tls.client_key: `secret://` needs a secret source, and the loader has none; set one with `secret_source`\n3:26: tls.client_certificate: must be PEM, or the path of a PEM file relative to this file's directory; cannot be read: No such file or directory (os error 2)",
    ),
    ("pool = 5", "2:8: pool: must be a table, not a number"),
    (
        "[timeout]\na = 1",
        "2:1: timeout: must be a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\", not a table",
    ),
    // Times.
    ("timeout = 0", "2:11: timeout: must be more than 0"),
    ("timeout = 0.0", "2:11: timeout: must be more than 0"),
    ("timeout = -0.0", "2:11: timeout: must be more than 0"),
    ("timeout = '0s'", "2:11: timeout: must be more than 0"),
    ("timeout = 1e-12", "2:11: timeout: must be more than 0"),
    ("timeout = -1", "2:11: timeout: must be a finite number of seconds, 0 or more"),
    ("timeout = nan", "2:11: timeout: must be a finite number of seconds, 0 or more"),
    ("timeout = inf", "2:11: timeout: must be a finite number of seconds, 0 or more"),
    ("timeout = 1e300", "2:11: timeout: must be at most 365 days"),
    ("timeout = 9223372036854775807", "2:11: timeout: must be at most 365 days"),
    ("timeout = '366 days'", "2:11: timeout: must be at most 365 days"),
    (
        "timeout = '30'",
        "2:11: timeout: must be a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\"",
    ),
    (
        "timeout = 'soon'",
        "2:11: timeout: must be a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\"",
    ),
    (
        "timeout = '-5s'",
        "2:11: timeout: must be a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\"",
    ),
    (
        "timeout = true",
        "2:11: timeout: must be a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\", not true or false",
    ),
    (
        "timeout = '${WORD}'",
        "2:11: timeout: must be a number of seconds, or a string such as \"30s\", \"1m30s\" or \"250ms\"",
    ),
    ("connect_timeout = 0", "2:19: connect_timeout: must be more than 0"),
    ("attempt_timeout = 0", "2:19: attempt_timeout: must be more than 0"),
    ("retry = { initial_backoff = 0 }", "2:29: retry.initial_backoff: must be more than 0"),
    (
        "pool.acquire_timeout = -1",
        "2:24: pool.acquire_timeout: must be a finite number of seconds, 0 or more",
    ),
    // Numbers, sizes and flags.
    ("pool.max_in_flight = 1.5", "2:22: pool.max_in_flight: must be a whole number, 0 or more"),
    ("pool.max_in_flight = -1", "2:22: pool.max_in_flight: must be a whole number, 0 or more"),
    (
        "pool.max_in_flight = '5'",
        "2:22: pool.max_in_flight: must be a whole number, 0 or more, without quotes",
    ),
    ("pool.max_in_flight = '${WORD}'", "2:22: pool.max_in_flight: must be a whole number, 0 or more"),
    ("retry.max_attempts = 4294967296", "2:22: retry.max_attempts: is too large"),
    (
        "response_limits.max_body_bytes = 0",
        "2:34: response_limits.max_body_bytes: must be a number of bytes above 0, or a string such as \"64 KiB\" or \"1 MiB\"",
    ),
    (
        "response_limits.max_body_bytes = 'big'",
        "2:34: response_limits.max_body_bytes: must be a number of bytes above 0, or a string such as \"64 KiB\" or \"1 MiB\"",
    ),
    (
        "response_limits.max_body_bytes = '99999999 EiB'",
        "2:34: response_limits.max_body_bytes: must be a number of bytes above 0, or a string such as \"64 KiB\" or \"1 MiB\"",
    ),
    (
        "pool.http2_initial_stream_window_size = '8 GiB'",
        "2:41: pool.http2_initial_stream_window_size: is too large",
    ),
    (
        "pool.http2_initial_stream_window_size = '3 GiB'",
        "2:1: pool: http2_initial_stream_window_size must be between 1 and 2147483647 bytes",
    ),
    ("logging.log_bodies = 1", "2:22: logging.log_bodies: must be true or false, not a number"),
    ("logging.log_bodies = 'true'", "2:22: logging.log_bodies: must be true or false, without quotes"),
    ("logging.log_bodies = '${FIVE}'", "2:22: logging.log_bodies: must be true or false"),
    // Texts and lists.
    ("user_agent = 5", "2:14: user_agent: must be a string, not a number"),
    ("user_agent = 1979-05-27", "2:14: user_agent: must be a string, not a date or time"),
    ("logging.redact_fields = 'a'", "2:25: logging.redact_fields: must be a list, not a string"),
    (
        "logging.redact_fields = ['a', 1, 'b', []]",
        "2:31: logging.redact_fields[1]: must be a string, not a number\n2:39: logging.redact_fields[3]: must be a string, not a list",
    ),
    (
        "retry.retryable_statuses = [503, '${WORD}']",
        "2:34: retry.retryable_statuses[1]: must be a whole number, 0 or more",
    ),
    // Words.
    ("http_version = '3'", "2:16: http_version: must be \"auto\" or \"1.1\" or \"2\""),
    ("http_version = 2", "2:16: http_version: must be \"auto\" or \"1.1\" or \"2\""),
    ("tls.min_version = '1.1'", "2:19: tls.min_version: must be \"1.2\" or \"1.3\""),
    ("proxy = 'none'", "2:9: proxy: must be \"environment\" or \"direct\", or a table"),
    ("circuit_breaker = 'on'", "2:19: circuit_breaker: must be \"off\", or a table"),
    // Values that cannot work, alone or together.
    ("base_url = 'ftp://x'", "2:12: base_url: must start with https://, or with http:// for localhost"),
    (
        "base_url = 'http://gateway.example'",
        "2:12: base_url: starts with http://, which would show the credentials to the network; use https://",
    ),
    ("region = 'dublin'", "2:10: region: is an edge; give it as `edge`, beside a region such as \"ie1\""),
    ("region = '${WORD}'", "2:10: region: is none of Twilio's regions, such as \"us1\", \"ie1\" or \"au1\""),
    ("edge = 'ie1'", "2:8: edge: is a region; give it as `region`"),
    (
        "edge = '${WORD}'",
        "2:8: edge: is none of Twilio's edges, such as \"ashburn\", \"dublin\" or \"sydney\"",
    ),
    ("pool.max_in_flight = 0", "2:1: pool: max_in_flight is 0, which allows no request; give at least 1"),
    (
        "retry.retryable_statuses = [401]",
        "2:1: retry: status 401 is never retried, because a retry cannot succeed",
    ),
    (
        "[circuit_breaker]\nfailure_ratio = 2",
        "2:1: circuit_breaker: failure_ratio must be above 0 and at most 1",
    ),
    ("circuit_breaker.failure_ratio = nan", "2:33: circuit_breaker.failure_ratio: must be a finite number"),
    ("proxy = { username = 'u' }", "2:9: proxy.url: is missing\n2:9: proxy.password: is missing"),
    ("[tls]\nclient_key = '-----BEGIN PRIVATE KEY-----'", "2:1: tls.client_certificate: is missing"),
    (
        "tls.extra_root_certificates = ['/nowhere/root.pem']",
        "2:32: tls.extra_root_certificates[0]: must be PEM, or the path of a PEM file relative to this file's directory; cannot be read: No such file or directory (os error 2)",
    ),
    (
        "tls.extra_root_certificates = ['/']",
        "2:32: tls.extra_root_certificates[0]: names something that is not a file",
    ),
    (
        "[tls]\nextra_root_certificates = ['-----BEGIN CERTIFICATE----- s3cret']",
        "2:1: tls: extra_root_certificates: not PEM",
    ),
    (
        "[tls]\ndisable_system_roots = true",
        "2:1: tls: disable_system_roots is set, but there are no extra_root_certificates; add at least one",
    ),
    // Profiles.
    ("profiles = 1", "2:12: profiles: must be a table, not a number"),
    ("[profiles]\neu = 1", "3:6: profiles.eu: must be a table, not a number"),
    (
        "[profiles.'a.b'.pool]\nx = 1",
        "3:1: profiles.\"a.b\".pool.x: unknown key; the keys here are: max_in_flight, http2_initial_stream_window_size, max_idle_per_host, idle_timeout, acquire_timeout",
    ),
    // Not TOML: the error shows neither the value nor its line.
    ("user_agent = s3cret", "2:14: not TOML: string values must be quoted, expected literal string"),
    ("timeout = 1\ntimeout = 2", "3:1: not TOML: duplicate key"),
];

#[test]
fn each_is_told_with_its_place_and_what_to_do() {
    for (text, expected) in WRONG {
        let error = toml(text).expect_err(text);
        let expected: Vec<String> = expected.lines().map(|line| format!("configuration:{line}")).collect();
        assert_eq!(error.to_string(), expected.join("\n"), "{text}");
        assert!(error.is_config());
        assert_eq!(error.config_problems().len(), expected.len());
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn review_21_regions_without_rest_requests_are_told_with_their_place() {
    for (text, place, says) in [
        ("region = 'br1'", "2:10: region: `br1` never processed REST requests", "product.twilio.com"),
        ("region = 'sg1'\nedge = 'singapore'", "2:10: region: `sg1` never", "Voice SDKs, SIP"),
        ("region = 'xx9'", "2:10: region: is newer than this library", "set its edge too"),
        ("edge = 'tokyo'", "2:8: edge: `tokyo` takes no REST requests", "product.twilio.com"),
        ("edge = 'dublin'", "2:8: edge: `dublin` does not say where", "region `ie1`"),
        (
            "region = 'au1'\nedge = 'dublin'",
            "3:8: edge: `dublin` is not where",
            "product.sydney.au1.twilio.com",
        ),
    ] {
        let error = toml(text).expect_err(text).to_string();
        assert!(
            error.starts_with(&format!("configuration:{place}")) && error.contains(says),
            "{text}: {error}"
        );
    }
    for text in ["region = 'ie1'", "region = 'au1'\nedge = 'sydney'", "region = 'us1'", "edge = 'umatilla'"] {
        assert!(toml(text).is_ok(), "{text}");
    }
}

/// Tables of credentials, and what is wrong with them.
const WRONG_AUTH: &[(&str, &str)] = &[
    (
        "",
        "configuration: auth: is missing; give `account_sid` with `api_key` and `api_secret`, or with `auth_token`",
    ),
    ("auth = 's3cret'", "configuration:1:8: auth: must be a table, not a string"),
    (
        "[auth]\naccount_sid = 'AC1'",
        "configuration:1:1: auth: missing field `auth_token`, or `api_key` and `api_secret`, or `client_id` and `client_secret`: there are no credentials",
    ),
    ("[auth]\nauth_token = 's3cret'", "configuration:1:1: auth: missing field `account_sid`"),
    ("[auth]\naccount_sid = 'AC1'\napi_key = 'SK1'", "configuration:1:1: auth: missing field `api_secret`"),
    (
        "[auth]\naccount_sid = 'AC1'\napi_key = 'SK1'\napi_secret = 's3cret'\nauth_token = 's3cret'",
        "configuration:1:1: auth: `auth_token` and `api_key` exclude each other: give an auth token or an API key, not both",
    ),
    (
        "[auth]\naccount_sid = 'AC1'\nauth_tokn = 's3cret'",
        "configuration:1:1: auth: missing field `auth_token`, or `api_key` and `api_secret`, or `client_id` and `client_secret`: there are no credentials\nconfiguration:3:1: auth.auth_tokn: unknown key; did you mean `auth_token`?",
    ),
    (
        "[auth]\naccount_sid = 'AC1'\nauth_token = ['s3cret']",
        "configuration:3:14: auth.auth_token: must be a string, not a list",
    ),
    (
        "[auth]\naccount_sid = 'SK1'\nauth_token = 's3cret'",
        "configuration:1:1: auth: account_sid must start with AC; the given SID starts with SK, which is an API key: give it as `api_key` with its `api_secret`, and the account it belongs to as `account_sid`",
    ),
    (
        "[auth]\naccount_sid = 'AC1'\nauth_token = \"s3cret\\n\"",
        "configuration:1:1: auth: auth_token contains a control character, usually a line break that was copied along; remove it",
    ),
    ("[auth]\naccount_sid = 'AC1'\nauth_token = ''", "configuration:1:1: auth: auth_token is empty"),
    (
        "[auth]\naccount_sid = 'AC1'\nauth_token = 'secret://twilio'",
        "configuration:3:14: auth.auth_token: `secret://` needs a secret source, and the loader has none; set one with `secret_source`",
    ),
    (
        "[auth]\naccount_sid = 'AC1'\nauth_token = '${MISSING}'",
        "configuration:3:14: auth.auth_token: the variable MISSING is not set; set it, or give a default as in ${MISSING:-default}",
    ),
    // A variable that is set to nothing is as good as none.
    (
        "[auth]\naccount_sid = 'AC1'\nauth_token = '${EMPTY}'",
        "configuration:1:1: auth: missing field `auth_token`, or `api_key` and `api_secret`, or `client_id` and `client_secret`: there are no credentials",
    ),
    (
        "[profiles.a]\n[profiles.b]",
        "configuration: auth: is missing; give `account_sid` with `api_key` and `api_secret`, or with `auth_token`; or select a profile (a, b) by argument or TWILIO_PROFILE",
    ),
];

#[test]
fn credentials_are_checked_and_not_shown() {
    for (text, expected) in WRONG_AUTH {
        let error = loader(VARIABLES).load_str(text, ConfigFormat::Toml).expect_err(text);
        assert_eq!(&error.to_string(), expected, "{text}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn profiles_hold_no_profiles() {
    let error = toml("[profiles.eu]\nprofiles = {}").unwrap_err().to_string();
    assert!(
        error.starts_with("configuration:3:1: profiles.eu.profiles: unknown key; the keys here are: auth, ")
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = Folder::new();
    let path = folder.write(
        "twilio.toml",
        "timeout = 0\nregoin = 'ie1'\n\n[auth]\naccount_sid = 'AC1'\napi_key = '${KEY_SID}'\napi_secret = '${KEY_SECRET}-${SALT}'\n\
         [logging]\nredact_fields = ['a', '${FIELD}', '${', '${FIVE}']\n\
         [profiles.eu]\nedge = '${NOT_LOOKED_AT}'\nuser_agent = '${-}'\n",
    );
    let error = loader(VARIABLES).load_file(&path).unwrap_err();
    let file = path.display();
    let missing = |name: &str| {
        format!("the variable {name} is not set; set it, or give a default as in ${{{name}:-default}}")
    };
    let expected = [
        format!("{file}:1:11: timeout: must be more than 0"),
        format!("{file}:2:1: regoin: unknown key; did you mean `region`?"),
        format!("{file}:6:11: auth.api_key: {}", missing("KEY_SID")),
        format!("{file}:7:14: auth.api_secret: {}", missing("KEY_SECRET")),
        format!("{file}:7:14: auth.api_secret: {}", missing("SALT")),
        format!("{file}:9:23: logging.redact_fields[1]: {}", missing("FIELD")),
        format!(
            "{file}:9:35: logging.redact_fields[2]: `${{` is not closed by `}}`; write `$${{` for a literal `${{`"
        ),
        format!(
            "{file}:12:14: profiles.eu.user_agent: `${{...}}` must contain a name of letters, digits and `_`, optionally with `:-` and a default; write `$${{` for a literal `${{`"
        ),
    ];
    assert_eq!(error.to_string(), expected.join("\n"));
    let problem = &error.config_problems()[2];
    assert_eq!(problem.file(), Some(file.to_string().as_str()));
    assert_eq!((problem.line(), problem.column()), (Some(6), Some(11)));
    assert_eq!((problem.key(), problem.message()), ("auth.api_key", missing("KEY_SID").as_str()));
}

#[test]
fn json_tells_the_key_and_for_what_is_not_json_the_place() {
    for (text, expected) in [
        ("", "configuration:1:1: not JSON: EOF while parsing a value"),
        ("{\n\"auth\": s3cret}", "configuration:2:9: not JSON: expected value"),
        (
            "{\"auth\": {\"auth_token\": \"s3cret\", \"auth_token\": \"s3cret\"}}",
            "configuration:1:46: not JSON: duplicate key",
        ),
        ("[\"s3cret\"]", "configuration: the root must be an object, not a list"),
        (
            "{\"auth\": null}",
            "configuration: auth: must be a table, not null; leave the key out for its default",
        ),
        (
            "{\"auth\": {}, \"pool\": {\"acquire_timeuot\": 1}}",
            "configuration: pool.acquire_timeuot: unknown key; did you mean `acquire_timeout`?\nconfiguration: auth: missing field `auth_token`, or `api_key` and `api_secret`, or `client_id` and `client_secret`: there are no credentials",
        ),
    ] {
        let error = loader(&[]).load_str(text, ConfigFormat::Json).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = Folder::new();
    let nowhere = folder.path().join("nowhere.toml");
    let yaml = folder.write("twilio.yaml", AUTH);
    let bare = folder.write("twilio", AUTH);
    let latin = folder.path().join("latin.json");
    std::fs::write(&latin, b"{\"a\": \"\xe9\"}").unwrap();
    for (path, expected) in [
        (&nowhere, "cannot be read: No such file or directory (os error 2)"),
        (&yaml, "the name of a configuration file must end in .toml or .json"),
        (&bare, "the name of a configuration file must end in .toml or .json"),
        (&latin, "is not UTF-8"),
    ] {
        let error = ConfigLoader::new().load_file(path).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: {expected}", path.display()));
        assert_eq!(error.config_problems()[0].key(), "");
    }
}
