//! The client while requests fail.

use crate::common::{client, mock};
use twilio_emulator::{Emulator, Fault, RequestMatcher};

/// Returns the number of messages that Twilio would have sent.
fn executed(mock: &Emulator) -> usize {
    mock.requests().iter().filter(|request| request.executed).count()
}

#[tokio::test]
async fn a_message_is_never_sent_twice_when_the_answer_is_lost() {
    for fault in [
        Fault::reset_after_execution(),
        Fault::reset_in_body(),
        Fault::truncated_body(),
        Fault::truncated_json(),
        Fault::status(503).after_execution(),
        Fault::html(502).after_execution(),
    ] {
        let mock = mock().await;
        let planned = mock.inject_fault(RequestMatcher::operation("CreateMessage"), fault.clone()).unwrap();
        let request =
            client(&mock).api_v2010().create_message("+15558675310").from("+15558675311").body("Hi");
        let outcome = request.send().await;
        assert!(outcome.is_err(), "{fault:?}");
        assert_eq!((executed(&mock), planned.hits()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_message_that_was_refused_for_now_is_sent_again() {
    let mock = mock().await;
    let wait = Fault::status(429).header("Retry-After", "0");
    let planned = mock
        .inject_sequence(RequestMatcher::operation("CreateMessage"), [Some(wait.clone()), Some(wait)])
        .unwrap();
    let request = client(&mock).api_v2010().create_message("+15558675310").from("+15558675311").body("Hi");
    request.send().await.unwrap();
    assert_eq!((executed(&mock), planned.hits(), mock.requests().len()), (1, 2, 3));
}

#[tokio::test]
async fn spoilt_page_links_end_a_list_with_an_error() {
    for (fault, pages) in [
        (Fault::next_page("http://[nowhere"), 1),
        (Fault::next_page_host("https://twilio.example"), 1),
        (Fault::next_page_loop(), 2),
    ] {
        let mock = mock().await;
        mock.inject_fault(RequestMatcher::operation("ListService"), fault.clone()).unwrap();
        let error = client(&mock).verify_v2().list_service().items().collect().await.unwrap_err();
        assert!(error.is_pagination(), "{fault:?}: {error}");
        assert_eq!(mock.requests().len(), pages, "{fault:?}");
    }
}
