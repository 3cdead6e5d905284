use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::digest;

use crate::credential::Guard;
use crate::prepare::prepared;
use crate::remembered::Remembered;
use crate::{AuthError, AuthFuture, Credential, UserStore};
use twilio_sdk_audit::AuditSink;
use twilio_sdk_config::ConfigError;

/// The maximum number of counters.
const MAX_COUNTERS: usize = 10_000;

/// The bound for all networks together, in multiples of the bound for one network.
const ALL_NETWORKS: u32 = 10;

/// How long a network counts as one that a user logs in from.
const KNOWN: Duration = Duration::from_secs(24 * 60 * 60);

/// Throttles password guessing: after too many failures for a username, further attempts get 429 until the window ends.
///
/// Failures are counted
///
/// * per username and [network](Credential::with_client_ip): an IPv4 address, or the first 64 bits of an IPv6 address.
///   `AuthLayer` and [`BasicHandler`](super::BasicHandler) pass the client's address on. Behind a proxy, set their
///   `client_ip_header`. Without an address, failures are counted per username.
/// * per username from all networks together, with ten times the bound. Networks that the user logged in from during the
///   last 24 hours are exempt, so that an attacker with many addresses does not lock users out of their usual networks.
/// * in the same way per account that the store [finds](Credential::found), whatever username was given. An LDAP store counts
///   by the entry's DN.
///
/// Usernames are compared after preparation (RFC 4518): variations in case, width, compatibility characters, invisible
/// characters and white space count as one username. Unknown usernames are counted too, so that a 429 does not reveal which
/// users exist. Two usernames of one account can be recognized by their shared count.
///
/// * Failures only expire. A correct password does not reset them, so users who mistype too often wait like attackers do.
/// * Concurrent guesses reveal no more than sequential ones: once a count is full, pending responses are 429 too, whatever
///   the passwords were.
/// * It keeps 10,000 counters. If more are needed, the lowest ones are dropped.
///
/// Put a [`CachedUserStore`](super::CachedUserStore) around it, so that users with a cached password stay logged in during an
/// attack. In a [`UserStoreChain`](super::UserStoreChain), put one around each store and not around the chain: while one store
/// is unavailable, a wrong password is [`AuthError::Unavailable`], which does not count.
pub struct ThrottledUserStore<S> {
    store: S,
    limits: Arc<Limits>,
}

struct Limits {
    failures: u32,
    window: Duration,
    counts: Mutex<Counts>,
}

type Key = [u8; 32];

#[derive(Default)]
struct Counts {
    failures: HashMap<Key, Count>,
    /// The networks that users have logged in from.
    known: Remembered<Key, ()>,
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    since: Instant,
}

/// A username or an account with its counters.
#[derive(Clone, Copy)]
struct Subject {
    everywhere: Key,
    /// With the network, if it is known.
    here: Option<Key>,
}

impl Subject {
    fn new(kind: &str, name: &str, network: Option<IpAddr>) -> Self {
        let key = |network: &str| {
            // A digest bounds the memory of long names.
            let text = format!("{kind}\0{network}\0{}", prepared(name));
            let mut key = [0; 32];
            key.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
            key
        };
        Self { everywhere: key(""), here: network.map(|network| key(&network.to_string())) }
    }
}

impl<S: UserStore> ThrottledUserStore<S> {
    /// Allows this number of failures per username and network in a window of time, which starts with the first failure. Ten
    /// per minute is a good choice.
    ///
    /// # Errors
    ///
    /// The number or the window is 0.
    pub fn new(store: S, failures: u32, window: Duration) -> Result<Self, ConfigError> {
        if failures == 0 || window.is_zero() {
            return Err(ConfigError::new(
                "throttle: the number of failures and the window must be more than 0",
            ));
        }
        Ok(Self { store, limits: Arc::new(Limits { failures, window, counts: Mutex::default() }) })
    }
}

impl Limits {
    /// Rejects the attempt if a counter of the subject is full.
    fn check(&self, counts: &Counts, subject: &Subject) -> Result<(), AuthError> {
        let full = |key: &Key, max: u32| {
            let count = counts.failures.get(key).filter(|count| count.failures >= max)?;
            self.window.checked_sub(count.since.elapsed())
        };
        let wait = match &subject.here {
            None => full(&subject.everywhere, self.failures),
            Some(here) => full(here, self.failures).or_else(|| {
                let known = counts.known.recall(here).is_some();
                full(&subject.everywhere, self.failures.saturating_mul(ALL_NETWORKS)).filter(|_| !known)
            }),
        };
        wait.map_or(Ok(()), |wait| Err(AuthError::TooManyAttempts(wait)))
    }

    fn count(&self, counts: &mut HashMap<Key, Count>, key: Key) {
        let window = self.window;
        if counts.len() >= MAX_COUNTERS && !counts.contains_key(&key) {
            counts.retain(|_, count| count.since.elapsed() < window);
            // A username under attack has a higher count than random ones that fill the table.
            let least =
                counts.iter().min_by_key(|(_, count)| (count.failures, count.since)).map(|(key, _)| *key);
            if let Some(least) = least.filter(|_| counts.len() >= MAX_COUNTERS) {
                counts.remove(&least);
            }
        }
        let count = counts.entry(key).or_insert(Count { failures: 0, since: Instant::now() });
        if count.since.elapsed() >= window {
            *count = Count { failures: 0, since: Instant::now() };
        }
        count.failures = count.failures.saturating_add(1);
    }

    /// Counts the outcome of an attempt, and rejects it if a counter has become full meanwhile.
    fn settle<T>(&self, subjects: &[Subject], outcome: Result<T, AuthError>) -> Result<T, AuthError> {
        let mut counts = self.counts();
        subjects.iter().try_for_each(|subject| self.check(&counts, subject))?;
        match &outcome {
            Ok(_) => {
                for here in subjects.iter().filter_map(|subject| subject.here) {
                    counts.known.remember(here, (), KNOWN);
                }
            }
            Err(AuthError::InvalidCredentials) => {
                for subject in subjects {
                    for key in [Some(subject.everywhere), subject.here].into_iter().flatten() {
                        self.count(&mut counts.failures, key);
                    }
                }
            }
            Err(_) => {}
        }
        outcome
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt: the username, and the accounts that a store found for it.
struct Attempt {
    limits: Arc<Limits>,
    network: Option<IpAddr>,
    subjects: Mutex<Vec<Subject>>,
}

impl Attempt {
    fn subjects(&self) -> MutexGuard<'_, Vec<Subject>> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, kind: &str, name: &str) -> Result<(), AuthError> {
        let subject = Subject::new(kind, name, self.network);
        self.limits.check(&self.limits.counts(), &subject)?;
        self.subjects().push(subject);
        Ok(())
    }
}

impl Guard for Attempt {
    fn found(&self, account: &str) -> Result<(), AuthError> {
        self.add("account", account)
    }
}

impl<S: UserStore> UserStore for ThrottledUserStore<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            let (limits, network) = (Arc::clone(&self.limits), credential.asks().network);
            let attempt = Arc::new(Attempt { limits, network, subjects: Mutex::default() });
            attempt.add("name", credential.username())?;
            let guarded = credential.clone().guarded(Arc::clone(&attempt) as Arc<dyn Guard>);
            let outcome = self.store.authenticate(&guarded).await;
            let subjects = attempt.subjects().clone();
            self.limits.settle(&subjects, outcome)
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

impl<S: fmt::Debug> fmt::Debug for ThrottledUserStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThrottledUserStore")
            .field("store", &self.store)
            .field("failures", &self.limits.failures)
            .field("window", &self.limits.window)
            .finish_non_exhaustive()
    }
}
