//! The files of an emulator.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;

use crate::lock::lock;
use crate::record::RecordedFile;

/// Size and type of the emulator's files.
pub(crate) struct MediaSettings {
    pub(crate) size: u64,
    pub(crate) content_type: Option<String>,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self { size: 64 << 10, content_type: None }
    }
}

/// The files of one emulator.
pub(crate) struct Files {
    pub(super) settings: MediaSettings,
    /// The URL of the files: on another port than the API, because Twilio keeps files on other hosts.
    pub(super) host: String,
    uploads: Mutex<Uploads>,
    max: usize,
    max_bytes: usize,
}

/// The last uploaded files, and the size of their contents.
#[derive(Default)]
struct Uploads {
    list: VecDeque<Stored>,
    bytes: usize,
}

/// An uploaded file.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) sid: String,
    pub(super) service: String,
    pub(super) file: RecordedFile,
    /// `None` if it was too large to keep.
    pub(super) content: Option<Bytes>,
}

impl Stored {
    fn bytes(&self) -> usize {
        self.content.as_ref().map_or(0, Bytes::len)
    }
}

impl Files {
    pub(crate) fn new(settings: MediaSettings, host: String, max: usize, max_bytes: usize) -> Self {
        Self { settings, host, uploads: Mutex::default(), max, max_bytes }
    }

    /// Keeps a file and deletes the oldest ones beyond the bounds.
    pub(super) fn store(&self, stored: Stored) {
        let mut uploads = lock(&self.uploads);
        uploads.bytes += stored.bytes();
        uploads.list.push_back(stored);
        while uploads.list.len() > 1 && (uploads.list.len() > self.max || uploads.bytes > self.max_bytes) {
            let oldest = uploads.list.pop_front();
            uploads.bytes -= oldest.map_or(0, |oldest| oldest.bytes());
        }
    }

    /// Returns the uploaded file with that SID.
    pub(super) fn find(&self, sid: &str) -> Option<Stored> {
        lock(&self.uploads).list.iter().find(|stored| stored.sid == sid).cloned()
    }
}
