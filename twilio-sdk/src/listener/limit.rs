use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::digest;

use super::credential::Guard;
use super::prepare::prepared;
use super::remembered::Remembered;
use super::{AuthError, Authentication, Credential, UserStore};
use crate::Error;
use crate::audit::AuditSink;

/// How many names, accounts and networks are counted at most.
const MOST: usize = 10_000;

/// How many times the failures of one network a name may have from all networks together.
const WIDE: u32 = 10;

/// How long a network counts as one from which a user logs in.
const KNOWN: Duration = Duration::from_secs(24 * 60 * 60);

/// Stops the guessing of passwords: after too many wrong ones, credentials are not checked for the rest of a window of
/// time, and the response is 429.
///
/// Failures are counted
///
/// * for each name and each network that requests [come from](Credential::with_source): an IPv4 address, or the first 64
///   bits of an IPv6 address. `AuthLayer` and [`BasicHandler`](super::BasicHandler) pass the address on, where they know
///   it; behind a proxy, set their `source_header`. Without an address, failures are counted for each name alone.
/// * for each name from all networks together, with ten times the bound. Networks from which the user logged in during
///   the last 24 hours are exempt from it, so that an attacker with many addresses does not lock users out of their own
///   networks.
/// * in the same way for each account that the store [finds](Credential::found), whatever name was given: an LDAP store
///   counts by the entry's DN.
///
/// Names count by their form after preparation (RFC 4518): case, width, compatibility characters, invisible characters and
/// white space do not make another name. Names of unknown users are counted like those of users, so that 429 does not tell
/// who exists; that two names lead to one account can be told from their shared count.
///
/// * Counts only age out. A right password sets nothing back, so users who mistype too often wait like attackers do.
/// * Of many guesses that are sent at once, no more are told the outcome than of those sent one after the other: once a
///   count is full, the responses still to come are 429 too, whatever the passwords were.
/// * 10,000 counts are kept; where more are needed, the lowest ones go.
///
/// Put a [`CachedUserStore`](super::CachedUserStore) around it, and users whose password is remembered stay logged in during an
/// attack. Put it around each of several [`UserStoreChain`](super::UserStoreChain), and not around them all: while one of them is
/// unavailable, a wrong password is [`AuthError::Unavailable`], which does not count.
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
    /// The networks from which users have logged in.
    known: Remembered<Key, ()>,
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    since: Instant,
}

/// A name or an account, for which attempts are counted.
#[derive(Clone, Copy)]
struct Subject {
    everywhere: Key,
    /// With the network, where it is known.
    here: Option<Key>,
}

impl Subject {
    fn new(kind: &str, name: &str, network: Option<IpAddr>) -> Self {
        let key = |network: &str| {
            // Of one length, however long the name is.
            let text = format!("{kind}\0{network}\0{}", prepared(name));
            let mut key = [0; 32];
            key.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
            key
        };
        Self { everywhere: key(""), here: network.map(|network| key(&network.to_string())) }
    }
}

impl<S: UserStore> ThrottledUserStore<S> {
    /// So many wrong passwords for a name from a network in a window of time, which begins with the first. Ten in a minute
    /// are good ones.
    ///
    /// # Errors
    ///
    /// Either is 0.
    pub fn new(store: S, failures: u32, window: Duration) -> crate::Result<Self> {
        if failures == 0 || window.is_zero() {
            return Err(Error::config("the number of failures and their window must be more than 0"));
        }
        Ok(Self { store, limits: Arc::new(Limits { failures, window, counts: Mutex::default() }) })
    }
}

impl Limits {
    /// `Ok`, or how long credentials for the subject are not checked.
    fn check(&self, counts: &Counts, subject: &Subject) -> Result<(), AuthError> {
        let full = |key: &Key, most: u32| {
            let count = counts.failures.get(key).filter(|count| count.failures >= most)?;
            self.window.checked_sub(count.since.elapsed())
        };
        let wait = match &subject.here {
            None => full(&subject.everywhere, self.failures),
            Some(here) => full(here, self.failures).or_else(|| {
                let known = counts.known.recall(here).is_some();
                full(&subject.everywhere, self.failures.saturating_mul(WIDE)).filter(|_| !known)
            }),
        };
        wait.map_or(Ok(()), |wait| Err(AuthError::TooMany(wait)))
    }

    fn count(&self, counts: &mut HashMap<Key, Count>, key: Key) {
        let window = self.window;
        if counts.len() >= MOST && !counts.contains_key(&key) {
            counts.retain(|_, count| count.since.elapsed() < window);
            // A name that is being guessed has a higher count than names that are made up to fill the table.
            let least =
                counts.iter().min_by_key(|(_, count)| (count.failures, count.since)).map(|(key, _)| *key);
            if let Some(least) = least.filter(|_| counts.len() >= MOST) {
                counts.remove(&least);
            }
        }
        let count = counts.entry(key).or_insert(Count { failures: 0, since: Instant::now() });
        if count.since.elapsed() >= window {
            *count = Count { failures: 0, since: Instant::now() };
        }
        count.failures = count.failures.saturating_add(1);
    }

    /// Counts what came of an attempt, and refuses it where a count has become full meanwhile.
    fn settle<T>(&self, subjects: &[Subject], outcome: Result<T, AuthError>) -> Result<T, AuthError> {
        let mut counts = self.counts();
        subjects.iter().try_for_each(|subject| self.check(&counts, subject))?;
        match &outcome {
            Ok(_) => {
                for here in subjects.iter().filter_map(|subject| subject.here) {
                    counts.known.remember(here, (), KNOWN);
                }
            }
            Err(AuthError::Rejected) => {
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

/// One attempt to log in: the name, and the accounts that a store found for it.
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
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
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

impl<S: fmt::Debug> fmt::Debug for ThrottledUserStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThrottledUserStore")
            .field("store", &self.store)
            .field("failures", &self.limits.failures)
            .field("window", &self.limits.window)
            .finish_non_exhaustive()
    }
}
