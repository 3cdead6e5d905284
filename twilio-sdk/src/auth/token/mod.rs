//! Requests for tokens that the client sends itself.

mod record;
mod twilio;

use std::sync::Arc;

use twilio_sdk_http::internal::token::{FetchFuture, LastToken};

use crate::runtime::Handle;

#[cfg(feature = "oauth")]
pub(crate) use record::{recorded_as, unrecorded};

/// Requests a token.
pub(crate) trait Fetch: Send + Sync {
    /// Requests a token. The future owns all that it needs, because it outlives the request that started it.
    fn fetch(self: Arc<Self>, handle: &Handle, last: LastToken) -> FetchFuture;
}
