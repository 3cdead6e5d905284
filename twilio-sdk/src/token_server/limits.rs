use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::listener::counted_name;

/// After how many attempts the keys that are idle are forgotten.
const CLEANING: u32 = 1024;

/// A bound on attempts a minute for each key.
pub(super) struct Attempts<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    since_cleaning: AtomicU32,
}

impl<K: Hash + Eq + Clone> Attempts<K> {
    /// This many at once, and as many a minute.
    pub(super) fn new(per_minute: u32) -> Self {
        let most = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        Self { limiter: RateLimiter::hashmap(Quota::per_minute(most)), since_cleaning: AtomicU32::new(0) }
    }

    /// Counts an attempt, or says after what time one may be made.
    pub(super) fn attempt(&self, key: &K) -> Result<(), Duration> {
        // Whoever makes up names or addresses should not fill the memory.
        if self.since_cleaning.fetch_add(1, Ordering::Relaxed) % CLEANING == CLEANING - 1 {
            self.limiter.retain_recent();
        }
        let now = || self.limiter.clock().now();
        self.limiter.check_key(key).map_err(|not_until| not_until.wait_time_from(now()))
    }
}

/// Attempts a minute for each user's name.
///
/// Names are kept as hashes under a random key, so that long ones take no more memory than short ones. White space
/// around a name and case do not make another one.
pub(super) struct NameAttempts {
    attempts: Attempts<u64>,
    hasher: RandomState,
}

impl NameAttempts {
    pub(super) fn new(per_minute: u32) -> Self {
        Self { attempts: Attempts::new(per_minute), hasher: RandomState::new() }
    }

    pub(super) fn attempt(&self, name: &str) -> Result<(), Duration> {
        self.attempts.attempt(&self.hasher.hash_one(counted_name(name)))
    }
}

/// What counts as one address: an IPv4 address, or the 64 bits of an IPv6 address that name a network, because one
/// caller may have all addresses of it.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_one_caller_may_have_count_as_one() {
        let same = |a: &str, b: &str| {
            let parse = |text: &str| network(text.parse().expect("an address"));
            parse(a) == parse(b)
        };
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }

    #[test]
    fn a_name_in_other_letters_has_no_attempts_of_its_own() {
        let attempts = NameAttempts::new(2);
        attempts.attempt("alice").expect("the first");
        attempts.attempt("Alice ").expect("the second");
        assert!(attempts.attempt("ALICE").is_err());
        attempts.attempt("bob").expect("another name");
    }

    #[test]
    fn keys_that_are_idle_are_forgotten() {
        let attempts = Attempts::new(60_000);
        for key in 0..CLEANING * 4 {
            attempts.attempt(&key).expect("the first attempt of a key");
            std::thread::sleep(if key % CLEANING == 0 { Duration::from_millis(20) } else { Duration::ZERO });
        }
        assert!(attempts.limiter.len() < CLEANING as usize * 4, "{}", attempts.limiter.len());
    }
}
