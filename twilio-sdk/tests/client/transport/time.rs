//! Timeouts of requests, attempts and connections.

use std::sync::Mutex;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use twilio_sdk::RetryConfig;

use crate::server::{Answer, Server, until};
use crate::transport::{build, client, config, once, promptly};

/// A duration without a response.
const SHORT: Duration = Duration::from_millis(150);

/// In which something is.
const LONGER: Duration = Duration::from_secs(1);

#[tokio::test]
async fn the_time_out_bounds_a_call_that_gets_no_answer() {
    let server = Server::start([Answer::Silence]).await;
    let twilio = build(config(&server.url()).timeout(SHORT).retry(RetryConfig::disabled()));
    let error = promptly(twilio.api_v2010().fetch_balance().send()).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_connect() && error.may_have_executed(), "{error}");
    assert_eq!(error.attempts(), 1);
    until("the connection of a call that timed out is closed", || server.open() == 0).await;
}

#[tokio::test]
async fn the_time_out_bounds_a_body_that_comes_slowly() {
    let server = Server::start([Answer::chunked(b" ", Duration::from_millis(20))]).await;
    let twilio = build(config(&server.url()).timeout(LONGER).retry(RetryConfig::disabled()));
    let error = promptly(twilio.api_v2010().fetch_balance().send()).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(server.written() > 0, "the answer had not begun");
}

#[tokio::test]
async fn the_time_out_bounds_all_attempts_together() {
    let server = Server::start(std::iter::repeat_n(Answer::Silence, 50)).await;
    let many = RetryConfig::new().max_attempts(50).initial_backoff(Duration::from_millis(1));
    let twilio = build(config(&server.url()).timeout(4 * SHORT).attempt_timeout(SHORT).retry(many));
    let error = twilio.api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!((2..=8).contains(&error.attempts()), "{} attempts", error.attempts());
}

#[tokio::test]
async fn a_calls_own_time_out_takes_the_place_of_the_clients() {
    let server = Server::start([Answer::Silence]).await;
    let call = once(&server).api_v2010().create_message("+15558675310").with_timeout(SHORT);
    assert!(promptly(call.send()).await.unwrap_err().is_timeout());
    let call = once(&server).api_v2010().fetch_balance().with_timeout(Duration::ZERO);
    let error = call.send().await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("zero"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_time_out_of_an_attempt_leaves_time_for_another() {
    let server = Server::start([Answer::Silence]).await;
    let twilio = build(config(&server.url()).attempt_timeout(LONGER));
    let answer = twilio.api_v2010().fetch_balance().send_with_response().await.unwrap();
    assert_eq!((answer.attempts(), server.requests().len()), (2, 2));
    let server = Server::start([Answer::Silence]).await;
    let twilio = build(config(&server.url()).attempt_timeout(LONGER));
    let error = twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
}

/// A listener that accepts no more connections: clients wait for a response that does not come.
async fn full() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        waiting.push(stream);
        assert!(waiting.len() < 64, "the queue is never full");
    }
    (listener, waiting)
}

#[tokio::test]
async fn the_time_out_of_the_connection_bounds_the_making_of_it() {
    let (listener, _waiting) = full().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    let twilio = build(config(&url).connect_timeout(SHORT).retry(RetryConfig::disabled()));
    let error = twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout() && !error.may_have_executed(), "{error:?}");
}

#[tokio::test]
async fn the_time_out_of_the_connection_bounds_tls_too() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let twilio = build(config(&url).connect_timeout(SHORT).retry(RetryConfig::disabled()));
    let error = twilio.api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_connect() && !error.is_tls() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn times_without_end_and_times_below_a_second_are_what_they_are() {
    let server = Server::start([]).await;
    let endless = RetryConfig::new().initial_backoff(Duration::MAX).max_backoff(Duration::MAX);
    let pool = twilio_sdk::PoolConfig::new()
        .idle_timeout(Duration::MAX)
        .acquire_timeout(Duration::MAX)
        .max_in_flight(1);
    let twilio = build(
        config(&server.url())
            .timeout(Duration::MAX)
            .connect_timeout(Duration::MAX)
            .attempt_timeout(Duration::MAX)
            .pool(pool)
            .retry(endless),
    );
    // Each connection has a task, and only the hook sees a panic in it.
    static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    std::panic::set_hook(Box::new(|panic| PANICS.lock().unwrap().push(panic.to_string())));
    for _ in 0..2 {
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        tokio::task::yield_now().await;
    }
    drop(std::panic::take_hook());
    assert!(PANICS.lock().unwrap().is_empty(), "{PANICS:?}");
    let refused = |config: twilio_sdk::ConnectionConfig, name: &str| {
        let error = twilio_sdk::Client::new(config).expect_err(name);
        assert!(error.is_config() && error.to_string().contains(name), "{error}");
    };
    let url = server.url();
    refused(config(&url).timeout(Duration::ZERO), "timeout");
    refused(config(&url).connect_timeout(Duration::ZERO), "connect_timeout");
    refused(config(&url).attempt_timeout(Duration::ZERO), "attempt_timeout");
    let silent = Server::start([Answer::Silence]).await;
    let call = client(&silent).api_v2010().create_message("+1").with_timeout(Duration::from_millis(1));
    assert!(promptly(call.send()).await.unwrap_err().is_timeout(), "a millisecond became something else");
}
