use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use time::OffsetDateTime;

use super::{AccessStore, ChangeFn, StoreFuture, blocking};
use crate::access::{AccessError, KeyRecord, StoreSnapshot, UserRecord};

/// Users and keys in memory, for tests and for programs that make their users anew at each start.
#[derive(Clone, Debug, Default)]
pub struct MemoryAccessStore(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Held for the whole of a change, which may take long; the records are held for no longer than to look at them.
    change: Mutex<()>,
    records: Mutex<StoreSnapshot>,
}

/// A change is put in as a whole, so whoever panics leaves whole records behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryAccessStore {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }
}

impl AccessStore for MemoryAccessStore {
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        let found = || {
            let records = lock(&self.0.records);
            let key = records.keys.get(key)?;
            Some((key.clone(), records.users.get(&key.user)?.clone()))
        };
        Box::pin(std::future::ready(Ok(found())))
    }

    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot> {
        Box::pin(std::future::ready(Ok(lock(&self.0.records).clone())))
    }

    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()> {
        let store = Arc::clone(&self.0);
        Box::pin(blocking(move || {
            let _alone = lock(&store.change);
            let mut changed = lock(&store.records).clone();
            decide(&changed)?.iter().for_each(|write| changed.apply(write));
            *lock(&store.records) = changed;
            Ok(())
        }))
    }

    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used_at: OffsetDateTime,
        unless_after: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        let noted = || {
            // A change may take long, and a note is not worth waiting for it.
            let _alone = match self.0.change.try_lock() {
                Ok(alone) => alone,
                Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
                Err(TryLockError::WouldBlock) => return Err(AccessError::Locked),
            };
            if let Some(key) = lock(&self.0.records).keys.get_mut(key)
                && key.last_used_at.is_none_or(|last| last <= unless_after)
            {
                key.last_used_at = Some(used_at);
            }
            Ok(())
        };
        Box::pin(std::future::ready(noted()))
    }
}
