use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::remembered::{Remembered, Tags};
use super::{Authentication, Credential, UserDetails, UserStore};
use crate::audit::Audit;

/// Remembers credentials that a store has found right, so that not every request costs a hash or a question to a
/// server.
///
/// What is remembered is an HMAC of the credential under a key that the process makes up; credentials that were found
/// wrong are not. A credential is forgotten after a time to live, and all are when the store
/// [changes](UserStore::generation). Of 10,000 at most it is known at once; those that come on top are asked for each
/// time.
pub struct CachedStore<S> {
    store: S,
    ttl: Duration,
    tags: Tags,
    known: Mutex<Known>,
}

/// What is known of one generation of the store.
#[derive(Default)]
struct Known {
    generation: u64,
    users: Remembered<[u8; 32], UserDetails>,
}

impl<S: UserStore> CachedStore<S> {
    /// Remembers the credentials that this store knows, each for this time, and none where it is 0 or has no end. A
    /// minute is a good one: for so long a user who was removed from a server stays known.
    ///
    /// # Errors
    ///
    /// The system's random generator may fail.
    pub fn new(store: S, ttl: Duration) -> crate::Result<Self> {
        Ok(Self { store, ttl, tags: Tags::new()?, known: Mutex::default() })
    }

    /// The store that is asked.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Forgets all credentials.
    pub fn clear(&self) {
        self.known().users.clear();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.store.generation();
        if known.generation != generation {
            *known = Known { generation, users: Remembered::default() };
        }
        known
    }
}

impl<S: UserStore> UserStore for CachedStore<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            self.store.refresh();
            let generation = self.store.generation();
            let tag = self.tags.of(&[credential.username(), credential.password().expose()]);
            if let Some(user) = self.known().users.recall(&tag) {
                return Ok(user);
            }
            let user = self.store.authenticate(credential).await?;
            let mut known = self.known();
            // A store that has changed since it was asked may not know the user any more.
            if known.generation == generation {
                known.users.remember(tag, user.clone(), self.ttl);
            }
            Ok(user)
        })
    }

    fn generation(&self) -> u64 {
        self.store.generation()
    }

    fn refresh(&self) {
        self.store.refresh();
    }

    fn record_changes(&self, audit: &Arc<dyn Audit>) {
        self.store.record_changes(audit);
    }
}

impl<S: fmt::Debug> fmt::Debug for CachedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedStore")
            .field("store", &self.store)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}
