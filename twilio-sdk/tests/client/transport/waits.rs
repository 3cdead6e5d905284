//! Backoff between attempts, and the number of attempts with default settings.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;
use tokio::time::Instant;
use twilio_sdk::verify_v2::builder::CreateVerificationParams;
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, Proxy, RetryConfig};

use crate::server::{Answer, Server};
use crate::transport::{ACCOUNT, KEY, build, config};

/// A client with the default settings.
fn defaults(url: &str) -> ConnectionConfig {
    ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret")).base_url(url).proxy(Proxy::Direct)
}

type Waits = Arc<Mutex<Vec<Option<Duration>>>>;

/// The waits that the attempts of requests announce.
fn watched(config: ConnectionConfig) -> (Client, Waits) {
    let waits = Waits::default();
    let record = Arc::clone(&waits);
    (build(config.on_attempt(move |attempt| record.lock().unwrap().push(attempt.retry_in))), waits)
}

fn busy(headers: &[(&str, &str)]) -> Answer {
    Answer::status(429, headers, r#"{"code":20429,"message":"Too Many Requests","status":429}"#)
}

fn code(status: u16, code: u32) -> Answer {
    Answer::status(status, &[], format!("{{\"code\":{code},\"message\":\"no\",\"status\":{status}}}"))
}

#[tokio::test]
async fn review_28_a_retry_after_of_nothing_does_not_shorten_the_backoff() {
    let past = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(3600));
    for value in ["0", past.as_str()] {
        let server = Server::start([0, 1].map(|_| busy(&[("Retry-After", value)]))).await;
        let (twilio, waits) = watched(defaults(&server.url()));
        let started = Instant::now();
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        // Half of 250 ms and half of 500 ms at least.
        assert!(started.elapsed() >= Duration::from_millis(375), "{value}: {:?}", started.elapsed());
        let waits = waits.lock().unwrap();
        assert!(waits[0].unwrap() >= Duration::from_millis(125), "{value}: {waits:?}");
        assert!(waits[1].unwrap() >= Duration::from_millis(250), "{value}: {waits:?}");
    }
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn review_28_blocking_programs_wait_as_long() {
    let server = Server::start([0, 1].map(|_| busy(&[("Retry-After", "0")]))).await;
    let (twilio, waits) = watched(defaults(&server.url()));
    let sent = tokio::task::spawn_blocking(move || twilio.api_v2010().fetch_balance().send_blocking());
    sent.await.unwrap().unwrap();
    let waits = waits.lock().unwrap();
    assert!(waits[0].unwrap() >= Duration::from_millis(125), "{waits:?}");
}

#[tokio::test]
async fn review_28_clients_that_are_told_the_same_time_do_not_return_at_once() {
    let server = Server::start((0..20).map(|_| busy(&[("Retry-After", "1")]))).await;
    let waits = Waits::default();
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let record = Arc::clone(&waits);
        let twilio = build(
            defaults(&server.url()).on_attempt(move |attempt| record.lock().unwrap().push(attempt.retry_in)),
        );
        requests.spawn(async move { twilio.api_v2010().fetch_balance().send().await });
    }
    while let Some(sent) = requests.join_next().await {
        sent.unwrap().unwrap();
    }
    let waits: Vec<Duration> = waits.lock().unwrap().iter().flatten().copied().collect();
    assert_eq!(waits.len(), 20);
    assert!(waits.iter().all(|wait| *wait >= Duration::from_secs(1)), "less than was asked: {waits:?}");
    let spread = *waits.iter().max().unwrap() - *waits.iter().min().unwrap();
    // Of twenty draws from a quarter of a second.
    assert!(spread > Duration::from_millis(50), "{spread:?}");
}

#[tokio::test]
async fn review_29_a_web_handler_is_not_held_by_what_the_server_asks_for() {
    for post in [false, true] {
        let server = Server::start((0..9).map(|_| busy(&[("Retry-After", "7")]))).await;
        let (twilio, waits) = watched(defaults(&server.url()));
        let started = Instant::now();
        let sent = match post {
            true => twilio.api_v2010().create_message("+15558675310").send().await.map(drop),
            false => twilio.api_v2010().fetch_balance().send().await.map(drop),
        };
        let error = sent.unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
        assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(7))));
        assert_eq!(*waits.lock().unwrap(), [None]);
        assert!(error.is_rate_limited() && error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn review_29_all_waits_together_are_bounded() {
    let server = Server::start((0..99).map(|_| busy(&[]))).await;
    let ms = Duration::from_millis;
    let retry = RetryConfig::new()
        .max_attempts(99)
        .initial_backoff(ms(40))
        .backoff_multiplier(1)
        .max_total_delay(ms(200));
    let (twilio, waits) = watched(defaults(&server.url()).retry(retry));
    let error = twilio.api_v2010().fetch_balance().send().await.unwrap_err();
    let waits: Vec<Duration> = waits.lock().unwrap().iter().flatten().copied().collect();
    assert!(waits.iter().sum::<Duration>() <= ms(200), "{waits:?}");
    // Five of 40 ms at the most, ten of 20 ms.
    assert!((5..=11).contains(&error.attempts()), "{} attempts: {waits:?}", error.attempts());
    // Two seconds by default, for a handler; a job waits as long as the server requests.
    let server = Server::start([busy(&[("Retry-After", "2")])]).await;
    let twilio = build(defaults(&server.url()));
    assert_eq!(twilio.api_v2010().fetch_balance().send().await.unwrap_err().attempts(), 1);
    let server = Server::start([busy(&[("Retry-After", "3")])]).await;
    let patient = build(defaults(&server.url()).retry(RetryConfig::patient()));
    let response = patient.api_v2010().fetch_balance().send_with_response().await.unwrap();
    assert_eq!(response.attempts(), 2);
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn review_29_a_blocking_handler_is_not_held_either() {
    let server = Server::start([busy(&[("Retry-After", "7")]), code(429, 60203)]).await;
    let twilio = build(defaults(&server.url()));
    for expected in [20429, 60203] {
        let twilio = twilio.clone();
        let sent = tokio::task::spawn_blocking(move || twilio.api_v2010().fetch_balance().send_blocking());
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!((error.attempts(), error.code()), (1, Some(expected)));
    }
}

#[tokio::test]
async fn review_29_codes_that_last_are_not_retried_and_those_that_pass_are() {
    for (number, lasts) in [
        (21611, true),
        (60202, true),
        (60203, true),
        (60207, true),
        (60728, true),
        (63038, true),
        (20429, false),
        (60212, false),
        (14107, false),
    ] {
        let server = Server::start((0..9).map(|_| code(429, number))).await;
        let twilio = build(config(&server.url()));
        let error = twilio
            .verify_v2()
            .create_verification(CreateVerificationParams {
                service_sid: "VA1",
                to: "+15558675310",
                channel: "sms",
            })
            .send()
            .await
            .unwrap_err();
        assert_eq!((error.code(), error.attempts()), (Some(number), if lasts { 1 } else { 3 }));
        assert_eq!((server.attempts() == 1, error.is_retryable()), (lasts, !lasts), "{number}");
        assert!(!error.may_have_executed());
    }
    // What is no 429 is judged by its status.
    let server = Server::start((0..9).map(|_| code(503, 60203))).await;
    let error = build(config(&server.url())).api_v2010().fetch_balance().send().await.unwrap_err();
    assert_eq!(error.attempts(), 3);
}

#[cfg(all(feature = "conversations-v2", feature = "serialize"))]
#[tokio::test]
async fn review_31_operations_that_take_an_idempotency_key_are_retried_with_it() {
    use twilio_sdk::{OperationRequest as _, conversations_v2::builder::CreateConfiguration};
    for (headers, attempts) in
        [(serde_json::json!({ "Idempotency-Key": "k-1" }), 2), (serde_json::json!({}), 1)]
    {
        let server = Server::start([Answer::Reset, Answer::status(202, &[], "{}")]).await;
        let api = build(config(&server.url())).conversations_v2();
        let saved = serde_json::json!({
            "product": "conversations_v2", "operation": "CreateConfiguration", "headers": headers,
            "json": { "displayName": "Support" },
        });
        let request = CreateConfiguration::from_data(&api, serde_json::from_value(saved).unwrap()).unwrap();
        assert_eq!(request.send().await.is_ok(), attempts == 2);
        let requests = server.requests();
        assert_eq!(requests.len(), attempts);
        let keyed = requests.iter().filter(|sent| sent.header("idempotency-key") == Some("k-1")).count();
        assert_eq!(keyed, if attempts == 2 { 2 } else { 0 });
    }
}

#[tokio::test]
async fn review_30_a_silent_server_is_asked_again_with_the_default_settings() {
    let server = Server::start([Answer::Silence]).await;
    let (twilio, waits) = watched(defaults(&server.url()));
    let response = twilio.api_v2010().fetch_balance().send_with_response().await.unwrap();
    assert_eq!((response.attempts(), server.requests().len()), (2, 2));
    assert!(matches!(waits.lock().unwrap()[..], [Some(_), None]));
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn review_30_blocking_programs_ask_a_silent_server_again() {
    let server = Server::start([Answer::Silence]).await;
    let twilio = build(defaults(&server.url()));
    let sent = tokio::task::spawn_blocking(move || {
        twilio.api_v2010().fetch_balance().send_with_response_blocking().map(|response| response.attempts())
    });
    assert_eq!(sent.await.unwrap().unwrap(), 2);
}

#[tokio::test]
async fn review_30_what_may_have_been_carried_out_has_all_of_its_time() {
    // Longer than the attempt timeout of a GET, and shorter than the request timeout.
    let server = Server::start([Answer::Hold]).await;
    let twilio = build(defaults(&server.url()));
    let post = tokio::spawn(async move { twilio.api_v2010().create_message("+15558675310").send().await });
    tokio::time::sleep(Duration::from_millis(11_000)).await;
    server.release(1);
    post.await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 1);
    // A short timeout is not cut into pieces.
    let server = Server::start([Answer::Silence]).await;
    let twilio = build(defaults(&server.url()).timeout(Duration::from_secs(1)));
    let error = twilio.api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 1, "{error}");
}
