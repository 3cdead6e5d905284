//! Spans and events of requests.

use crate::capture::{Capture, Seen};
use crate::common::{ACCOUNT, KEY, mock};
use serde_json::Value;
use tracing::Level;
use twilio_emulator::Emulator;
use twilio_sdk::verify_v2::builder::{
    CreateNewFactorPasskeyParams, FetchEntityParams, FetchVerificationParams,
};
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, LoggingConfig, RetryConfig};

const SERVICE: &str = "VA00000000000000000000000000000003";

fn config(mock: &Emulator) -> ConnectionConfig {
    ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret")).base_url(mock.base_url())
}

fn logging(mock: &Emulator, logging: LoggingConfig) -> Client {
    Client::new(config(mock).logging(logging)).expect("a good configuration")
}

fn one(capture: &Capture, name: &str) -> (u64, Seen) {
    let mut spans = capture.spans(name);
    assert_eq!(spans.len(), 1, "{name}");
    spans.remove(0)
}

/// Asserts fields with their values, and takes out what differs from run to run.
fn assert_fields(mut seen: Seen, expected: &[(&str, &str)]) {
    let duration: f64 = seen.fields.remove("duration_ms").expect("a duration").parse().unwrap();
    assert!(duration >= 0.0);
    let fields: Vec<(&str, &str)> = seen.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(fields, expected);
    assert_eq!((seen.target, seen.level), ("twilio_sdk", Level::INFO));
}

#[tokio::test]
async fn a_call_and_its_attempt_are_spans_by_opentelemetrys_conventions() {
    let mock = mock().await;
    let twilio = Client::new(config(&mock)).unwrap();
    let port = mock.local_addr().port().to_string();
    let capture = Capture::start();
    let headers = [("Twilio-Request-Id", "RQ1"), ("Twilio-Concurrent-Requests", "3")];
    mock.stub_next(201, &headers, r#"{"sid":"SM1"}"#);
    twilio.api_v2010().create_message("+15558675310").body("Hi").send().await.unwrap();
    let (call_id, call) = one(&capture, "twilio.call");
    assert_eq!(call.parent, None);
    assert_fields(
        call,
        &[
            ("otel.name", "api_v2010/CreateMessage"),
            ("twilio.attempts", "1"),
            ("twilio.operation_id", "CreateMessage"),
            ("twilio.product", "api_v2010"),
            ("twilio.request_id", "RQ1"),
        ],
    );
    let (_, attempt) = one(&capture, "twilio.attempt");
    assert_eq!(attempt.parent, Some(call_id));
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", mock.base_url());
    assert_fields(
        attempt,
        &[
            ("http.request.body.size", "25"),
            ("http.request.method", "POST"),
            ("http.response.body.size", "13"),
            ("http.response.header.twilio-concurrent-requests", "3"),
            ("http.response.status_code", "201"),
            ("otel.kind", "client"),
            ("otel.name", "POST /2010-04-01/Accounts/{AccountSid}/Messages.json"),
            ("server.address", "127.0.0.1"),
            ("server.port", &port),
            ("twilio.attempt", "1"),
            ("twilio.operation_id", "CreateMessage"),
            ("twilio.product", "api_v2010"),
            ("twilio.request_id", "RQ1"),
            ("url.full", &url),
            ("url.template", "/2010-04-01/Accounts/{AccountSid}/Messages.json"),
        ],
    );
    assert!(capture.events("request").is_empty() && capture.events("response").is_empty());
}

#[tokio::test]
async fn an_error_of_twilio_and_one_of_the_connection_are_told_in_the_spans() {
    let mock = mock().await;
    let twilio = Client::new(config(&mock)).unwrap();
    let capture = Capture::start();
    mock.stub_next(
        400,
        &[("Twilio-Request-Id", "RQ2")],
        r#"{"code":21211,"message":"+15558675310 is none"}"#,
    );
    twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
    for name in ["twilio.call", "twilio.attempt"] {
        let (_, span) = one(&capture, name);
        assert_eq!(span.get("error.type"), Some("400"), "{name}");
        assert_eq!(span.get("otel.status_code"), Some("ERROR"), "{name}");
        assert_eq!(span.get("twilio.request_id"), Some("RQ2"), "{name}");
        assert_eq!(span.get("http.response.status_code").is_some(), name == "twilio.attempt");
    }
    assert_eq!(one(&capture, "twilio.call").1.get("twilio.error_code"), Some("21211"));
    drop(capture);

    mock.shutdown().await;
    let capture = Capture::start();
    let once = RetryConfig::disabled();
    twilio.api_v2010().fetch_balance().with_retry(once).send().await.unwrap_err();
    for name in ["twilio.call", "twilio.attempt"] {
        let (_, span) = one(&capture, name);
        assert_eq!(span.get("error.type"), Some("connect"), "{name}");
        assert_eq!(span.get("otel.status_code"), Some("ERROR"), "{name}");
        assert_eq!(span.get("http.response.status_code"), None, "{name}");
    }
}

#[tokio::test]
async fn each_attempt_is_a_span_and_a_repetition_a_warning_even_where_spans_are_off() {
    let mock = mock().await;
    let twilio = Client::new(config(&mock)).unwrap();
    for level in [Level::TRACE, Level::WARN] {
        let capture = Capture::up_to(level);
        mock.stub_next(429, &[("Retry-After", "0")], r#"{"code":20429,"message":"slow down"}"#);
        twilio.api_v2010().create_message("+15558675310").send().await.unwrap();
        let warned = capture.events("the call is tried again");
        assert_eq!(warned.len(), 1);
        assert_eq!((warned[0].level, warned[0].get("status")), (Level::WARN, Some("429")));
        assert_eq!(warned[0].get("attempt"), Some("1"));
        let wait: u64 = warned[0].get("wait_ms").unwrap().parse().unwrap();
        assert!((125..=250).contains(&wait), "{wait}");
        let attempts = capture.spans("twilio.attempt");
        if level == Level::WARN {
            assert!(attempts.is_empty() && warned[0].parent.is_none());
            continue;
        }
        assert_eq!(attempts.len(), 2);
        assert_eq!(warned[0].parent, Some(attempts[0].0));
        let field = |index: usize, name: &str| attempts[index].1.get(name).map(str::to_owned);
        assert_eq!(field(0, "http.request.resend_count"), None);
        assert_eq!(field(0, "http.response.header.retry-after").as_deref(), Some("0"));
        assert_eq!(field(0, "error.type").as_deref(), Some("429"));
        assert_eq!(field(1, "http.request.resend_count").as_deref(), Some("1"));
        assert_eq!(field(1, "twilio.attempt").as_deref(), Some("2"));
        assert_eq!(field(1, "error.type"), None);
        let (_, call) = one(&capture, "twilio.call");
        assert_eq!((call.get("twilio.attempts"), call.get("error.type")), (Some("2"), None));
    }
}

#[tokio::test]
async fn phone_numbers_and_marked_fields_are_hidden_unless_opted_in() {
    let mock = mock().await;
    let number = "+15551234567";
    for personal in [false, true] {
        let twilio = logging(&mock, LoggingConfig::new().log_bodies(true).log_personal_data(personal));
        let capture = Capture::start();
        let (api, verify) = (twilio.api_v2010(), twilio.verify_v2());
        let _ =
            verify.fetch_entity(FetchEntityParams { service_sid: SERVICE, identity: number }).send().await;
        let _ = verify
            .fetch_verification(FetchVerificationParams { service_sid: SERVICE, sid: number })
            .send()
            .await;
        let _ = api.list_message().to(number).page_size(1).send().await.unwrap();
        let _ = api.create_message(number).from(number).body("call alice@example.com").send().await.unwrap();
        mock.stub_next(201, &[], r#"{"friendly_name":"marked by the specification","voice_url":"/marked"}"#);
        let _ = api.create_account().friendly_name("marked too").send().await.unwrap();
        mock.stub_next(400, &[], format!(r#"{{"code":21211,"message":"{number} is none"}}"#));
        let _ = api.create_message(number).send().await.unwrap_err();
        let urls: Vec<String> =
            capture.spans("twilio.attempt").iter().map(|(_, span)| span.fields["url.full"].clone()).collect();
        let entity = if personal { "%2B15551234567" } else { "[PERSONAL]" };
        assert!(urls[0].ends_with(&format!("/Entities/{entity}")), "{urls:?}");
        assert!(urls[1].ends_with(&format!("/Verifications/{entity}")), "{urls:?}");
        assert!(urls[2].ends_with(&format!("?To={entity}&PageSize=1")), "{urls:?}");
        let all = capture.all();
        for hidden in ["5551234567", "alice", "marked by", "/marked", "FriendlyName=marked+too"] {
            assert_eq!(all.contains(hidden), personal, "{hidden} in {all}");
        }
        assert!(all.contains(ACCOUNT) && all.contains(SERVICE), "SIDs are kept");
    }
}

#[tokio::test]
async fn filter_fields_are_hidden_in_json_forms_queries_and_headers() {
    let mock = mock().await;
    let fields =
        ["status-callback", "StatusCallbackMethod", "INNER_FIELD", "x_forwarded_host", "xOwn", "dateSent"];
    let twilio =
        logging(&mock, LoggingConfig::new().log_bodies(true).log_personal_data(true).redact_fields(fields));
    let capture = Capture::start();
    let answer = r#"{"sid":"SM1","a":[{"b":{"Inner-Field":"hide-me","kept":"show-me"}}],"text":"{\"innerField\":\"hide-me\"}"}"#;
    mock.stub_next(201, &[("X-Own", "hide-me"), ("X-Kept", "show-me")], answer);
    let call = twilio.api_v2010().create_message("+15558675310");
    call.status_callback("https://h.example/hide-me").send().await.unwrap();
    twilio.api_v2010().list_message().date_sent("2026-01-31").page_size(7).send().await.unwrap();
    mock.stub_next(400, &[], r#"{"inner_field":"hide-me","message":"m"}"#);
    twilio
        .verify_v2()
        .create_new_factor_passkey(CreateNewFactorPasskeyParams {
            service_sid: SERVICE,
            friendly_name: "show-name",
            identity: "who",
        })
        .send()
        .await
        .unwrap_err();
    let all = capture.all();
    for hidden in ["hide-me", "2026-01-31", "api.twilio.com"] {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    assert!(all.contains("show-name"), "JSON bodies of requests are logged");
    let requests = capture.events("request");
    assert!(requests[0].fields["body"].contains("StatusCallback=[REDACTED]"), "{requests:?}");
    let headers: Value = serde_json::from_str(&requests[0].fields["headers"]).unwrap();
    assert_eq!(headers["x-forwarded-host"], "[REDACTED]");
    let responses = capture.events("response");
    let headers: Value = serde_json::from_str(&responses[0].fields["headers"]).unwrap();
    assert_eq!((&headers["x-own"], &headers["x-kept"]), (&"[REDACTED]".into(), &"show-me".into()));
    let body: Value = serde_json::from_str(&responses[0].fields["body"]).unwrap();
    assert_eq!(body["a"][0]["b"], serde_json::json!({ "Inner-Field": "[REDACTED]", "kept": "show-me" }));
    let url = &capture.spans("twilio.attempt")[1].1.fields["url.full"];
    assert!(url.ends_with("?DateSent=[REDACTED]&PageSize=7"), "{url}");
}

#[tokio::test]
async fn bodies_are_shown_at_debug_by_opt_in_cut_and_only_if_they_are_what_they_say() {
    let mock = mock().await;
    let long = format!(r#"{{"sid":"{}","token":"hide-me"}}"#, "ü".repeat(100));
    let cases: [(Option<&str>, &str, String); 5] = [
        (
            None,
            r#"{"sid":"SM1","auth_token":"hide-me"}"#,
            r#"{"auth_token":"[REDACTED]","sid":"SM1"}"#.into(),
        ),
        (None, r#"{"sid":"hide-me"#, "[15 bytes that are not application/json]".into()),
        (Some("text/html"), "<p>hide-me</p>", "[14 bytes of text/html]".into()),
        (Some("application/octet-stream"), "hide-me", "[7 bytes of application/octet-stream]".into()),
        (None, &long, format!(r#"{{"sid":"{}[cut, {} bytes in all]"#, "ü".repeat(52), long.len())),
    ];
    for (kind, body, expected) in &cases {
        for level in [Level::DEBUG, Level::INFO] {
            for opted in [true, false] {
                let twilio = logging(&mock, LoggingConfig::new().log_bodies(opted).max_body_chars(60));
                let capture = Capture::up_to(level);
                let kind: Vec<(&str, &str)> = kind.iter().map(|kind| ("Content-Type", *kind)).collect();
                mock.stub_next(200, &kind, *body);
                let _ = twilio.api_v2010().fetch_account(ACCOUNT).send().await;
                let events = capture.events("response");
                if opted && level == Level::DEBUG {
                    assert_eq!(events[0].level, Level::DEBUG);
                    assert_eq!(events[0].get("body"), Some(expected.as_str()));
                    assert_eq!(events[0].parent, Some(one(&capture, "twilio.attempt").0));
                } else {
                    assert!(events.is_empty() && capture.events("request").is_empty());
                }
                assert!(!capture.all().contains("hide-me"), "{}", capture.all());
            }
        }
    }
}
