//! Dropping a request cancels it and leaves nothing behind.

use std::time::Duration;

use twilio_sdk::{Client, ConnectionConfig, PoolConfig, RetryConfig};

use crate::server::{Answer, Server, until};
use crate::transport::{build, config};

/// A client with one slot, which a leaked request would keep forever.
fn narrow(server: &Server) -> ConnectionConfig {
    config(&server.url()).pool(PoolConfig::new().max_in_flight(1).acquire_timeout(Duration::from_secs(5)))
}

/// Starts a request and drops it once a condition holds.
async fn cancel(twilio: &Client, what: &str, holds: impl FnMut() -> bool) {
    let call = twilio.api_v2010().create_message("+15558675310").send();
    tokio::select! {
        outcome = call => panic!("the call ended: {outcome:?}"),
        () = until(what, holds) => {}
    }
}

/// The next request succeeds, and nothing is in flight.
async fn next(twilio: &Client, server: &Server) {
    twilio.api_v2010().fetch_balance().send().await.expect("a place for the next call");
    until("only the idle connection is left", || server.open() == 1).await;
}

#[tokio::test]
async fn while_it_waits_for_the_answer() {
    let server = Server::start(std::iter::repeat_n(Answer::Hold, 20)).await;
    let twilio = build(narrow(&server));
    for cancelled in 1..=20 {
        cancel(&twilio, "the request is read", || server.requests().len() == cancelled).await;
        until("its connection is closed", || server.open() == 0).await;
    }
    next(&twilio, &server).await;
    assert_eq!(server.requests().len(), 21, "a call that was dropped was sent again");
}

#[tokio::test]
async fn while_the_body_comes() {
    let server = Server::start([Answer::chunked(b" ", Duration::from_millis(5))]).await;
    let twilio = build(narrow(&server));
    cancel(&twilio, "a part has come", || server.written() > 50).await;
    until("its connection is closed", || server.open() == 0).await;
    next(&twilio, &server).await;
}

#[tokio::test]
async fn while_it_waits_for_the_next_attempt() {
    let server = Server::start([Answer::status(429, &[("Retry-After", "10")], "")]).await;
    let patient = RetryConfig::new().max_total_delay(Duration::from_secs(60));
    let twilio = build(narrow(&server).retry(patient));
    let call = twilio.api_v2010().create_message("+15558675310").send();
    tokio::select! {
        outcome = call => panic!("the call ended: {outcome:?}"),
        () = until("the first attempt is made", || server.requests().len() == 1 && server.under_way() == 0) => {
            // A request that waits for its next attempt blocks no other.
            next(&twilio, &server).await;
        }
    }
    next(&twilio, &server).await;
    assert_eq!(server.requests().len(), 3, "a call that was dropped went on");
}

#[tokio::test]
async fn while_it_waits_for_its_turn() {
    let server = Server::start([Answer::Hold]).await;
    let twilio = build(narrow(&server));
    let first = tokio::spawn(twilio.api_v2010().fetch_balance().send());
    until("the first is under way", || server.under_way() == 1).await;
    for _ in 0..5 {
        let waiting = twilio.api_v2010().create_message("+15558675310").send();
        assert!(tokio::time::timeout(Duration::from_millis(20), waiting).await.is_err());
    }
    server.release(1);
    first.await.unwrap().unwrap();
    next(&twilio, &server).await;
    assert_eq!(server.requests().len(), 2, "a call that was dropped was sent");
}

#[tokio::test]
async fn while_it_connects() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let twilio = build(config(&url).pool(PoolConfig::new().max_in_flight(1)).retry(RetryConfig::disabled()));
    for _ in 0..3 {
        let call = twilio.api_v2010().fetch_balance().send();
        let accepted = tokio::select! {
            outcome = call => panic!("the call ended: {outcome:?}"),
            accepted = silent.accept() => accepted.unwrap().0,
        };
        let mut greeting = Vec::new();
        let mut stream = accepted;
        // No task is left that waits for the handshake.
        let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut greeting);
        let _ = tokio::time::timeout(Duration::from_secs(5), read).await.expect("the connection is closed");
    }
}

#[tokio::test]
async fn failures_and_time_outs_give_their_place_back_too() {
    let script =
        [Answer::Silence, Answer::Reset, Answer::status(500, &[], ""), Answer::status(200, &[], "<")];
    let server = Server::start(script).await;
    let twilio = build(narrow(&server).attempt_timeout(Duration::from_secs(1)));
    for _ in 0..4 {
        twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
    }
    next(&twilio, &server).await;
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn a_list_that_is_dropped_asks_for_no_further_page() {
    let page =
        r#"{"services":[{"sid":"VA1"}],"meta":{"key":"services","next_page_url":"/v2/Services?Page=1"}}"#;
    let server = Server::start([Answer::status(200, &[], page), Answer::Hold]).await;
    let twilio = build(narrow(&server));
    let mut items = twilio.verify_v2().list_service().items();
    assert!(items.next().await.unwrap().is_ok());
    tokio::select! {
        item = items.next() => panic!("an item: {item:?}"),
        () = until("the second page is asked for", || server.requests().len() == 2) => {}
    }
    drop(items);
    until("its connection is closed", || server.open() == 0).await;
    next(&twilio, &server).await;
    assert_eq!(server.requests().len(), 3);
}
