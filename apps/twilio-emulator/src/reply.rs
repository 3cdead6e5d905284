//! A response before it is sent.

use serde_json::Value;

/// Status, headers and body of a response.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    /// The number of bytes of [`media_bytes`](super::media_bytes) that are sent instead of `body`.
    pub(super) pattern: Option<u64>,
}

impl Reply {
    /// Creates a JSON response.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: Some(body.to_string().into_bytes()), pattern: None }
    }
}
