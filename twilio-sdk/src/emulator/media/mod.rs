//! The endpoints for files, which no specification describes, and the host where the files are.
//!
//! The files of recordings and messages are a pattern of any size; those of Conversations are what was uploaded.

mod pattern;
mod place;
mod read;
mod respond;

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;

use super::server::lock;
pub use pattern::media_bytes;
pub(super) use place::{OPERATIONS, PRODUCT, Place, claim};
pub use read::RecordedFile;
pub(super) use read::read;
pub(super) use respond::respond;

/// What the mock's files are like.
pub(super) struct Settings {
    pub(super) size: u64,
    pub(super) content_type: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { size: 64 << 10, content_type: None }
    }
}

/// The files of one mock.
pub(super) struct Files {
    settings: Settings,
    /// Where they are: another port than the API's, because Twilio keeps files on other hosts.
    host: String,
    uploads: Mutex<Uploads>,
    most: usize,
    most_bytes: usize,
}

/// The files that were uploaded last, and the bytes of their contents.
#[derive(Default)]
struct Uploads {
    list: VecDeque<Stored>,
    bytes: usize,
}

/// A file that was uploaded.
#[derive(Clone)]
struct Stored {
    sid: String,
    service: String,
    file: RecordedFile,
    /// `None` where it was too large to keep.
    content: Option<Bytes>,
}

impl Stored {
    fn bytes(&self) -> usize {
        self.content.as_ref().map_or(0, Bytes::len)
    }
}

impl Files {
    pub(super) fn new(settings: Settings, host: String, most: usize, most_bytes: usize) -> Self {
        Self { settings, host, uploads: Mutex::default(), most, most_bytes }
    }

    fn store(&self, stored: Stored) {
        let mut uploads = lock(&self.uploads);
        uploads.bytes += stored.bytes();
        uploads.list.push_back(stored);
        while uploads.list.len() > 1 && (uploads.list.len() > self.most || uploads.bytes > self.most_bytes) {
            let oldest = uploads.list.pop_front();
            uploads.bytes -= oldest.map_or(0, |oldest| oldest.bytes());
        }
    }

    fn find(&self, sid: &str) -> Option<Stored> {
        lock(&self.uploads).list.iter().find(|stored| stored.sid == sid).cloned()
    }
}
