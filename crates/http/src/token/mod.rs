//! Tokens that are fetched, kept, and renewed before they expire.

mod cell;
mod lifetime;
mod response;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;
use tokio::time::Instant;
use twilio_sdk_types::SecretString;

use crate::oauth_error::TokenResult;

pub use cell::TokenCell;
pub use lifetime::Lifetime;
pub use response::{error_response, fresh, printable, redact, seconds};

/// A token in the form in which requests carry it.
#[derive(Debug)]
pub struct Token {
    /// The value of `Authorization`, marked as sensitive.
    pub header: HeaderValue,
    /// Distinguishes the tokens of one cell.
    serial: u64,
    refresh_at: Instant,
    expires_at: Instant,
}

/// A token that was just issued.
#[derive(Debug)]
pub struct Fresh {
    /// The access token.
    pub token: SecretString,
    /// Its lifetime, counted from the request for it.
    pub lifetime: Lifetime,
}

/// The previous token, which the next one replaces.
pub type LastToken = Option<Arc<Token>>;

/// A request for a token. It owns all that it needs, because it outlives the request that started it.
pub type FetchFuture = Pin<Box<dyn Future<Output = TokenResult<Fresh>> + Send>>;
