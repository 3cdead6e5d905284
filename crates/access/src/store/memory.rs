use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use time::OffsetDateTime;

use super::{AccessStore, ChangeFn, StoreFuture, blocking};
use crate::{AccessError, KeyRecord, StoreSnapshot, UserRecord};

/// A store in memory, for tests and for programs that create their users at each start.
#[derive(Clone, Debug, Default)]
pub struct MemoryAccessStore(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Held during a whole change, which may take long; `records` is held only while it is read or replaced.
    change: Mutex<()>,
    records: Mutex<StoreSnapshot>,
}

/// A change replaces the records as a whole, so a panic leaves none half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryAccessStore {
    /// Creates an empty store.
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
            let _guard = lock(&store.change);
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
        let record = || {
            // Recording a use does not wait for a change, which may take long.
            let _guard = match self.0.change.try_lock() {
                Ok(guard) => guard,
                Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
                Err(TryLockError::WouldBlock) => return Err(AccessError::Locked),
            };
            if let Some(key) = lock(&self.0.records).keys.get_mut(key)
                && key.last_used_at.is_none_or(|last| last <= unless_after)
            {
                key.last_used_at = Some(used_at);
            }
            Ok(())
        };
        Box::pin(std::future::ready(record()))
    }
}
