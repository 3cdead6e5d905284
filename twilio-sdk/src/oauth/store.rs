use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use super::Tokens;

/// Where tokens outlive the process, or do not.
///
/// Keys are the program's own, such as the name of a user. What is saved must be there for the next `load`: a
/// server that rotates refresh tokens takes each one only once.
pub trait TokenStore: Send + Sync {
    /// The tokens of a key, if there are any.
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Tokens>>;

    /// Keeps the tokens of a key, in place of those before.
    fn save<'a>(&'a self, key: &'a str, tokens: &'a Tokens) -> StoreFuture<'a, ()>;

    /// Forgets the tokens of a key.
    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()>;
}

/// What a store does, on its way.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why a store failed. Its text must hold no secret, because it becomes part of the SDK's errors.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps tokens in memory, wiped when they are replaced or the store is dropped.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<String, Tokens>>);

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, f: impl FnOnce(&mut HashMap<String, Tokens>) -> T) -> Result<T, StoreError> {
        Ok(f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl TokenStore for MemoryStore {
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
