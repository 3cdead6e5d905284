//! Size limits of responses.

use std::time::Duration;

use twilio_sdk::ResponseLimits;

use crate::server::{Answer, Server, until};
use crate::transport::{build, client, config};

fn limits() -> ResponseLimits {
    ResponseLimits::new()
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_not_read() {
    let body = format!("{{\"currency\":\"{}\"}}", "x".repeat(5_000));
    let announced = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1_u64 << 40);
    let endless = Answer::Endless { head: announced, piece: vec![b' '; 1 << 16], pause: Duration::ZERO };
    let script = [Answer::status(200, &[], body.clone()), Answer::status(200, &[], body), endless];
    let server = Server::start(script).await;
    let with = |bytes| build(config(&server.url()).response_limits(limits().max_body_bytes(bytes)));
    with(6_000).api_v2010().fetch_balance().send().await.unwrap();
    let error = with(5_000).api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_response_too_large() && error.to_string().contains("5000 bytes"), "{error}");
    assert!(error.may_have_executed());
    assert_eq!((error.attempts(), error.status().map(|s| s.as_u16())), (1, Some(200)));
    let error = with(1 << 30).api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_response_too_large(), "{error}");
    assert!(server.written() < 64 << 20, "{} bytes were taken", server.written());
}

#[tokio::test]
async fn a_body_without_an_end_is_read_no_further_than_the_limit() {
    let server = Server::start([Answer::chunked(&[b' '; 1 << 14], Duration::ZERO)]).await;
    let twilio = build(config(&server.url()).response_limits(limits().max_body_bytes(1 << 20)));
    let error = twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
    assert!(error.is_response_too_large() && error.to_string().contains("1048576 bytes"), "{error}");
    until("the connection is closed", || server.open() == 0).await;
    // What lies between the two ends is in the buffers of the sockets.
    assert!(server.written() < 32 << 20, "{} bytes were taken", server.written());
    assert_eq!(server.requests().len(), 1, "an answer that is too large was asked for again");
}

#[tokio::test]
async fn headers_beyond_the_limit_are_an_error_however_many_or_large() {
    let with = |headers: &[(&str, &str)]| Answer::status(200, headers, "{}");
    let large = |bytes: usize| "x".repeat(bytes);
    let many: Vec<(String, String)> = (0..200).map(|n| (format!("X-{n}"), "y".to_owned())).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answers = [
        (with(&[("X-A", &large(900))]), true),
        (with(&[("X-A", &large(600)), ("X-B", &large(600))]), false),
        (with(&[("X-A", &large(100_000))]), false),
        (with(&[("X-A", &large(2_000_000))]), false),
        (with(&many), false),
    ];
    for (answer, good) in answers {
        let shown = format!("{answer:?}").chars().take(60).collect::<String>();
        let server = Server::start([answer]).await;
        let twilio = build(config(&server.url()).response_limits(limits().max_header_bytes(1_000)));
        let outcome = twilio.api_v2010().fetch_balance().send().await;
        assert_eq!(outcome.is_ok(), good, "{shown}");
        assert!(
            outcome.err().is_none_or(|error| error.is_response_too_large() && error.attempts() == 1),
            "{shown}"
        );
        assert_eq!(server.requests().len(), 1, "{shown}");
    }
}

#[tokio::test]
async fn what_large_answers_need_is_there_unless_limited() {
    let body = format!("{{\"currency\":\"{}\"}}", "x".repeat(8 << 20));
    let server = Server::start([Answer::status(200, &[("X-A", &"x".repeat(50_000))], body)]).await;
    let balance = client(&server).api_v2010().fetch_balance().send().await.unwrap();
    assert_eq!(balance.currency.unwrap().len(), 8 << 20);
}
