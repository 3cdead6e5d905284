//! Retries: which requests, how often and when.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::net::TcpSocket;
use tokio::task::JoinSet;
use twilio_sdk::lookups_v2::builder::UpdateLookupRateLimitParams;
use twilio_sdk::{Client, Error, RetryConfig};

use crate::server::{Answer, Server, until};
use crate::transport::{build, client, config, promptly};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verb {
    Get,
    Put,
    Delete,
    Post,
}

const VERBS: [Verb; 4] = [Verb::Get, Verb::Put, Verb::Delete, Verb::Post];

/// The retry settings of a request.
#[derive(Clone, Debug, Default)]
struct Says {
    idempotent: Option<bool>,
    retry: Option<RetryConfig>,
    timeout: Option<Duration>,
}

macro_rules! attempts {
    ($call:expr, $says:expr) => {{
        let (mut call, says) = ($call, $says);
        if let Some(idempotent) = says.idempotent {
            call = call.with_idempotent(idempotent);
        }
        if let Some(retry) = says.retry {
            call = call.with_retry(retry);
        }
        if let Some(timeout) = says.timeout {
            call = call.with_timeout(timeout);
        }
        call.send_with_response().await.map(|answer| answer.attempts())
    }};
}

/// Sends a request and returns the number of its attempts.
async fn send(twilio: &Client, verb: Verb, says: Says) -> Result<u32, Error> {
    match verb {
        Verb::Get => attempts!(twilio.api_v2010().fetch_balance(), says),
        Verb::Put => attempts!(
            twilio
                .lookups_v2()
                .update_lookup_rate_limit(UpdateLookupRateLimitParams { field: "carrier", bucket: "b" }),
            says
        ),
        Verb::Delete => attempts!(twilio.api_v2010().delete_message("SM1"), says),
        Verb::Post => attempts!(twilio.api_v2010().create_message("+15558675310").body("once"), says),
    }
}

/// Requests that are retried.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Again {
    Every,
    Idempotent,
    Nobody,
}

fn told(status: u16, headers: &[(&str, &str)]) -> Answer {
    Answer::status(status, headers, "{}")
}

fn bytes(text: &str) -> Answer {
    Answer::Bytes(text.as_bytes().to_vec())
}

fn rows() -> Vec<(Answer, Again)> {
    let mut rows = vec![
        (Answer::ResetUnread, Again::Idempotent),
        (Answer::Reset, Again::Idempotent),
        (bytes(""), Again::Idempotent),
        (bytes("HTTP/1.1 200 OK\r\nContent-Le"), Again::Idempotent),
        (bytes("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"), Again::Idempotent),
        (bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), Again::Idempotent),
        (bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Again::Idempotent),
        // A rejection counts although its body is lost.
        (bytes("HTTP/1.1 429 Slow\r\nContent-Length: 100\r\n\r\n{"), Again::Every),
        (bytes("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\n{"), Again::Idempotent),
        (bytes("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n{"), Again::Nobody),
        (told(429, &[]), Again::Every),
        (told(429, &[("Retry-After", "0")]), Again::Every),
        (told(429, &[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")]), Again::Every),
        (told(429, &[("Retry-After", "-5")]), Again::Every),
        (told(429, &[("Retry-After", "soon")]), Again::Every),
        (told(429, &[("Retry-After", "")]), Again::Every),
        (told(429, &[("Retry-After", "3600")]), Again::Nobody),
        (told(429, &[("Retry-After", "18446744073709551616")]), Again::Nobody),
        (told(429, &[("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")]), Again::Nobody),
        (told(503, &[("Retry-After", "0")]), Again::Idempotent),
        (told(503, &[("Retry-After", "86400")]), Again::Nobody),
        (Answer::status(200, &[], "{\"currency\":"), Again::Nobody),
        (Answer::status(200, &[("Content-Type", "text/html")], "<html>"), Again::Nobody),
    ];
    rows.extend([500, 502, 503, 504].map(|status| (told(status, &[]), Again::Idempotent)));
    rows.push((Answer::status(302, &[("Location", "/")], ""), Again::Nobody));
    let never = [400, 401, 403, 404, 405, 408, 409, 410, 422, 501, 505];
    rows.extend(never.map(|status| (told(status, &[]), Again::Nobody)));
    rows
}

/// Sends a request with two attempts that end like this, and checks the number of attempts.
async fn check(answer: Answer, again: Again, verb: Verb, marked: Option<bool>, longest: Duration) {
    let may = match again {
        Again::Every => true,
        Again::Idempotent => marked.unwrap_or(verb != Verb::Post),
        Again::Nobody => false,
    };
    let server = Server::start([answer.clone(), answer.clone()]).await;
    let twilio = build(config(&server.url()).attempt_timeout(longest));
    let says = Says { idempotent: marked, ..Says::default() };
    let outcome = promptly(send(&twilio, verb, says)).await;
    let shown = format!("{answer:?} {verb:?} {marked:?}: {outcome:?}");
    // A request that expects no body ignores the content of the response.
    let read = verb == Verb::Delete && matches!(answer, Answer::Whole { status: 200, .. });
    match (may, outcome) {
        (true, Ok(attempts)) => assert_eq!(attempts, 3, "{shown}"),
        (false, Ok(attempts)) => assert!(read && attempts == 1, "{shown}"),
        (false, Err(error)) => assert_eq!(error.attempts(), 1, "{shown}"),
        (true, Err(_)) => panic!("{shown}"),
    }
    assert_eq!(server.attempts(), if may { 3 } else { 1 }, "{shown}");
}

#[tokio::test]
async fn weakness_22_every_method_is_tried_again_after_what_is_safe_for_it_and_after_nothing_else() {
    for (answer, again) in rows() {
        for verb in VERBS {
            for marked in [None, Some(true), Some(false)] {
                check(answer.clone(), again, verb, marked, Duration::from_secs(15)).await;
            }
        }
    }
}

#[tokio::test]
async fn an_attempt_without_an_answer_in_time_is_tried_again_only_where_that_is_safe() {
    let mut calls = JoinSet::new();
    for verb in VERBS {
        for marked in [None, Some(true), Some(false)] {
            let longest = Duration::from_secs(1);
            calls.spawn(check(Answer::Silence, Again::Idempotent, verb, marked, longest));
        }
    }
    while let Some(checked) = calls.join_next().await {
        checked.unwrap();
    }
}

#[tokio::test]
async fn the_last_failure_is_given_with_the_number_of_attempts() {
    for verb in VERBS {
        let server =
            Server::start((0..9).map(|n| told(429, &[("Twilio-Request-Id", &format!("RQ{n}"))]))).await;
        let error = send(&client(&server), verb, Says::default()).await.unwrap_err();
        assert!(error.is_api() && error.is_rate_limited(), "{error}");
        assert_eq!((error.attempts(), error.request_id()), (3, Some("RQ2")));
        assert_eq!(server.attempts(), 3);
    }
    let server = Server::start(std::iter::repeat_n(Answer::Reset, 9)).await;
    let error = send(&client(&server), Verb::Get, Says::default()).await.unwrap_err();
    assert!(error.is_transport(), "{error}");
    assert_eq!((error.attempts(), server.attempts()), (3, 3));
}

#[tokio::test]
async fn what_an_earlier_attempt_may_have_done_is_not_forgotten() {
    let cases = [
        (vec![Answer::Reset, told(404, &[])], Verb::Delete, true),
        (vec![told(503, &[]), told(400, &[])], Verb::Put, true),
        (vec![Answer::Reset, told(429, &[("Retry-After", "3600")])], Verb::Delete, true),
        (vec![told(429, &[]), told(404, &[])], Verb::Delete, false),
        (vec![told(429, &[]), told(400, &[])], Verb::Post, false),
    ];
    for (script, verb, uncertain) in cases {
        let shown = format!("{script:?} {verb:?}");
        let server = Server::start(script).await;
        let error = send(&client(&server), verb, Says::default()).await.unwrap_err();
        assert_eq!((error.is_api(), error.attempts()), (true, 2), "{shown}");
        assert_eq!(error.may_have_executed(), uncertain, "{shown}");
    }
    // The last attempt did not reach the server, but an earlier one did.
    let server = Server::start([Answer::Reset]).await;
    let server = Mutex::new(Some(server));
    let address = server.lock().unwrap().as_ref().unwrap().url();
    let config = config(&address).on_attempt(move |_| drop(server.lock().unwrap().take()));
    let error = send(&build(config), Verb::Delete, Says::default()).await.unwrap_err();
    assert!(error.is_connect() && error.may_have_executed(), "{error}");
}

#[tokio::test]
async fn a_refused_connection_is_safe_for_every_method() {
    for verb in VERBS {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        // The port is taken, but there is no listener.
        let error = send(&build(config(&url)), verb, Says::default()).await.unwrap_err();
        assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
        assert_eq!(error.attempts(), 3);
        // A server listens once the first attempt has failed.
        let (socket, listener) = (Mutex::new(Some(socket)), Arc::new(Mutex::new(None)));
        let listens = Arc::clone(&listener);
        let config = config(&url).on_attempt(move |_| {
            if let Some(socket) = socket.lock().unwrap().take() {
                *listens.lock().unwrap() = Some(socket.listen(8).unwrap());
            }
        });
        let call = tokio::spawn(async move { send(&build(config), verb, Says::default()).await });
        until("somebody listens", || listener.lock().unwrap().is_some()).await;
        let listener = listener.lock().unwrap().take().unwrap();
        let server = Server::on(listener, [told(200, &[])]);
        assert_eq!(call.await.unwrap().unwrap(), 2, "{verb:?}");
        assert_eq!(server.attempts(), 1);
    }
}

#[tokio::test]
async fn a_call_says_how_it_is_tried_again() {
    let quick =
        RetryConfig::new().initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(2));
    let cases = [
        (429, Some(RetryConfig::disabled()), 1),
        (429, Some(quick.clone().max_attempts(5)), 5),
        (429, None, 3),
        (409, Some(quick.clone().retryable_statuses([409])), 3),
        (429, Some(quick.clone().retryable_statuses([409])), 1),
        (503, Some(quick.clone().retryable_statuses([])), 1),
    ];
    for (status, retry, expected) in cases {
        let server = Server::start(std::iter::repeat_n(told(status, &[]), 9)).await;
        let shown = format!("{status} {retry:?}");
        let says = Says { retry, ..Says::default() };
        let error = send(&client(&server), Verb::Get, says).await.unwrap_err();
        assert_eq!((error.attempts(), server.attempts()), (expected, expected as usize), "{shown}");
    }
    // For the whole client.
    let server = Server::start(std::iter::repeat_n(told(429, &[]), 9)).await;
    let twilio = build(config(&server.url()).retry(quick.clone().max_attempts(7)));
    assert_eq!(send(&twilio, Verb::Post, Says::default()).await.unwrap_err().attempts(), 7);
    // Invalid requests are rejected before anything is sent.
    let says = Says { retry: Some(quick.retryable_statuses([401])), ..Says::default() };
    let error = send(&twilio, Verb::Get, says).await.unwrap_err();
    assert!(error.is_config() && server.attempts() == 7, "{error}");
}

/// Returns the announced backoff of each attempt.
fn waits(config: twilio_sdk::ConnectionConfig) -> (Client, Arc<Mutex<Vec<Option<Duration>>>>) {
    let waits: Arc<Mutex<Vec<Option<Duration>>>> = Arc::default();
    let record = Arc::clone(&waits);
    let config = config.on_attempt(move |attempt| record.lock().unwrap().push(attempt.retry_in));
    (build(config), waits)
}

#[tokio::test]
async fn retry_after_is_waited_for_in_seconds_and_as_a_date() {
    for status in [429, 503] {
        // A date has whole seconds, so its wait is up to a second shorter.
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3));
        for (value, longest) in [("1", Duration::from_secs(1)), (date.as_str(), Duration::from_secs(3))] {
            let server = Server::start([told(status, &[("Retry-After", value)])]).await;
            let patient = RetryConfig::new()
                .initial_backoff(Duration::from_millis(1))
                .max_backoff(Duration::from_millis(5));
            let patient = patient.max_total_delay(Duration::from_secs(10));
            let (twilio, waits) = waits(config(&server.url()).retry(patient));
            let start = tokio::time::Instant::now();
            assert_eq!(send(&twilio, Verb::Get, Says::default()).await.unwrap(), 2);
            let [Some(wait), None] = waits.lock().unwrap()[..] else { panic!("two attempts") };
            // The client's own backoff would be at most 5 ms.
            assert!(start.elapsed() >= wait && wait > Duration::from_millis(5), "{value}: {wait:?}");
            assert!(wait <= longest + Duration::from_millis(5), "{value}: {wait:?}");
        }
    }
}

#[tokio::test]
async fn a_wait_beyond_the_time_out_is_not_waited_for() {
    for verb in VERBS {
        let server = Server::start([told(429, &[("Retry-After", "15")])]).await;
        let (twilio, waits) = waits(config(&server.url()));
        let says = Says { timeout: Some(Duration::from_secs(12)), ..Says::default() };
        let error = promptly(send(&twilio, verb, says)).await.unwrap_err();
        assert!(error.is_rate_limited() && !error.is_timeout(), "{error}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(15)));
        assert_eq!(*waits.lock().unwrap(), [None]);
    }
}

#[tokio::test]
async fn weakness_22_after_the_last_failure_there_is_no_wait() {
    let script = [told(429, &[]), told(429, &[]), told(429, &[("Retry-After", "15")])];
    let server = Server::start(script).await;
    let (twilio, waits) = waits(config(&server.url()));
    let error = promptly(send(&twilio, Verb::Post, Says::default())).await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (3, Some(Duration::from_secs(15))));
    let waits = waits.lock().unwrap();
    assert!(matches!(waits[..], [Some(_), Some(_), None]), "{waits:?}");
}

#[tokio::test]
async fn waits_of_its_own_are_within_the_bounds_and_differ() {
    let server = Server::start(std::iter::repeat_n(told(503, &[]), 99)).await;
    let (base, most) = (Duration::from_millis(4), Duration::from_millis(12));
    let retry =
        RetryConfig::new().max_attempts(20).initial_backoff(base).backoff_multiplier(3).max_backoff(most);
    let (twilio, waits) = waits(config(&server.url()).retry(retry));
    send(&twilio, Verb::Get, Says::default()).await.unwrap_err();
    let waits = waits.lock().unwrap();
    assert!(waits[0].unwrap() <= base, "{waits:?}");
    assert!(waits.iter().flatten().all(|wait| *wait <= most), "{waits:?}");
    // Jitter: some of nineteen are short, and hardly two are the same.
    assert!(waits.iter().flatten().any(|wait| *wait < most / 2), "{waits:?}");
    let different: std::collections::HashSet<_> = waits.iter().flatten().collect();
    assert!(different.len() > 10, "{waits:?}");
}
