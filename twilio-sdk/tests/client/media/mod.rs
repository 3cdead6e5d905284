//! Downloads and uploads of files, over real sockets.

mod again;
#[cfg(feature = "blocking")]
mod blocking;
mod download;
#[cfg(target_os = "linux")]
mod memory;
mod redirect;
mod server;
mod trouble;
mod upload;

use bytes::Bytes;
use twilio_emulator::media_bytes;

const RECORDING: &str = "RE00000000000000000000000000000003";
const MESSAGE: &str = "MM00000000000000000000000000000004";
const MEDIA: &str = "ME00000000000000000000000000000005";
const SERVICE: &str = "IS00000000000000000000000000000006";
const SERVERLESS: &str = "ZS00000000000000000000000000000007";
const RESOURCE: &str = "ZH00000000000000000000000000000008";

/// Returns that many bytes of the content of the emulator's files.
fn content(size: usize) -> Bytes {
    let mut all = Vec::with_capacity(size);
    while all.len() < size {
        all.extend_from_slice(media_bytes(all.len() as u64, size - all.len()));
    }
    all.into()
}
