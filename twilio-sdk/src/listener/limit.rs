use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::digest;

use super::{AuthError, Authentication, Credential, UserStore};
use crate::Error;
use crate::audit::Audit;

/// How many names are counted at most.
const MOST: usize = 10_000;

/// Stops the guessing of passwords: after too many wrong ones for a name, its credentials are not looked at for a time.
///
/// Names that nobody has are counted like those of users, so that the answer, status 429, does not tell who exists. A
/// right password sets the count back. Of many that are sent at once, no more are answered than one after the other: once
/// the count is full, the answers that are still to come are 429 too, whatever the passwords were.
///
/// Put a [`CachedStore`](super::CachedStore) around it, and users whose password is remembered stay in while somebody else
/// guesses. Put it around each of several [`Stores`](super::Stores), and not around them all: while one of them cannot be
/// asked, a wrong password is answered by [`AuthError::Unavailable`], which does not count.
pub struct LimitedStore<S> {
    store: S,
    failures: u32,
    window: Duration,
    counts: Mutex<Counts>,
}

type Counts = HashMap<[u8; 32], Count>;

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    since: Instant,
}

impl<S: UserStore> LimitedStore<S> {
    /// So many wrong passwords for a name in a window of time, which begins with the first. Ten in a minute are good ones.
    ///
    /// # Errors
    ///
    /// Either is 0.
    pub fn new(store: S, failures: u32, window: Duration) -> crate::Result<Self> {
        if failures == 0 || window.is_zero() {
            return Err(Error::config("the number of failures and their window must be more than 0"));
        }
        Ok(Self { store, failures, window, counts: Mutex::default() })
    }

    /// Nothing, or how long the name is not looked at.
    fn check(&self, counts: &Counts, name: &[u8; 32]) -> Result<(), AuthError> {
        let full = counts.get(name).filter(|count| count.failures >= self.failures);
        match full.and_then(|count| self.window.checked_sub(count.since.elapsed())) {
            Some(wait) => Err(AuthError::TooMany(wait)),
            None => Ok(()),
        }
    }

    fn count(&self, counts: &mut Counts, name: [u8; 32]) {
        let window = self.window;
        if counts.len() >= MOST && !counts.contains_key(&name) {
            counts.retain(|_, count| count.since.elapsed() < window);
            // A name that is being guessed has a higher count than names that are made up to fill the table.
            let least =
                counts.iter().min_by_key(|(_, count)| (count.failures, count.since)).map(|(name, _)| *name);
            if let Some(least) = least.filter(|_| counts.len() >= MOST) {
                counts.remove(&least);
            }
        }
        let count = counts.entry(name).or_insert(Count { failures: 0, since: Instant::now() });
        if count.since.elapsed() >= window {
            *count = Count { failures: 0, since: Instant::now() };
        }
        count.failures = count.failures.saturating_add(1);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name as attempts are counted for it: to some stores, white space around it and case do not make another user.
pub(crate) fn counted_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Of one length, however long the name is.
fn tag(name: &str) -> [u8; 32] {
    let mut tag = [0; 32];
    tag.copy_from_slice(digest::digest(&digest::SHA256, counted_name(name).as_bytes()).as_ref());
    tag
}

impl<S: UserStore> UserStore for LimitedStore<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            let name = tag(credential.username());
            self.check(&self.counts(), &name)?;
            let answer = self.store.authenticate(credential).await;
            let mut counts = self.counts();
            self.check(&counts, &name)?;
            match &answer {
                Ok(_) => drop(counts.remove(&name)),
                Err(AuthError::Rejected) => self.count(&mut counts, name),
                Err(_) => {}
            }
            answer
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

impl<S: fmt::Debug> fmt::Debug for LimitedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedStore")
            .field("store", &self.store)
            .field("failures", &self.failures)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}
