//! Kept connections, and requests in flight.

use std::time::Duration;

use tokio::task::JoinSet;
use twilio_sdk::{ApiKeyConfig, AuthTokenConfig, Client, PoolConfig, RetryConfig};

use crate::server::{Answer, Server, until};
use crate::transport::{ACCOUNT, build, client, config, promptly};

fn pooled(server: &Server, pool: PoolConfig) -> Client {
    build(config(&server.url()).pool(pool).retry(RetryConfig::disabled()))
}

fn start(calls: usize, twilio: &Client) -> JoinSet<Result<(), twilio_sdk::Error>> {
    let mut set = JoinSet::new();
    for _ in 0..calls {
        let call = twilio.api_v2010().fetch_balance().send();
        set.spawn(async move { call.await.map(drop) });
    }
    set
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_max_active() {
    let server = Server::start(std::iter::repeat_n(Answer::Hold, 12)).await;
    let twilio = pooled(&server, PoolConfig::new().max_in_flight(3));
    // Clones and other credentials share the bound.
    let other = twilio.with_auth(AuthTokenConfig::new(ACCOUNT, "token")).unwrap();
    let (mut calls, mut others) = (start(6, &twilio.clone()), start(6, &other));
    until("three are under way", || server.under_way() == 3).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.under_way(), 3);
    server.release(12);
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    while let Some(outcome) = others.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!((server.most_under_way(), server.requests().len()), (3, 12));
}

#[tokio::test]
async fn without_a_bound_all_calls_are_under_way_at_once() {
    let server = Server::start(std::iter::repeat_n(Answer::Hold, 12)).await;
    let mut calls = start(12, &client(&server));
    until("all are under way", || server.under_way() == 12).await;
    server.release(12);
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_call_waits_for_its_turn_no_longer_than_told() {
    let server = Server::start([Answer::Hold]).await;
    let twilio =
        pooled(&server, PoolConfig::new().max_in_flight(1).acquire_timeout(Duration::from_millis(100)));
    let mut first = start(1, &twilio);
    until("the first is under way", || server.under_way() == 1).await;
    let error = promptly(twilio.api_v2010().create_message("+15558675310").send()).await.unwrap_err();
    assert!(error.is_local_limit() && !error.may_have_executed(), "{error:?}");
    assert_eq!(error.attempts(), 0, "nothing was sent");
    server.release(1);
    first.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(server.requests().len(), 1);
    twilio.api_v2010().fetch_balance().send().await.unwrap();
}

#[tokio::test]
async fn the_calls_time_out_bounds_the_wait_for_its_turn() {
    let server = Server::start([Answer::Hold]).await;
    let twilio = pooled(&server, PoolConfig::new().max_in_flight(1));
    let _first = start(1, &twilio);
    until("the first is under way", || server.under_way() == 1).await;
    let call = twilio.api_v2010().fetch_balance().with_timeout(Duration::from_millis(100));
    let error = promptly(call.send()).await.unwrap_err();
    assert!(error.is_local_limit() || error.is_timeout(), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_is_used_again_by_all_products_and_all_credentials() {
    let server = Server::start([]).await;
    let twilio = client(&server);
    for _ in 0..3 {
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        twilio.verify_v2().fetch_service("VA1").send().await.unwrap();
    }
    let key =
        ApiKeyConfig::new("AC00000000000000000000000000000009", "SK00000000000000000000000000000009", "s");
    let other = twilio.with_auth(key).unwrap();
    other.api_v2010().fetch_balance().send().await.unwrap();
    other.api_v2010().fetch_balance().with_account_sid(ACCOUNT).send().await.unwrap();
    assert_eq!((server.accepted(), server.requests().len()), (1, 8));
    let requests = server.requests();
    let seen = |n: usize| (requests[n].header("authorization").unwrap(), requests[n].target.as_str());
    assert_ne!(seen(0).0, seen(6).0);
    // A request for a subaccount keeps the credentials of its client.
    assert_eq!((seen(7).0, seen(7).1), (seen(6).0, seen(0).1));
}

#[tokio::test]
async fn no_more_idle_connections_are_kept_than_told() {
    for kept in [0, 2, 6] {
        let server = Server::start(std::iter::repeat_n(Answer::Hold, 6)).await;
        let twilio = pooled(&server, PoolConfig::new().max_idle_per_host(kept));
        let mut calls = start(6, &twilio);
        until("all are under way", || server.under_way() == 6).await;
        server.release(6);
        while let Some(outcome) = calls.join_next().await {
            outcome.unwrap().unwrap();
        }
        until("the rest are closed", || server.open() == kept).await;
        assert_eq!(server.accepted(), 6);
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        assert_eq!(server.accepted(), if kept == 0 { 7 } else { 6 });
    }
}

#[tokio::test]
async fn an_idle_connection_is_kept_no_longer_than_told() {
    let server = Server::start([]).await;
    let twilio = pooled(&server, PoolConfig::new().idle_timeout(Duration::from_millis(100)));
    for connections in [1, 2] {
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        assert_eq!(server.accepted(), connections);
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let error = Client::new(config(&server.url()).pool(PoolConfig::new().max_in_flight(0))).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("max_in_flight"), "{error}");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_while_idle_is_not_used_again() {
    let close = Answer::status(200, &[("Connection", "close")], "{}");
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec();
    let server = Server::start([close, Answer::Bytes(bytes)]).await;
    let twilio = pooled(&server, PoolConfig::new());
    for connections in 1..4 {
        // Sent once: a request that is not idempotent cannot be retried on another connection.
        twilio.api_v2010().create_message("+15558675310").send().await.unwrap();
        assert_eq!((server.accepted(), server.requests().len()), (connections, connections));
        if connections < 3 {
            until("the connection is closed", || server.open() == 0).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
