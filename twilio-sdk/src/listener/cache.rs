use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::hmac;

use super::{Authentication, Credential, UserDetails, UserStore};

/// How many credentials are remembered at most.
const MOST: usize = 10_000;

/// Remembers credentials that a store has found right, so that not every request costs a hash or a question to a
/// server.
///
/// What is remembered is an HMAC of the credential under a key that the process makes up; credentials that were found
/// wrong are not. A credential is forgotten after a time to live, and all are when the store
/// [changes](UserStore::generation).
pub struct CachedStore<S> {
    store: S,
    ttl: Duration,
    key: hmac::Key,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    generation: u64,
    users: HashMap<[u8; 32], (UserDetails, Instant)>,
}

impl<S: UserStore> CachedStore<S> {
    /// Remembers the credentials that this store knows, each for this time. A minute is a good one: for so long a user
    /// who was removed from a server stays known.
    ///
    /// # Errors
    ///
    /// The system's random generator may fail.
    pub fn new(store: S, ttl: Duration) -> crate::Result<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &ring::rand::SystemRandom::new())
            .map_err(|_| crate::Error::config("the system's random generator fails"))?;
        Ok(Self { store, ttl, key, known: Mutex::default() })
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
            *known = Known { generation, users: HashMap::new() };
        }
        known
    }

    fn tag(&self, credential: &Credential) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        let name = credential.username().as_bytes();
        // The length keeps a name and a password from standing for another pair.
        context.update(&(name.len() as u64).to_le_bytes());
        context.update(name);
        context.update(credential.password().expose().as_bytes());
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    fn recall(&self, tag: &[u8; 32]) -> Option<UserDetails> {
        let mut known = self.known();
        match known.users.get(tag) {
            Some((user, until)) if *until > Instant::now() => Some(user.clone()),
            Some(_) => {
                known.users.remove(tag);
                None
            }
            None => None,
        }
    }

    fn remember(&self, tag: [u8; 32], user: &UserDetails, generation: u64) {
        if self.ttl.is_zero() {
            return;
        }
        let mut known = self.known();
        // The store has changed since it was asked.
        if known.generation != generation {
            return;
        }
        let now = Instant::now();
        if known.users.len() >= MOST {
            known.users.retain(|_, (_, until)| *until > now);
        }
        if known.users.len() < MOST {
            known.users.insert(tag, (user.clone(), now + self.ttl));
        }
    }
}

impl<S: UserStore> UserStore for CachedStore<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            self.store.refresh();
            let generation = self.store.generation();
            let tag = self.tag(credential);
            if let Some(user) = self.recall(&tag) {
                return Ok(user);
            }
            let user = self.store.authenticate(credential).await?;
            self.remember(tag, &user, generation);
            Ok(user)
        })
    }

    fn generation(&self) -> u64 {
        self.store.generation()
    }

    fn refresh(&self) {
        self.store.refresh();
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
