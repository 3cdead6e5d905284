use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::network::{SITE, lock, network, site};
use twilio_sdk_inbound_auth::internal::prepared;

/// The maximum number of counters.
const MAX_COUNTERS: usize = 100_000;

/// The time in which a full counter drains.
const WINDOW: Duration = Duration::from_secs(60);

/// How long a network counts as one that the user authenticates from.
const KNOWN: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum number of concurrent password checks per network.
const CHECKS: u32 = 4;

/// The maximum number of failed attempts per minute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailureLimits {
    /// Per username and network.
    pub(crate) per_user: u32,
    /// Per username, from all networks.
    pub(crate) per_user_total: u32,
    /// Per network, for all usernames.
    pub(crate) per_address: u32,
}

/// Counts failed authentications, to stop guessing without locking out users.
///
/// A counter drains by its limit per minute and is never reset. A check counts as a failure from its start;
/// [`Attempt::succeeded`] and [`Attempt::undecided`] undo that, so concurrent checks allow no more guesses than sequential
/// ones. Usernames and networks are stored as hashes under a random key.
pub(crate) struct Failures {
    counts: Mutex<HashMap<u64, Count>>,
    known: Mutex<HashMap<u64, Instant>>,
    turns: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
    hasher: RandomState,
}

/// A leaky bucket.
#[derive(Clone, Copy)]
struct Count {
    level: f64,
    at: Instant,
    per_minute: u32,
}

impl Count {
    fn level(&self, now: Instant) -> f64 {
        let leaked = now.saturating_duration_since(self.at).as_secs_f64() * self.rate();
        (self.level - leaked).max(0.0)
    }

    fn rate(&self) -> f64 {
        f64::from(self.per_minute) / WINDOW.as_secs_f64()
    }

    /// Returns how long another attempt has to wait.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let excess = self.level(now) + 1.0 - f64::from(self.per_minute);
        (excess > 1e-6).then(|| Duration::from_secs_f64(excess / self.rate()))
    }
}

/// A check that counts as a failure until it reports another outcome.
pub(crate) struct Attempt<'a> {
    failures: &'a Failures,
    keys: Vec<u64>,
    known_key: u64,
}

impl Attempt<'_> {
    /// Reports a correct password. The network becomes one that the user authenticates from.
    pub(crate) fn succeeded(self) {
        let mut known = lock(&self.failures.known);
        if known.len() >= MAX_COUNTERS {
            known.retain(|_, since| since.elapsed() < KNOWN);
        }
        if known.len() < MAX_COUNTERS {
            known.insert(self.known_key, Instant::now());
        }
        drop(known);
        self.undecided();
    }

    /// Reports that the password was not checked.
    pub(crate) fn undecided(self) {
        let mut counts = lock(&self.failures.counts);
        let now = Instant::now();
        for key in &self.keys {
            if let Some(count) = counts.get_mut(key) {
                count.level = (count.level(now) - 1.0).max(0.0);
                count.at = now;
            }
        }
    }
}

impl Failures {
    pub(crate) fn new() -> Self {
        Self {
            counts: Mutex::default(),
            known: Mutex::default(),
            turns: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    /// Waits for one of the concurrent checks of a network, so that no network delays others.
    pub(crate) async fn turn(&self, address: IpAddr, limits: FailureLimits) -> Option<OwnedSemaphorePermit> {
        let turns = {
            let mut turns = lock(&self.turns);
            if turns.len() >= MAX_COUNTERS {
                turns.retain(|_, turn| turn.strong_count() > 0);
            }
            let network = network(address);
            match turns.get(&network).and_then(Weak::upgrade) {
                Some(known) => known,
                None => {
                    let new = Arc::new(Semaphore::new(CHECKS.min(limits.per_user).max(1) as usize));
                    turns.insert(network, Arc::downgrade(&new));
                    new
                }
            }
        };
        // The semaphore is never closed.
        turns.acquire_owned().await.ok()
    }

    /// Counts a failure, or returns how long no password is checked for the name or the network.
    pub(crate) fn attempt(
        &self,
        name: &str,
        address: IpAddr,
        limits: FailureLimits,
    ) -> Result<Attempt<'_>, Duration> {
        let (name, network, now) = (prepared(name), network(address), Instant::now());
        let known_key = self.hasher.hash_one(("known", &name, network));
        let mut bounds = vec![
            (self.hasher.hash_one(("user", &name, network)), limits.per_user),
            (self.hasher.hash_one(("address", network)), limits.per_address),
        ];
        if let Some(site) = site(address) {
            bounds.push((self.hasher.hash_one(("site", site)), limits.per_address.saturating_mul(SITE)));
        }
        // Guesses from other networks do not lock a user out of the networks that the user authenticates from.
        if lock(&self.known).get(&known_key).is_none_or(|since| since.elapsed() >= KNOWN) {
            bounds.push((self.hasher.hash_one(("name", &name)), limits.per_user_total));
        }
        let mut counts = lock(&self.counts);
        let full =
            |(key, per_minute): &(u64, u32)| Count { per_minute: *per_minute, ..*counts.get(key)? }.wait(now);
        if let Some(wait) = bounds.iter().filter_map(full).max() {
            return Err(wait);
        }
        make_room(&mut counts, bounds.len(), now);
        for &(key, per_minute) in &bounds {
            let level = counts.get(&key).map_or(0.0, |count| count.level(now));
            counts.insert(key, Count { level: level + 1.0, at: now, per_minute });
        }
        Ok(Attempt { failures: self, keys: bounds.into_iter().map(|(key, _)| key).collect(), known_key })
    }
}

/// Drops empty counters and, if that is not enough, the lowest ones. A username under attack has a higher counter than random
/// ones that fill the table.
fn make_room(counts: &mut HashMap<u64, Count>, new: usize, now: Instant) {
    if counts.len() + new <= MAX_COUNTERS {
        return;
    }
    counts.retain(|_, count| count.level(now) > 0.0);
    if counts.len() + new > MAX_COUNTERS {
        let mut levels: Vec<(f64, u64)> =
            counts.iter().map(|(key, count)| (count.level(now), *key)).collect();
        levels.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Drops a tenth, so that the next attempts find room.
        for (_, key) in levels.into_iter().take(MAX_COUNTERS / 10) {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: FailureLimits = FailureLimits { per_user: 3, per_user_total: 6, per_address: 5 };

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// Fails so many times; returns how many were counted.
    fn fail(failures: &Failures, name: &str, address: &str, times: usize) -> usize {
        (0..times).filter(|_| failures.attempt(name, ip(address), LIMITS).is_ok()).count()
    }

    #[test]
    fn review_05_failures_count_by_name_and_network() {
        let failures = Failures::new();
        assert_eq!(fail(&failures, "alice", "192.0.2.1", 9), 3, "per user");
        assert_eq!(fail(&failures, "Alice ", "192.0.2.1", 9), 0, "the same name");
        assert_eq!(fail(&failures, "bob", "192.0.2.1", 9), 2, "per address");
        assert_eq!(fail(&failures, "alice", "192.0.2.2", 9), 3, "another network");
        assert_eq!(fail(&failures, "alice", "192.0.2.3", 9), 0, "per user in all");
        assert_eq!(fail(&failures, "carol", "192.0.2.3", 9), 3, "another name");
    }

    #[test]
    fn review_05_guesses_from_elsewhere_leave_a_users_own_network_open() {
        let failures = Failures::new();
        let home = "198.51.100.1";
        failures.attempt("alice", ip(home), LIMITS).expect("the first").succeeded();
        for network in 1..100 {
            fail(&failures, "alice", &format!("192.0.2.{network}"), 3);
        }
        assert_eq!(fail(&failures, "alice", "203.0.113.1", 1), 0, "a network that is new");
        for _ in 0..20 {
            failures.attempt("alice", ip(home), LIMITS).expect("a right password").succeeded();
        }
        assert_eq!(fail(&failures, "alice", home, 9), 3, "failures count there too");
    }

    #[test]
    fn networks_of_one_site_share_a_bound() {
        let failures = Failures::new();
        let all: usize =
            (0..20).map(|n| fail(&failures, &format!("user{n}"), &format!("2001:db8:1:{n:x}::1"), 3)).sum();
        assert_eq!(all, 20, "4 times 5");
    }

    #[test]
    fn what_was_not_checked_does_not_count_and_an_aborted_check_does() {
        let failures = Failures::new();
        for _ in 0..20 {
            failures.attempt("alice", ip("192.0.2.1"), LIMITS).expect("an attempt").undecided();
        }
        for _ in 0..3 {
            drop(failures.attempt("alice", ip("192.0.2.1"), LIMITS));
        }
        let wait = failures.attempt("alice", ip("192.0.2.1"), LIMITS).err().expect("a wait");
        assert!(wait > Duration::from_secs(15) && wait <= Duration::from_secs(20), "{wait:?}");
    }

    #[test]
    fn counts_empty_with_time_and_the_highest_stay() {
        let now = Instant::now();
        let count = Count { level: 3.0, at: now, per_minute: 3 };
        assert_eq!(count.level(now + Duration::from_secs(30)), 1.5);
        assert_eq!(count.level(now + Duration::from_secs(90)), 0.0);
        let mut counts: HashMap<u64, Count> = (0..MAX_COUNTERS as u64)
            .map(|key| (key, Count { level: if key < 10 { 3.0 } else { 1.0 }, ..count }))
            .collect();
        make_room(&mut counts, 1, now);
        assert!(counts.len() < MAX_COUNTERS && (0..10).all(|key| counts.contains_key(&key)));
    }
}
