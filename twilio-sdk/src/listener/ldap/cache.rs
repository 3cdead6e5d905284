use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many users' scopes are remembered at most.
const MOST: usize = 10_000;

/// The scopes of users by the names of their entries, each for a time.
pub(super) struct Roles {
    ttl: Duration,
    known: Mutex<HashMap<String, (Vec<String>, Instant)>>,
}

impl Roles {
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, known: Mutex::default() }
    }

    pub(super) fn recall(&self, dn: &str) -> Option<Vec<String>> {
        let known = self.known();
        let (scopes, since) = known.get(dn)?;
        (since.elapsed() < self.ttl).then(|| scopes.clone())
    }

    pub(super) fn remember(&self, dn: &str, scopes: &[String]) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.retain(|_, (_, since)| since.elapsed() < self.ttl);
        }
        if known.len() < MOST || known.contains_key(dn) {
            known.insert(dn.to_owned(), (scopes.to_vec(), Instant::now()));
        }
    }

    pub(super) fn clear(&self) {
        self.known().clear();
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, (Vec<String>, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
