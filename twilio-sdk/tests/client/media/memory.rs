//! Files of 256 MiB in a separate process, whose memory is measured from outside.

use std::io;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use twilio_emulator::{Emulator, media_bytes};
use twilio_sdk::Client;
use twilio_sdk::media::{UploadContent, Visibility};

use crate::common::client_at;
use crate::media::{RECORDING, RESOURCE, SERVERLESS, SERVICE};

const SIZE: u64 = 256 << 20;
/// The variable with the emulator's URL, for the child process that does the work.
const URL: &str = "TWILIO_SDK_TEST_MEDIA_URL";

/// Reads the content of the emulator's files.
struct Pattern {
    at: u64,
    size: u64,
}

impl AsyncRead for Pattern {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let most = usize::try_from(self.size - self.at).unwrap().min(into.remaining());
        let bytes = media_bytes(self.at, most);
        into.put_slice(bytes);
        self.at += bytes.len() as u64;
        Poll::Ready(Ok(()))
    }
}

/// A field of `/proc/self/status` in KiB.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// By how many KiB the memory grows at most while something is done.
async fn growth(work: impl Future<Output = ()>) -> u64 {
    // Sets the peak back to what is in use now (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS:");
    work.await;
    status("VmHWM:").saturating_sub(before)
}

async fn down(twilio: &Client, size: u64) {
    let mut download = twilio.media().recording(RECORDING).download().await.unwrap();
    let mut at = 0;
    while let Some(chunk) = download.chunk().await.unwrap() {
        let mut rest = &chunk[..];
        while !rest.is_empty() {
            let expected = media_bytes(at, rest.len());
            assert!(rest.starts_with(expected), "at {at}");
            at += expected.len() as u64;
            rest = &rest[expected.len()..];
        }
    }
    assert_eq!(at, size);
}

async fn up(twilio: &Client, size: u64) {
    let content = || UploadContent::reader(Pattern { at: 0, size }, size);
    let media = twilio.media();
    media.upload_asset(SERVERLESS, RESOURCE, "/large", Visibility::Private, content()).send().await.unwrap();
    assert_eq!(media.upload_conversation(SERVICE, content()).send().await.unwrap().size, Some(size as i64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_flat_whatever_the_size() {
    if let Ok(url) = std::env::var(URL) {
        let twilio = client_at(&url);
        up(&twilio, 1 << 20).await;
        let downloaded = growth(down(&twilio, SIZE)).await;
        let uploaded = growth(up(&twilio, SIZE)).await;
        println!("growth in KiB: {downloaded} {uploaded}");
        return;
    }
    let mock = Emulator::builder().media_size(SIZE).max_body_bytes(1 << 20).start().await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "media::memory::memory_stays_flat_whatever_the_size", "--nocapture"]);
    child.env(URL, mock.base_url());
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let numbers = text.split_once("growth in KiB: ").map(|(_, rest)| rest.lines().next().unwrap_or_default());
    let numbers: Vec<u64> = numbers.unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    println!("growth in KiB for {} MiB, down and twice up: {numbers:?}", SIZE >> 20);
    assert!(numbers.len() == 2 && numbers.iter().all(|growth| *growth < 32 << 10), "{numbers:?}");
    let files: Vec<_> = mock.requests().into_iter().filter_map(|request| request.file).collect();
    assert_eq!(files.iter().filter(|file| file.size == SIZE && file.is_pattern).count(), 2);
}
