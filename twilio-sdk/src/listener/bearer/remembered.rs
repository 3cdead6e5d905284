use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::hmac;

use super::super::UserDetails;
use crate::{Error, Result};

/// How many tokens are remembered at most.
const MOST: usize = 10_000;

/// Tokens that were found good, by an HMAC under a key that the process makes up.
pub(super) struct Remembered {
    key: hmac::Key,
    known: Mutex<HashMap<[u8; 32], (UserDetails, Instant)>>,
}

impl Remembered {
    pub(super) fn new() -> Result<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &ring::rand::SystemRandom::new())
            .map_err(|_| Error::config("the system's random generator fails"))?;
        Ok(Self { key, known: Mutex::default() })
    }

    pub(super) fn recall(&self, token: &str) -> Option<UserDetails> {
        let known = self.known();
        let (user, until) = known.get(&self.tag(token))?;
        (*until > Instant::now()).then(|| user.clone())
    }

    pub(super) fn remember(&self, token: &str, user: &UserDetails, time: Duration) {
        let (now, mut known) = (Instant::now(), self.known());
        if known.len() >= MOST {
            known.retain(|_, (_, until)| *until > now);
        }
        if let Some(until) = now.checked_add(time).filter(|_| known.len() < MOST) {
            known.insert(self.tag(token), (user.clone(), until));
        }
    }

    fn tag(&self, token: &str) -> [u8; 32] {
        let mut tag = [0; 32];
        tag.copy_from_slice(hmac::sign(&self.key, token.as_bytes()).as_ref());
        tag
    }

    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], (UserDetails, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
