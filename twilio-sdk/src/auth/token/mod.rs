//! Tokens that are fetched, kept, and renewed before they expire.

mod answer;
mod cell;
mod life;
mod record;
mod twilio;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;
use tokio::time::Instant;

use crate::error::TokenResult;
use crate::runtime::Handle;
use crate::types::SecretString;

pub(crate) use answer::{printable, problem, redact, seconds};
pub(crate) use cell::TokenCell;
pub(crate) use life::Life;
#[cfg(feature = "oauth")]
pub(crate) use record::{recorded_as, unrecorded};

/// A token as requests carry it.
pub(crate) struct Token {
    /// The value of `Authorization`, marked as sensitive.
    pub(crate) header: HeaderValue,
    /// Tells tokens of one cell apart.
    serial: u64,
    refresh_at: Instant,
    expires_at: Instant,
}

/// A token that has just been handed out.
pub(crate) struct Fresh {
    pub(crate) token: SecretString,
    pub(crate) life: Life,
}

/// The way to tokens.
pub(crate) trait Fetch: Send + Sync {
    /// Asks for a token. The future owns all that it needs, because it outlives the call that began it.
    fn fetch(self: Arc<Self>, handle: &Handle, last: Last) -> Fetching;
}

/// The token before, in whose place another one is asked for.
pub(crate) type Last = Option<Arc<Token>>;

/// A token on its way.
pub(crate) type Fetching = Pin<Box<dyn Future<Output = TokenResult<Fresh>> + Send>>;
