use std::time::Duration;

use twilio_emulator::{Emulator, Fault, RequestMatcher};
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, PoolConfig, RetryConfig};

use crate::common::{ACCOUNT, KEY, client, client_at, mock};
use crate::media::server::{Server, Step};
use crate::media::upload::quick;
use crate::media::{MEDIA, MESSAGE, RECORDING, content};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";

#[tokio::test]
async fn silence_between_pieces_is_a_time_out_and_slowness_is_not() {
    let slow = Server::start(|_| {
        let wait = Step::Wait(Duration::from_millis(60));
        vec![
            Step::Send(format!("{HEAD}01234")),
            wait.clone(),
            Step::Send("567".into()),
            wait,
            Step::Send("89".into()),
        ]
    })
    .await;
    // The whole takes longer than the request timeout, which applies to the first chunk.
    let call = client_at(&slow.url).media().recording(RECORDING).with_timeout(Duration::from_millis(100));
    let download = call.with_idle_timeout(Duration::from_secs(5)).download().await.unwrap();
    assert_eq!(download.bytes_with_limit(10).await.unwrap(), "0123456789");

    let silent =
        Server::start(|_| vec![Step::Send(format!("{HEAD}01234")), Step::Wait(Duration::from_secs(60))])
            .await;
    let call =
        client_at(&silent.url).media().recording(RECORDING).with_idle_timeout(Duration::from_millis(50));
    let mut download = call.download().await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "01234");
    // The caller does not read here, so that this time does not count.
    tokio::time::sleep(Duration::from_millis(80)).await;
    let error = download.chunk().await.unwrap_err();
    assert!(error.is_timeout() && error.status().is_some(), "{error:?}");
    assert!(download.chunk().await.unwrap().is_none());

    let late = Server::start(|_| {
        vec![Step::Send(HEAD.into()), Step::Wait(Duration::from_millis(100)), Step::Send("0123456789".into())]
    })
    .await;
    let call = || client_at(&late.url).media().recording(RECORDING);
    assert!(call().with_idle_timeout(Duration::from_millis(20)).download().await.is_ok());
    assert!(call().with_idle_timeout(Duration::ZERO).download().await.unwrap_err().is_config());
    assert!(call().with_timeout(Duration::ZERO).download().await.unwrap_err().is_config());
}

#[tokio::test]
async fn silence_before_the_first_piece_is_bounded_by_the_calls_time_out() {
    for before in ["", HEAD] {
        let silent =
            Server::start(move |_| vec![Step::Send(before.to_owned()), Step::Wait(Duration::from_secs(60))])
                .await;
        let call =
            client_at(&silent.url).media().recording(RECORDING).with_timeout(Duration::from_millis(80));
        let error = call.download().await.unwrap_err();
        assert!(error.is_timeout(), "{before:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_and_never_a_shorter_file() {
    let short = Server::start(|_| {
        vec![
            Step::Send(format!("{HEAD}01234")),
            Step::Wait(Duration::from_millis(30)),
            Step::Send("56".into()),
        ]
    })
    .await;
    let mut download = client_at(&short.url).media().recording(RECORDING).download().await.unwrap();
    assert_eq!(download.content_length(), Some(10));
    let mut received = Vec::new();
    let error = loop {
        match download.chunk().await {
            Ok(chunk) => received.extend_from_slice(&chunk.expect("an error and not an end")),
            Err(error) => break error,
        }
    };
    assert_eq!(received, b"0123456");
    assert!(error.is_transport() && error.status().is_some(), "{error:?}");
    // Not tried again: a piece was given out.
    assert_eq!(short.requests().len(), 1);

    // A proxy that frames anew what came to it broken off: well-formed, and still not the whole file.
    let proxied = Server::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 10\r\nConnection: close\r\n\r\n";
        vec![Step::Send(format!("{head}5\r\n01234\r\n0\r\n\r\n"))]
    })
    .await;
    let call = client_at(&proxied.url).media().recording(RECORDING).with_retry(RetryConfig::disabled());
    let error = match call.download().await {
        Ok(download) => download.bytes_with_limit(100).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(error.is_transport(), "{error:?}");

    let mock = Emulator::builder().media_size(1 << 20).start().await.unwrap();
    for fault in [Fault::truncated_body(), Fault::reset_in_body(), Fault::truncated_body().chunked()] {
        mock.inject_fault(RequestMatcher::operation("FetchRecordingMedia"), fault).unwrap().times(1);
        let download =
            client(&mock).media().recording(RECORDING).with_retry(RetryConfig::disabled()).download().await;
        // A reset may overtake what was sent before it.
        let error = match download {
            Ok(download) => download.bytes_with_limit(1 << 20).await.unwrap_err(),
            Err(error) => error,
        };
        assert!(error.is_transport(), "{error:?}");
    }
}

#[tokio::test]
async fn a_download_is_tried_again_until_its_first_piece_is_there() {
    let mock = mock().await;
    let twilio = client(&mock);
    for fault in [Fault::status(503), Fault::status(429).header("Retry-After", "0"), Fault::reset()] {
        mock.clear_requests();
        mock.inject_sequence(RequestMatcher::operation("FetchRecordingMedia"), [Some(fault)]).unwrap();
        let download = twilio.media().recording(RECORDING).with_retry(quick()).download().await.unwrap();
        assert_eq!((download.attempts(), mock.requests().len()), (2, 2));
        assert!(download.bytes_with_limit(64 << 10).await.unwrap() == content(64 << 10));
        mock.clear_faults();
    }
    // Also if the host of the file fails: the redirects are followed again from the start.
    mock.clear_requests();
    mock.inject_sequence(RequestMatcher::operation("FetchFile"), [Some(Fault::status(500))]).unwrap();
    let download = twilio.media().message(MESSAGE, MEDIA).with_retry(quick()).download().await.unwrap();
    assert_eq!((download.attempts(), mock.requests().len()), (2, 4));

    mock.clear_requests();
    mock.inject_fault(RequestMatcher::operation("FetchRecordingMedia"), Fault::status(503)).unwrap();
    let error = twilio.media().recording(RECORDING).with_retry(quick()).download().await.unwrap_err();
    assert_eq!((error.attempts(), mock.requests().len()), (3, 3));
    let error =
        twilio.media().recording(RECORDING).with_retry(RetryConfig::disabled()).download().await.unwrap_err();
    assert_eq!((error.status().map(|s| s.as_u16()), mock.requests().len()), (Some(503), 4));
}

#[tokio::test]
async fn an_answer_that_breaks_before_its_first_piece_is_asked_for_again() {
    let empty =
        Server::start(|_| vec![Step::Send(HEAD.to_owned()), Step::Wait(Duration::from_millis(20))]).await;
    let error =
        client_at(&empty.url).media().recording(RECORDING).with_retry(quick()).download().await.unwrap_err();
    assert!(error.is_transport(), "{error:?}");
    assert_eq!((error.attempts(), empty.requests().len()), (3, 3));
}

#[tokio::test]
async fn a_download_holds_its_place_until_it_ends_or_is_dropped() {
    let mock = Emulator::builder().media_size(4 << 20).start().await.unwrap();
    let pool = PoolConfig::new().max_in_flight(1).acquire_timeout(Duration::from_millis(50));
    let config =
        ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret")).base_url(mock.base_url());
    let twilio = Client::new(config.pool(pool)).unwrap();
    let call = || twilio.media().recording(RECORDING);

    let held = call().download().await.unwrap();
    assert!(call().download().await.unwrap_err().is_local_limit());
    drop(held);
    // Two requests one after the other: the redirect must have given its place back.
    let held = twilio.media().message(MESSAGE, MEDIA).download().await.unwrap();
    assert!(call().download().await.unwrap_err().is_local_limit());
    drop(held);
    let mut read = call().download().await.unwrap();
    while read.chunk().await.unwrap().is_some() {}
    assert!(
        call().download().await.is_ok(),
        "the end gives the place back, though the download is still there"
    );
    let refused = twilio.media().recording("RE1").download().await.unwrap_err();
    assert!(refused.is_not_found());
    assert!(call().download().await.is_ok());
    let too_large = call().with_size_limit(1).download().await.unwrap_err();
    assert!(too_large.is_response_too_large());
    assert!(call().download().await.is_ok());
}
