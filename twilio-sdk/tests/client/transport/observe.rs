//! Attempts as the server and as the caller observe them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use twilio_sdk::RetryConfig;

use crate::server::{Answer, Server};
use crate::transport::{build, client, config};

#[tokio::test]
async fn the_user_agent_names_the_library_and_then_the_user() {
    let server = Server::start([]).await;
    client(&server).api_v2010().fetch_balance().send().await.unwrap();
    let twilio = build(config(&server.url()).user_agent("  my-service/1.2 "));
    twilio.verify_v2().fetch_service("VA1").send().await.unwrap();
    let own = concat!("twilio-sdk-rust/", env!("CARGO_PKG_VERSION"));
    let seen: Vec<_> = server.requests().iter().map(|r| r.header("user-agent").unwrap().to_owned()).collect();
    assert_eq!(seen, [own.to_owned(), format!("{own} my-service/1.2")]);
    for bad in ["a\r\nX-Injected: b", "ü", "a\0"] {
        let error = twilio_sdk::Client::new(config(&server.url()).user_agent(bad)).expect_err(bad);
        assert!(error.is_config() && error.to_string().contains("user_agent"), "{error}");
    }
}

/// The predictable part of an attempt.
#[derive(Debug, PartialEq)]
struct Seen {
    number: u32,
    status: Option<u16>,
    request_id: Option<String>,
    failed: bool,
    last: bool,
}

#[tokio::test]
async fn every_attempt_is_seen_with_what_it_was() {
    let id = |id| ("Twilio-Request-Id", id);
    let broken = "HTTP/1.1 200 OK\r\nTwilio-Request-Id: RQ3\r\nContent-Length: 9\r\n\r\n{";
    let script = [
        Answer::status(503, &[id("RQ1")], "{}"),
        Answer::Reset,
        Answer::Bytes(broken.into()),
        Answer::status(429, &[id("RQ4")], "{}"),
        Answer::status(200, &[id("RQ5")], "{}"),
    ];
    let server = Server::start(script).await;
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let record = Arc::clone(&seen);
    let retry = RetryConfig::new().max_attempts(9).initial_backoff(Duration::from_millis(1));
    let twilio = build(config(&server.url()).retry(retry).on_attempt(move |attempt| {
        assert_eq!((attempt.product, attempt.operation_id), ("api_v2010", "FetchBalance"));
        assert_eq!((attempt.method.as_str(), attempt.host), ("GET", "127.0.0.1"));
        assert!(attempt.elapsed > Duration::ZERO);
        let printed = format!("{attempt:?}");
        assert!(!printed.contains("key-secret") && !printed.contains("AC0000"), "{printed}");
        record.lock().unwrap().push(Seen {
            number: attempt.attempt,
            status: attempt.status.map(|status| status.as_u16()),
            request_id: attempt.request_id.map(str::to_owned),
            failed: attempt.error.is_some(),
            last: attempt.retry_in.is_none(),
        });
    }));
    let answer = twilio.api_v2010().fetch_balance().send_with_response().await.unwrap();
    assert_eq!(answer.attempts(), 5);
    let expected = [
        (Some(503), Some("RQ1"), false),
        (None, None, true),
        (Some(200), Some("RQ3"), true),
        (Some(429), Some("RQ4"), false),
        (Some(200), Some("RQ5"), false),
    ];
    let expected: Vec<_> = (1..)
        .zip(expected)
        .map(|(number, (status, request_id, failed))| Seen {
            number,
            status,
            request_id: request_id.map(str::to_owned),
            failed,
            last: number == 5,
        })
        .collect();
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(server.requests().len(), 5);
}
