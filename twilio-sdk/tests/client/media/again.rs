//! Retries of uploads.

use twilio_emulator::{Fault, RequestMatcher};
use twilio_sdk::media::UploadContent;

use crate::common::{client_at, mock};
use crate::media::upload::{asset, quick, reader};
use crate::media::{SERVICE, content};

#[tokio::test]
async fn content_in_memory_is_sent_again_only_where_nothing_was_carried_out() {
    let mock = mock().await;
    let on = || RequestMatcher::operation("CreateAssetVersion");
    let bytes = || UploadContent::bytes(content(200_000));
    mock.inject_sequence(on(), [Some(Fault::status(429).header("Retry-After", "0"))]).unwrap();
    let response = asset(&mock, bytes()).with_retry(quick()).send_with_response().await.unwrap();
    assert_eq!((response.attempts(), mock.requests().len()), (2, 2));
    let last = mock.requests().pop().unwrap().file.unwrap();
    assert_eq!((last.size, last.is_pattern), (200_000, true));

    // An upload without its own timeout has that of the client.
    mock.clear_requests();
    mock.inject_sequence(on(), [Some(Fault::status(429).header("Retry-After", "3600"))]).unwrap();
    let call = asset(&mock, bytes()).with_retry(quick()).send();
    let error = tokio::time::timeout(std::time::Duration::from_secs(10), call).await.unwrap().unwrap_err();
    assert!(error.is_rate_limited() && mock.requests().len() == 1, "{error}");

    for (fault, idempotent, attempts) in [
        (Fault::status(503), false, 1),
        (Fault::status(503), true, 2),
        (Fault::reset_after_execution(), false, 1),
        (Fault::reset_after_execution(), true, 2),
        (Fault::status(400), true, 1),
    ] {
        mock.clear_faults();
        mock.clear_requests();
        mock.inject_sequence(on(), [Some(fault)]).unwrap();
        let outcome = asset(&mock, bytes()).with_retry(quick()).with_idempotent(idempotent).send().await;
        assert_eq!((outcome.is_ok(), mock.requests().len()), (attempts == 2, attempts));
        if let Err(error) = outcome {
            assert_eq!(error.attempts(), 1, "{error}");
        }
    }
}

#[tokio::test]
async fn a_stream_is_sent_again_only_while_nothing_of_it_was_read() {
    let mock = mock().await;
    mock.inject_sequence(
        RequestMatcher::operation("CreateAssetVersion"),
        [Some(Fault::status(429).header("Retry-After", "0"))],
    )
    .unwrap();
    let call = asset(&mock, UploadContent::reader(reader(content(100)), 100))
        .with_retry(quick())
        .with_idempotent(true);
    let error = call.send().await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 1, "{error}");
    assert_eq!(mock.requests().len(), 1);

    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let content = UploadContent::reader(reader(content(100)), 100);
    let error =
        client_at(&url).media().upload_conversation(SERVICE, content).with_retry(quick()).send().await;
    let error = error.unwrap_err();
    assert!(error.is_connect() && error.attempts() == 3, "{error:?}");
}
