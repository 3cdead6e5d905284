use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Tokens;

/// Persists OAuth tokens.
///
/// You choose the keys, for example usernames. Saved tokens must be returned by the next `load`: a server that rotates
/// refresh tokens accepts each of them once only.
pub trait TokenStore: Send + Sync {
    /// Returns the tokens of a key; `None` if there are none.
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Tokens>>;

    /// Saves the tokens of a key, replacing earlier ones.
    fn save<'a>(&'a self, key: &'a str, tokens: &'a Tokens) -> StoreFuture<'a, ()>;

    /// Deletes the tokens of a key.
    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Tokens>> {
        (**self).load(key)
    }

    fn save<'a>(&'a self, key: &'a str, tokens: &'a Tokens) -> StoreFuture<'a, ()> {
        (**self).save(key, tokens)
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        (**self).remove(key)
    }
}

/// Future of a [`TokenStore`] operation.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Error of a [`TokenStore`]. Its message becomes part of the caller's errors, so it must not contain a secret.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps tokens in memory. They are zeroized when they are replaced, and when the store is dropped.
///
/// ```
/// # async fn example() -> Result<(), twilio_sdk_config::StoreError> {
/// use std::time::Duration;
/// use twilio_sdk_config::{MemoryTokenStore, TokenStore, Tokens};
///
/// let store = MemoryTokenStore::new();
/// store.save("alice", &Tokens::new("an access token", None, Duration::from_secs(3600))).await?;
/// assert!(store.load("alice").await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct MemoryTokenStore(Mutex<HashMap<String, Tokens>>);

impl MemoryTokenStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, f: impl FnOnce(&mut HashMap<String, Tokens>) -> T) -> Result<T, StoreError> {
        Ok(f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryTokenStore")
    }
}

impl TokenStore for MemoryTokenStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Tokens>> {
        Box::pin(async move { self.with(|map| map.get(key).cloned()) })
    }

    fn save<'a>(&'a self, key: &'a str, tokens: &'a Tokens) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.with(|map| drop(map.insert(key.to_owned(), tokens.clone()))) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.with(|map| drop(map.remove(key))) })
    }
}
