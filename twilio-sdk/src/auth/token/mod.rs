//! Token requests for the credentials of a client.

mod twilio;

use std::sync::Arc;

use twilio_sdk_http::internal::token::{FetchFuture, LastToken};

use crate::runtime::Handle;

/// Requests tokens.
pub(crate) trait Fetch: Send + Sync {
    /// Requests a token. The future owns all that it needs, because it outlives the request that started it.
    fn fetch(self: Arc<Self>, handle: &Handle, last: LastToken) -> FetchFuture;
}

#[cfg(feature = "oauth")]
impl Fetch for crate::oauth::TokenSource {
    fn fetch(self: Arc<Self>, _: &Handle, last: LastToken) -> FetchFuture {
        (*self).fetch(last)
    }
}
