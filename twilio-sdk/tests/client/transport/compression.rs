//! Compressed responses.

use twilio_sdk::{ResponseLimits, RetryConfig};

use crate::server::{Answer, Server};
use crate::transport::{build, config};

/// `{"currency":"compressed"}` (RFC 1952).
const SMALL: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 46, 45, 42, 74, 205, 75, 174, 84, 178, 82, 74, 206, 207,
    45, 40, 74, 45, 46, 78, 77, 81, 170, 5, 0, 101, 161, 247, 25, 25, 0, 0, 0,
];

/// One block of so many zero bytes, in the fixed code of RFC 1951, section 3.2.6: a literal, then repetitions of
/// 258 bytes at distance 1. Thirteen bits make 258 bytes.
fn bomb(repetitions: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0_u32, 0);
    let mut put = |code: u32, length: u32| {
        // Huffman codes are packed from their highest bit.
        for place in (0..length).rev() {
            bits |= (code >> place & 1) << count;
            count += 1;
            if count == 8 {
                out.push(bits as u8);
                (bits, count) = (0, 0);
            }
        }
    };
    put(0b1, 1);
    put(0b10, 2);
    put(0b0011_0000, 8);
    for _ in 0..repetitions {
        put(0b1100_0101, 8);
        put(0, 5);
    }
    put(0, 7);
    put(0, 8);
    // Checksum and length are wrong, but no reader should get that far.
    out.extend([0; 8]);
    out
}

const GZIP: (&str, &str) = ("Content-Encoding", "gzip");

#[tokio::test]
async fn gzip_is_asked_for_and_undone_unless_switched_off() {
    let server = Server::start([Answer::status(200, &[GZIP], SMALL), Answer::ok()]).await;
    let answer = build(config(&server.url())).api_v2010().fetch_balance().send_with_response().await.unwrap();
    assert_eq!(answer.value().currency.as_deref(), Some("compressed"));
    assert_eq!(answer.raw_body(), br#"{"currency":"compressed"}"#);
    build(config(&server.url()).gzip(false)).api_v2010().fetch_balance().send().await.unwrap();
    let asked: Vec<_> =
        server.requests().iter().map(|r| r.header("accept-encoding").map(str::to_owned)).collect();
    assert_eq!(asked, [Some("gzip".to_owned()), None]);
}

#[tokio::test]
async fn a_compressed_body_is_measured_by_what_it_becomes() {
    let bomb = bomb(250_000);
    assert!(bomb.len() < 512 << 10);
    let server = Server::start([Answer::status(200, &[GZIP], bomb)]).await;
    let twilio = build(config(&server.url()).response_limits(ResponseLimits::new().max_body_bytes(1 << 20)));
    let error = twilio.api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_response_too_large() && error.to_string().contains("1048576 bytes"), "{error:?}");
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
}

/// The most memory that this process has used, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// Runs in a separate process, where no other test uses memory.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_does_not_grow_with_what_a_body_would_become() {
    const CHILD: &str = "TWILIO_SDK_TEST_BOMB";
    if let Ok(url) = std::env::var(CHILD) {
        let limits = ResponseLimits::new().max_body_bytes(1 << 20);
        let twilio = build(config(&url).response_limits(limits).retry(RetryConfig::disabled()));
        let before = peak();
        let error = twilio.api_v2010().fetch_balance().send().await.unwrap_err();
        assert!(error.is_response_too_large(), "{error:?}");
        assert!(peak() - before < 64 << 20, "{} bytes more", peak() - before);
        return;
    }
    // A quarter of a gigabyte in 1.7 MB.
    let server = Server::start([Answer::status(200, &[GZIP], bomb(1_040_000))]).await;
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "transport::compression::memory_does_not_grow_with_what_a_body_would_become"])
        .env(CHILD, server.url())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_compressed_body_that_breaks_off_is_no_answer() {
    let broken = &SMALL[..SMALL.len() - 12];
    let server = Server::start([Answer::status(200, &[GZIP], broken), Answer::ok()]).await;
    let twilio = build(config(&server.url()));
    let error = twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
    assert!(error.is_transport() && error.may_have_executed(), "{error:?}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(server.requests().len(), 1);
}
