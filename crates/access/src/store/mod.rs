//! Stores of users and keys.

pub(super) mod memory;
#[cfg(feature = "postgres")]
pub(super) mod postgres;
#[cfg(feature = "sqlite")]
pub(super) mod sqlite;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use time::OffsetDateTime;

use super::{AccessError, Change, KeyRecord, StoreSnapshot, UserRecord};

/// The future of a store's methods.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, AccessError>> + Send + 'a>>;

/// Decides on a change from a snapshot of the store: the changes to apply, or an error.
///
/// It may block, because it writes the audit log. If it returns an error, nothing is written.
pub type ChangeFn = Box<dyn FnOnce(&StoreSnapshot) -> Result<Vec<Change>, AccessError> + Send>;

/// Stores users and keys.
///
/// A store only stores; [`AccessControl`](super::AccessControl) decides for all stores alike. A store must make each
/// [`transact`](Self::transact) isolated and atomic: from reading the snapshot until its changes are durable, no other change is
/// made in any process, and either all of its changes are written or none.
pub trait AccessStore: Send + Sync + fmt::Debug {
    /// Finds a key by its ID, with its user, in one consistent read.
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>>;

    /// Reads everything in one consistent read.
    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot>;

    /// Reads a snapshot, calls the function, and writes its changes, isolated and atomically.
    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()>;

    /// Records when a key was used, unless its last recorded use is after `unless_after`. Succeeds if the key does not exist any
    /// more.
    ///
    /// If another process is changing the store, it waits at most briefly, and then returns [`AccessError::Locked`]: the user
    /// is accepted, and the next use is recorded.
    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used_at: OffsetDateTime,
        unless_after: OffsetDateTime,
    ) -> StoreFuture<'a, ()>;
}

impl<S: AccessStore + ?Sized> AccessStore for Arc<S> {
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        (**self).find_key(key)
    }

    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot> {
        (**self).snapshot()
    }

    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()> {
        (**self).transact(decide)
    }

    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used_at: OffsetDateTime,
        unless_after: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        (**self).record_key_use(key, used_at, unless_after)
    }
}

/// Runs blocking work on a thread for it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(AccessError::Store("an operation of the store panicked".to_owned())))
}

/// Converts a time to milliseconds since 1970, as databases store it.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn to_number(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn to_time(number: i64) -> Result<OffsetDateTime, AccessError> {
    let nanos = i128::from(number).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .map_err(|_| AccessError::Store("the store contains an invalid time".to_owned()))
}

/// Converts the hash of a key from a database.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn to_hash(bytes: &[u8]) -> Result<super::KeyHash, AccessError> {
    let bytes = bytes.try_into();
    bytes
        .map(super::KeyHash::from_bytes)
        .map_err(|_| AccessError::Store("the store contains an invalid hash".to_owned()))
}
