use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// How many keys may be remembered before those that are idle are forgotten.
const MANY: usize = 50_000;

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
        if self.since_cleaning.fetch_add(1, Ordering::Relaxed) % 1024 == 1023 || self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
        let clock = DefaultClock::default();
        self.limiter.check_key(key).map_err(|not_until| not_until.wait_time_from(clock.now()))
    }
}
