use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::flights::Flights;
use super::remembered::{Remembered, Tags};
use super::{AuthError, Authentication, Credential, UserDetails, UserStore};
use crate::audit::AuditSink;

/// Remembers credentials that a store has found right, so that not every request costs a hash or a question to a
/// server.
///
/// What is remembered is an HMAC of the credential under a key that the process makes up; credentials that were found
/// wrong are not. A credential is forgotten after a time to live, and all are when the store
/// [changes](UserStore::generation). Of 10,000 at most it is known at once; those that come on top are asked for each
/// time.
///
/// Requests with the same credential that come at once share one check, unless the time to live is 0. A credential that was right during the last 24
/// hours has a part of the queue for checks to itself, so that strangers do not keep its user out.
pub struct CachedUserStore<S> {
    store: S,
    ttl: Duration,
    tags: Tags,
    known: Mutex<Known>,
    flights: Flights<Result<UserDetails, AuthError>>,
    /// What was right before, be it known or not.
    proven: Mutex<Remembered<[u8; 32], ()>>,
}

/// How long a credential counts as one that was right before.
const PROVEN: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of one generation of the store.
#[derive(Default)]
struct Known {
    generation: u64,
    users: Remembered<[u8; 32], UserDetails>,
}

impl<S: UserStore> CachedUserStore<S> {
    /// Remembers the credentials that this store knows, each for this time, and none where it is 0 or has no end. A
    /// minute is a good one: for so long a user who was removed from a server stays known.
    ///
    /// # Errors
    ///
    /// The system's random generator may fail.
    pub fn new(store: S, ttl: Duration) -> crate::Result<Self> {
        Ok(Self {
            store,
            ttl,
            tags: Tags::new()?,
            known: Mutex::default(),
            flights: Flights::default(),
            proven: Mutex::default(),
        })
    }

    /// The store that is asked.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Forgets all credentials.
    pub fn clear(&self) {
        self.known().users.clear();
    }

    async fn ask(&self, tag: [u8; 32], credential: &Credential) -> Result<UserDetails, AuthError> {
        let generation = self.store.generation();
        let proven = self.proven().recall(&tag).is_some();
        let asked = if proven { credential.clone().proven() } else { credential.clone() };
        let user = self.store.authenticate(&asked).await?;
        self.proven().remember(tag, (), PROVEN);
        let mut known = self.known();
        // A store that has changed since it was asked may not know the user any more.
        if known.generation == generation {
            known.users.remember(tag, user.clone(), self.ttl);
        }
        Ok(user)
    }

    fn proven(&self) -> MutexGuard<'_, Remembered<[u8; 32], ()>> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the user of a credential that is remembered.
    #[cfg(feature = "token-server")]
    pub(crate) fn recall(&self, credential: &Credential) -> Option<UserDetails> {
        self.store.refresh();
        let tag = self.tags.of(&[credential.username(), credential.password().expose_secret()]);
        self.known().users.recall(&tag)
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

impl<S: UserStore> UserStore for CachedUserStore<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            self.store.refresh();
            let (name, password) = (credential.username(), credential.password().expose_secret());
            let tag = self.tags.of(&[name, password]);
            if let Some(user) = self.known().users.recall(&tag) {
                return Ok(user);
            }
            if self.ttl.is_zero() {
                return self.ask(tag, credential).await;
            }
            // What one network may not try says nothing of another one.
            let network = credential.asks().network.map(|network| network.to_string()).unwrap_or_default();
            let flight = self.tags.of(&[name, password, &network, &self.store.generation().to_string()]);
            self.flights.share(flight, self.ask(tag, credential)).await
        })
    }

    fn generation(&self) -> u64 {
        self.store.generation()
    }

    fn refresh(&self) {
        self.store.refresh();
    }

    fn record_changes(&self, audit: &Arc<dyn AuditSink>) {
        self.store.record_changes(audit);
    }
}

impl<S: fmt::Debug> fmt::Debug for CachedUserStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedUserStore")
            .field("store", &self.store)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}
