use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use twilio_emulator::{Emulator, Fault, RequestMatcher};
use twilio_sdk::media::RecordingFormat;

use crate::common::{ACCOUNT, client, mock};
use crate::media::server::{Server, ok};
use crate::media::{MEDIA, MESSAGE, RECORDING, content};

#[tokio::test]
async fn a_recording_comes_byte_for_byte_in_the_format_that_is_asked_for() {
    let mock = Emulator::builder().media_size(1_000_003).start().await.unwrap();
    let twilio = client(&mock);
    let mut download = twilio.media().recording(RECORDING).download().await.unwrap();
    assert_eq!((download.status().as_u16(), download.attempts()), (200, 1));
    assert_eq!((download.content_type(), download.content_length()), (Some("audio/x-wav"), Some(1_000_003)));
    assert_eq!(download.request_id(), Some(mock.requests()[0].request_id.as_str()));
    let (mut all, mut pieces) = (Vec::new(), 0);
    while let Some(chunk) = download.chunk().await.unwrap() {
        all.extend_from_slice(&chunk);
        pieces += 1;
    }
    assert!(download.chunk().await.unwrap().is_none());
    assert!(all == content(1_000_003) && pieces > 1, "{} bytes in {pieces} pieces", all.len());

    let recording = twilio.media().recording(RECORDING).format(RecordingFormat::Mp3).channels(2);
    let download = recording.with_account_sid("AC00000000000000000000000000000009").download().await.unwrap();
    assert_eq!(download.content_type(), Some("audio/mpeg"));
    let mut written = Vec::new();
    assert_eq!(download.copy_to(&mut written).await.unwrap(), 1_000_003);
    assert!(written == content(1_000_003));

    let requests = mock.requests();
    let path = |account: &str, file: &str| format!("/2010-04-01/Accounts/{account}/Recordings/{file}");
    assert_eq!(requests[0].path, path(ACCOUNT, &format!("{RECORDING}.wav")));
    assert_eq!(requests[1].path, path("AC00000000000000000000000000000009", &format!("{RECORDING}.mp3")));
    assert_eq!((requests[0].query.len(), requests[1].query_value("RequestedChannels")), (0, Some("2")));
    assert!(requests.iter().all(|request| request.authorization().is_some()));
    assert_eq!(requests[0].header("accept-encoding"), Some("identity"));
    assert_eq!(requests[0].header("x-forwarded-host"), Some("api.twilio.com"));
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let mock = Emulator::builder().media_size(0).start().await.unwrap();
    let mut download = client(&mock).media().recording(RECORDING).download().await.unwrap();
    assert_eq!(download.content_length(), Some(0));
    assert!(download.chunk().await.unwrap().is_none());
}

#[tokio::test]
async fn the_media_of_a_message_comes_from_its_own_host_which_sees_no_credentials() {
    let mock = mock().await;
    let download = client(&mock).media().message(MESSAGE, MEDIA).download().await.unwrap();
    assert_eq!(download.content_type(), Some("image/jpeg"));
    assert!(download.bytes_with_limit(64 << 10).await.unwrap() == content(64 << 10));
    let requests = mock.requests();
    let statuses: Vec<u16> = requests.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [307, 200]);
    assert_eq!(requests[0].operation_id, Some("FetchMessageMedia"));
    assert_eq!(requests[1].operation_id, Some("FetchFile"));
    assert_ne!(requests[0].header("host"), requests[1].header("host"));
    assert!(requests[0].authorization().is_some() && requests[1].authorization().is_none());
    assert!(requests[1].header("x-forwarded-host").is_none() && requests[1].header("cookie").is_none());
}

#[tokio::test]
async fn the_hosts_of_files_refuse_credentials_in_the_mock_as_they_do_in_life() {
    let mock = mock().await;
    let twilio = client(&mock);
    let _ = twilio.media().message(MESSAGE, MEDIA).download().await.unwrap();
    // The path of the file on the API's port, where credentials are sent.
    let url = format!("{}/files/message/{MEDIA}", mock.base_url());
    let error = twilio.media().url(url).download().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    assert!(error.is_api() && error.body().unwrap().starts_with(b"<?xml"));
}

#[tokio::test]
async fn urls_of_webhooks_get_credentials_where_they_are_twilios_and_nowhere_else() {
    let (mock, other) = (mock().await, Server::start(|_| ok("hello")).await);
    let twilio = client(&mock);
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.wav");
    for origin in [&mock.base_url(), "https://api.twilio.com"] {
        let download = twilio.media().url(format!("{origin}{path}")).download().await.unwrap();
        assert!(download.bytes_with_limit(1 << 20).await.unwrap() == content(64 << 10));
    }
    let requests = mock.requests();
    assert!(requests.iter().all(|request| request.path == path && request.authorization().is_some()));
    assert_eq!(requests[1].header("x-forwarded-host"), Some("api.twilio.com"));

    let elsewhere = twilio.media().url(format!("{}{path}", other.url)).download().await.unwrap();
    assert_eq!(elsewhere.bytes_with_limit(5).await.unwrap(), "hello");
    let head = other.requests()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /2010-04-01/") && !head.contains("authorization"), "{head}");
    assert!(!head.contains("x-forwarded-host") && !head.contains("x-twilio-sdk"), "{head}");

    let sent = (mock.requests().len(), other.requests().len());
    for bad in [
        "http://example.com/x",
        "ftp://api.twilio.com/x",
        "api.twilio.com/x",
        "",
        "https://u:p@api.twilio.com/x",
    ] {
        let error = twilio.media().url(bad).download().await.unwrap_err();
        assert!(error.is_invalid_request() && !error.to_string().contains("u:p"), "{error}");
    }
    assert_eq!((mock.requests().len(), other.requests().len()), sent);
}

#[tokio::test]
async fn what_twilio_refuses_is_twilios_error() {
    let mock = mock().await;
    let twilio = client(&mock);
    let error = twilio.media().recording("RE1").download().await.unwrap_err();
    assert!(error.is_not_found() && error.is_api(), "{error}");
    assert_eq!((error.code(), error.operation_id()), (Some(20404), Some("FetchRecordingMedia")));
    assert_eq!(error.request_id(), Some(mock.requests()[0].request_id.as_str()));
    assert_eq!(error.attempts(), 1);
    let error = twilio.media().recording(RECORDING).channels(3).download().await.unwrap_err();
    assert_eq!(error.code(), Some(20001));
}

#[tokio::test]
async fn a_size_limit_holds_whether_the_length_is_announced_or_not() {
    let mock = Emulator::builder().media_size(200_000).start().await.unwrap();
    let twilio = client(&mock);
    let call = || twilio.media().recording(RECORDING);
    assert!(call().with_size_limit(199_999).download().await.unwrap_err().is_response_too_large());
    let download = call().with_size_limit(200_000).download().await.unwrap();
    assert!(download.bytes_with_limit(199_999).await.unwrap_err().is_response_too_large());

    mock.inject_fault(
        RequestMatcher::operation("FetchRecordingMedia"),
        Fault::delay(std::time::Duration::ZERO).chunked(),
    )
    .unwrap();
    let mut download = call().with_size_limit(150_000).download().await.unwrap();
    assert_eq!(download.content_length(), None);
    let mut received = 0;
    let error = loop {
        match download.chunk().await {
            Ok(chunk) => received += chunk.expect("the end comes after the limit").len(),
            Err(error) => break error,
        }
    };
    assert!(error.is_response_too_large() && received <= 150_000, "{error} after {received}");
    assert!(download.chunk().await.unwrap().is_none());
    assert!(
        call().download().await.unwrap().bytes_with_limit(199_999).await.unwrap_err().is_response_too_large()
    );
    assert!(call().download().await.unwrap().bytes_with_limit(200_000).await.unwrap() == content(200_000));
}

#[tokio::test]
async fn a_download_is_a_stream() {
    use futures_core::Stream as _;

    let mock = Emulator::builder().media_size(300_000).media_type("audio/ogg").start().await.unwrap();
    let mut download = client(&mock).media().recording(RECORDING).download().await.unwrap();
    assert_eq!(download.content_type(), Some("audio/ogg"));
    let mut all = Vec::new();
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut download).poll_next(context)).await {
        all.extend_from_slice(&chunk.unwrap());
    }
    assert!(all == content(300_000));
}

/// A disk that is full after some bytes.
struct Full(usize);

impl tokio::io::AsyncWrite for Full {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let size = bytes.len().min(self.0);
        self.0 -= size;
        Poll::Ready(if size == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(size) })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_disk_that_is_full_is_told_from_a_connection_that_breaks() {
    let mock = mock().await;
    let download = client(&mock).media().recording(RECORDING).download().await.unwrap();
    let error = download.copy_to(&mut Full(1000)).await.unwrap_err();
    assert!(error.is_upload() && !error.is_transport(), "{error}");
    let source = std::error::Error::source(&error).unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
}

#[tokio::test]
async fn review_42_a_url_with_characters_that_a_parser_would_drop_is_an_error() {
    let mock = mock().await;
    let twilio = client(&mock);
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.wav", mock.base_url());
    for bad in ["\n", "\r\n", "\t", " ", "\0", "\u{200b}", "\\"] {
        let (head, tail) = url.split_at(url.len() - 10);
        for url in [format!("{url}{bad}"), format!("{bad}{url}"), format!("{head}{bad}{tail}")] {
            let error = twilio.media().url(&url).download().await.unwrap_err();
            assert!(
                error.is_invalid_request() && error.to_string().contains("remove it"),
                "{url:?}: {error}"
            );
        }
    }
    assert!(mock.requests().is_empty());
    assert_eq!(twilio.media().url(&url).download().await.unwrap().attempts(), 1);
}
