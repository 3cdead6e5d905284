use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use ring::{hmac, rand};

use twilio_sdk_config::ConfigError;

/// The maximum number of values.
const CAPACITY: usize = 10_000;

/// Values that expire.
pub(super) struct Remembered<K, V>(HashMap<K, (V, Instant)>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    pub(super) fn recall<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (value, until) = self.0.get(key)?;
        (*until > Instant::now()).then(|| value.clone())
    }

    /// Inserts a value, unless the duration is zero or too long, or the map is full.
    pub(super) fn remember(&mut self, key: K, value: V, time: Duration) {
        let now = Instant::now();
        let Some(until) = now.checked_add(time).filter(|until| *until > now) else {
            return;
        };
        if self.0.len() >= CAPACITY {
            self.0.retain(|_, (_, until)| *until > now);
        }
        if self.0.len() < CAPACITY || self.0.contains_key(&key) {
            self.0.insert(key, (value, until));
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Creates HMACs of secrets under a random key of the process.
pub(super) struct Tags(hmac::Key);

impl Tags {
    pub(super) fn new() -> Result<Self, ConfigError> {
        hmac::Key::generate(hmac::HMAC_SHA256, &rand::SystemRandom::new())
            .map(Self)
            .map_err(|_| ConfigError::new("the system's random number generator failed"))
    }

    pub(super) fn of(&self, parts: &[&str]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            // The length keeps different pairs from having the same bytes.
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_good_for_their_time_and_bounded() {
        let mut known = Remembered::default();
        known.remember("never".to_owned(), 0, Duration::ZERO);
        known.remember("always".to_owned(), 0, Duration::MAX);
        known.remember("past".to_owned(), 0, Duration::from_nanos(1));
        std::thread::sleep(Duration::from_millis(1));
        for name in ["never", "always", "past"] {
            assert_eq!(known.recall(name), None, "{name}");
        }
        for number in 0..CAPACITY + 10 {
            known.remember(number.to_string(), number, Duration::from_secs(60));
        }
        assert_eq!(known.0.len(), CAPACITY, "expired values make room");
        assert_eq!(known.recall("7"), Some(7));
        known.remember("7".to_owned(), 8, Duration::from_secs(60));
        assert_eq!(known.recall("7"), Some(8));
    }

    #[test]
    fn no_two_pairs_have_one_tag() {
        let tags = Tags::new().expect("random numbers");
        assert_eq!(tags.of(&["a", "bc"]), tags.of(&["a", "bc"]));
        assert_ne!(tags.of(&["a", "bc"]), tags.of(&["ab", "c"]));
        assert_ne!(tags.of(&["a"]), Tags::new().expect("random numbers").of(&["a"]));
    }
}
