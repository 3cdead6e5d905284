//! Where users and keys are kept.

pub(super) mod memory;
#[cfg(feature = "access-postgres")]
pub(super) mod postgres;
pub(super) mod sqlite;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use time::OffsetDateTime;

use super::{AccessError, Change, KeyRecord, StoreSnapshot, UserRecord};

/// The future of a store's answer.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, AccessError>> + Send + 'a>>;

/// What decides on a change, by everything that is kept: the writes to make, or why there are none.
///
/// It may block, for it writes the audit log. Where it returns an error, nothing is written.
pub type ChangeFn = Box<dyn FnOnce(&StoreSnapshot) -> Result<Vec<Change>, AccessError> + Send>;

/// Where users and keys are kept.
///
/// A store keeps and hands out; what may be done is decided by [`AccessControl`](super::AccessControl), and for every
/// store alike. Its own duty is that a [`transact`](Self::transact) is alone and whole: from the moment at which
/// the records are read for it until its writes are there for good, no other change is made, neither in this process nor
/// in another, and either all of its writes are made or none.
pub trait AccessStore: Send + Sync + fmt::Debug {
    /// A key by its id, with its user, both of one moment.
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>>;

    /// Everything, of one moment.
    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot>;

    /// Reads everything, asks what to write, and writes that, alone and whole.
    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()>;

    /// Notes that a key was used at a moment, unless it is known to have been used after `unless_after`. A key that is
    /// not there any more is no error.
    ///
    /// While others change the store it waits for a moment at most, and then returns [`AccessError::Locked`]: the user is
    /// accepted without the note, and the key's next use is noted.
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

/// Runs what blocks on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| {
        Err(AccessError::Store("the work on the store did not end as it should".to_owned()))
    })
}

/// Moments as databases keep them: milliseconds since 1970.
pub(super) fn to_number(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

pub(super) fn to_moment(number: i64) -> Result<OffsetDateTime, AccessError> {
    let nanos = i128::from(number).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .map_err(|_| AccessError::Store("the store holds a time that there is not".to_owned()))
}

/// The hash of a key from what a database has kept.
pub(super) fn to_hash(bytes: &[u8]) -> Result<super::KeyHash, AccessError> {
    let bytes = bytes.try_into();
    bytes
        .map(super::KeyHash::from_bytes)
        .map_err(|_| AccessError::Store("the store holds a hash of another length".to_owned()))
}
