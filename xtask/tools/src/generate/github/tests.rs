#![allow(clippy::unwrap_used)]

use std::net::TcpListener;

use super::super::loopback::{answer, archive, serve, sized};
use super::*;

fn good() -> Vec<u8> {
    archive([
        ("twilio-oai-0123abc/README.md", "x"),
        ("twilio-oai-0123abc/spec/json/twilio_api_v2010.json", "{\"a\": 1}"),
        ("twilio-oai-0123abc/spec/json/twilio_verify_v2.json", "{}"),
        ("twilio-oai-0123abc/spec/yaml/twilio_verify_v2.json", "elsewhere"),
        ("twilio-oai-0123abc/spec/json/deeper/twilio_x.json", "elsewhere"),
    ])
}

/// The error of a fetch that gets this answer, with its causes.
fn failure(answer: Vec<u8>) -> String {
    let (base, server) = serve(answer);
    let error = fetch(&base, REPOSITORY, "main").unwrap_err();
    server.join().unwrap();
    format!("{error:#}")
}

#[test]
fn the_spec_files_of_an_archive_are_taken() {
    let chunked = {
        let body = good();
        let (one, two) = body.split_at(body.len() / 2);
        let mut chunks = Vec::new();
        for part in [one, two, &[]] {
            chunks.extend(format!("{:x}\r\n", part.len()).into_bytes());
            chunks.extend(part);
            chunks.extend(b"\r\n");
        }
        answer("200 OK", "transfer-encoding: chunked\r\n", &chunks)
    };
    for answer in [sized(&good()), chunked] {
        let (base, server) = serve(answer);
        let files = fetch(&format!("{base}/"), REPOSITORY, "2.6.0").unwrap();
        assert_eq!(server.join().unwrap().trim_end(), "GET /twilio/twilio-oai/tar.gz/2.6.0 HTTP/1.1");
        assert_eq!(files.keys().collect::<Vec<_>>(), ["twilio_api_v2010.json", "twilio_verify_v2.json"]);
        assert_eq!(files["twilio_api_v2010.json"], b"{\"a\": 1}");
    }
}

#[test]
fn a_download_that_breaks_off_is_an_error() {
    let body = good();
    let cut = &body[..body.len() / 2];
    let with_size = answer("200 OK", &format!("content-length: {}\r\n", body.len()), cut);
    assert!(failure(with_size).contains("broke off"));
    let until_close = answer("200 OK", "", cut);
    assert!(failure(until_close).contains("cut short"));
    let chunked = answer("200 OK", "transfer-encoding: chunked\r\n", b"ff\r\nabc");
    assert!(failure(chunked).contains("broke off"));
    assert!(failure(Vec::new()).contains("cannot fetch http://127.0.0.1"));
}

#[test]
fn statuses_other_than_200_are_errors_that_say_what_to_do() {
    let missing = failure(answer("404 Not Found", "content-length: 0\r\n", b""));
    assert!(missing.contains("404") && missing.contains("/twilio/twilio-oai/tar.gz/main"), "{missing}");
    let broken = failure(answer("502 Bad Gateway", "content-length: 2\r\n", b"no"));
    assert!(broken.contains("502") && broken.contains("--source npm"), "{broken}");
}

#[test]
fn a_damaged_or_foreign_archive_is_an_error() {
    let mut flipped = good();
    let middle = flipped.len() / 2;
    for byte in &mut flipped[middle..middle + 20] {
        *byte ^= 0x55;
    }
    assert!(failure(sized(&flipped)).contains("archive http://127.0.0.1"));
    assert!(failure(sized(b"this is not gzip")).contains("archive"));
    let foreign = failure(sized(&archive([("twilio-oai-1/spec/yaml/twilio_a.json", "{}")])));
    assert!(foreign.contains("no */spec/json/twilio_*.json"), "{foreign}");
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert!(format!("{:#}", fetch(&base, REPOSITORY, "main").unwrap_err()).contains("cannot fetch"));
}
