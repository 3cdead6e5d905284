//! Requests without an async runtime in the caller's code.

use crate::common::{client, client_at, mock};
use twilio_emulator::Emulator;

/// A runtime for the emulator only; requests are sent outside of it.
fn server() -> (tokio::runtime::Runtime, Emulator) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mock = runtime.block_on(async { Emulator::builder().items_per_list(23).start().await.unwrap() });
    (runtime, mock)
}

#[test]
fn calls_lists_and_errors_are_the_same() {
    let (_runtime, mock) = server();
    let twilio = client(&mock);
    let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
    assert!(message.clone().send_blocking().unwrap().sid.is_some());
    let response = message.send_with_response_blocking().unwrap();
    assert_eq!((response.status().as_u16(), response.attempts()), (201, 1));
    let items: Vec<_> = twilio.api_v2010().list_call().page_size(5).items_blocking().collect();
    assert_eq!(items.len(), 23);
    assert!(items.iter().all(Result::is_ok));
    let pages: Vec<_> = twilio.api_v2010().list_call().page_size(5).pages_blocking().collect();
    assert_eq!(pages.len(), 5);
    mock.stub_next(404, &[], r#"{"code":20404,"message":"no"}"#);
    let mut failing = twilio.api_v2010().list_call().items_blocking();
    assert_eq!(failing.next().unwrap().unwrap_err().code(), Some(20404));
    assert!(failing.next().is_none());
    // Two threads share the connections of one client.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| twilio.api_v2010().fetch_balance().send_blocking().unwrap());
        }
    });
}

#[test]
fn time_outs_hold_without_a_runtime_of_the_callers() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let twilio = client_at(&format!("http://{}", silent.local_addr().unwrap()));
    let call = twilio.api_v2010().fetch_balance().with_timeout(std::time::Duration::from_millis(50));
    assert!(call.send_blocking().unwrap_err().is_timeout());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_call_inside_a_runtime_works_too() {
    let mock = mock().await;
    let twilio = client(&mock);
    assert!(twilio.api_v2010().fetch_balance().send_blocking().is_ok());
    let outcome = tokio::task::spawn_blocking(move || twilio.api_v2010().fetch_balance().send_blocking());
    assert!(outcome.await.unwrap().is_ok());
}
