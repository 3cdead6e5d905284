use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::flights::Flights;
use crate::remembered::{Remembered, Tags};
use crate::{AuthError, AuthFuture, Credential, UserDetails, UserStore};
use twilio_sdk_audit::AuditSink;
use twilio_sdk_config::ConfigError;

/// Caches successful authentications, so that most requests need neither Argon2 nor LDAP.
///
/// * It stores an HMAC of the credential under a random key of the process. Rejected credentials are not cached.
/// * A credential expires after the TTL. All expire when the store [changes](UserStore::version).
/// * It holds at most 10,000 credentials. Further ones are checked each time.
/// * Concurrent requests with the same credential share one check, unless the TTL is 0.
/// * Credentials that were accepted during the last 24 hours have a reserved part of the queue for checks, so that a flood of
///   other requests does not lock their users out.
pub struct CachedUserStore<S> {
    store: S,
    ttl: Duration,
    tags: Tags,
    known: Mutex<Known>,
    flights: Flights<Result<UserDetails, AuthError>>,
    /// Credentials that were accepted before, cached or not.
    proven: Mutex<Remembered<[u8; 32], ()>>,
}

/// How long a credential counts as accepted before.
const PROVEN: Duration = Duration::from_secs(24 * 60 * 60);

/// The cached users of one version of the store.
#[derive(Default)]
struct Known {
    version: u64,
    users: Remembered<[u8; 32], UserDetails>,
}

impl<S: UserStore> CachedUserStore<S> {
    /// Creates a cache around a store. A TTL of 0 disables caching, and so does [`Duration::MAX`].
    ///
    /// A minute is a good TTL: a user who is removed from a directory stays authenticated for up to this long.
    ///
    /// # Errors
    ///
    /// The system's random number generator failed.
    pub fn new(store: S, ttl: Duration) -> Result<Self, ConfigError> {
        Ok(Self {
            store,
            ttl,
            tags: Tags::new()?,
            known: Mutex::default(),
            flights: Flights::default(),
            proven: Mutex::default(),
        })
    }

    /// Returns the inner store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Clears the cache.
    pub fn clear(&self) {
        self.known().users.clear();
    }

    async fn check(&self, tag: [u8; 32], credential: &Credential) -> Result<UserDetails, AuthError> {
        let version = self.store.version();
        let proven = self.proven().recall(&tag).is_some();
        let credential = if proven { credential.clone().proven() } else { credential.clone() };
        let user = self.store.authenticate(&credential).await?;
        self.proven().remember(tag, (), PROVEN);
        let mut known = self.known();
        // The user may be gone if the store has changed meanwhile.
        if known.version == version {
            known.users.remember(tag, user.clone(), self.ttl);
        }
        Ok(user)
    }

    fn proven(&self) -> MutexGuard<'_, Remembered<[u8; 32], ()>> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the user of a cached credential, without checking others.
    pub fn cached(&self, credential: &Credential) -> Option<UserDetails> {
        self.store.reload_if_changed();
        let tag = self.tags.of(&[credential.username(), credential.password().expose_secret()]);
        self.known().users.recall(&tag)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.store.version();
        if known.version != version {
            *known = Known { version, users: Remembered::default() };
        }
        known
    }
}

impl<S: UserStore> UserStore for CachedUserStore<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            self.store.reload_if_changed();
            let (name, password) = (credential.username(), credential.password().expose_secret());
            let tag = self.tags.of(&[name, password]);
            if let Some(user) = self.known().users.recall(&tag) {
                return Ok(user);
            }
            if self.ttl.is_zero() {
                return self.check(tag, credential).await;
            }
            // Whether one network is throttled says nothing about another.
            let network = credential.asks().network.map(|network| network.to_string()).unwrap_or_default();
            let flight = self.tags.of(&[name, password, &network, &self.store.version().to_string()]);
            self.flights.share(flight, self.check(tag, credential)).await
        })
    }

    fn version(&self) -> u64 {
        self.store.version()
    }

    fn reload_if_changed(&self) {
        self.store.reload_if_changed();
    }

    fn set_audit(&self, audit: &Arc<dyn AuditSink>) {
        self.store.set_audit(audit);
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
