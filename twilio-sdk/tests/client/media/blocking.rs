use std::io::Read as _;

use twilio_emulator::Emulator;
use twilio_sdk::media::{UploadContent, Visibility};

use crate::common::client;
use crate::media::{MEDIA, MESSAGE, RECORDING, RESOURCE, SERVERLESS, SERVICE, content};

/// A runtime for the emulator only; requests are sent outside of it.
fn server(size: u64) -> (tokio::runtime::Runtime, Emulator) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mock = runtime.block_on(async { Emulator::builder().media_size(size).start().await.unwrap() });
    (runtime, mock)
}

#[test]
fn downloads_are_readers_and_iterators() {
    let (_runtime, mock) = server(700_001);
    let media = client(&mock).media();
    let mut download = media.recording(RECORDING).download_blocking().unwrap();
    assert_eq!((download.content_length(), download.content_type()), (Some(700_001), Some("audio/x-wav")));
    let mut start = [0; 5];
    download.read_exact(&mut start).unwrap();
    let mut rest = Vec::new();
    download.read_to_end(&mut rest).unwrap();
    assert!([&start[..], &rest].concat() == content(700_001));

    let pieces: Result<Vec<_>, _> = media.message(MESSAGE, MEDIA).download_blocking().unwrap().collect();
    assert!(pieces.unwrap().concat() == content(700_001));

    let mut download = media.recording(RECORDING).download_blocking().unwrap();
    download.read_exact(&mut start).unwrap();
    assert!(download.bytes_with_limit(700_001 - 5).unwrap() == content(700_001)[5..]);
    let mut download = media.recording(RECORDING).download_blocking().unwrap();
    download.read_exact(&mut start).unwrap();
    assert!(download.bytes_with_limit(700_001 - 6).unwrap_err().is_response_too_large());
    assert!(media.recording("RE1").download_blocking().unwrap_err().is_not_found());
}

#[test]
fn a_reader_of_the_standard_library_is_uploaded() {
    let (_runtime, mock) = server(1);
    let media = client(&mock).media();
    let file = UploadContent::blocking_reader(std::io::Cursor::new(content(700_001)), 700_001)
        .content_type("image/png");
    let upload = media.upload_asset(SERVERLESS, RESOURCE, "/a.png", Visibility::Public, file);
    let answer = upload.send_with_response_blocking().unwrap();
    assert!(answer.status().as_u16() == 201 && answer.value().sid.is_some());
    let sid = media.upload_conversation(SERVICE, "Hi").send_blocking().unwrap().sid.unwrap();
    let known = media.fetch_conversation(SERVICE, sid).send_with_response_blocking().unwrap();
    assert_eq!(known.value().size, Some(2));
    let requests = mock.requests();
    assert!(requests[0].body == content(700_001) && requests[0].file.as_ref().unwrap().is_pattern);
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the tape is torn"))
        }
    }
    let error = media
        .upload_conversation(SERVICE, UploadContent::blocking_reader(Broken, 5))
        .send_blocking()
        .unwrap_err();
    assert!(error.is_upload() && error.to_string().contains("the tape is torn"), "{error}");
}

#[test]
fn review_42_blocking_downloads_refuse_such_urls_too() {
    let (_runtime, mock) = server(1);
    let error =
        client(&mock).media().url(format!("{}/x\n", mock.base_url())).download_blocking().unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("remove it"), "{error}");
    assert!(mock.requests().is_empty());
}
