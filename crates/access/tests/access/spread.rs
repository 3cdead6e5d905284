//! Several stores on the same records, as several programs have them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use time::OffsetDateTime;
use twilio_sdk_access::{AccessStore, ChangeFn, KeyRecord, StoreFuture, StoreSnapshot, UserRecord};

/// Asks one store after the other.
#[derive(Debug)]
pub(crate) struct Spread {
    stores: Vec<Arc<dyn AccessStore>>,
    next: AtomicUsize,
}

impl Spread {
    pub(crate) fn over<S: AccessStore + 'static>(stores: impl IntoIterator<Item = S>) -> Self {
        let stores = stores.into_iter().map(|store| Arc::new(store) as Arc<dyn AccessStore>).collect();
        Self { stores, next: AtomicUsize::new(0) }
    }

    fn next(&self) -> &dyn AccessStore {
        &*self.stores[self.next.fetch_add(1, Ordering::Relaxed) % self.stores.len()]
    }
}

impl AccessStore for Spread {
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        self.next().find_key(key)
    }

    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot> {
        self.next().snapshot()
    }

    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()> {
        self.next().transact(decide)
    }

    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used: OffsetDateTime,
        unless: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        self.next().record_key_use(key, used, unless)
    }
}
