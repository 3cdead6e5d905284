use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::AuthError;
use super::jwk::{Key, keys};
use crate::config::TlsConfig;
use crate::runtime::Elsewhere;
use crate::{Error, Result};

/// Where the public keys of an issuer are: a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// A file, read when the validator is made, and again as often as keys are fetched.
    File(PathBuf),
    /// A URL with `https://`, or with `http://` on this machine; fetched when a token is there to be checked. More than
    /// 1 MiB is not read.
    Url(String),
}

/// The keys, as they were last read.
pub(super) struct Keys {
    source: Source,
    ttl: Duration,
    pause: Duration,
    state: Mutex<State>,
    /// Whose turn it is to read them again.
    turn: tokio::sync::Mutex<()>,
}

enum Source {
    File(PathBuf),
    Url(Elsewhere),
}

#[derive(Default)]
struct State {
    keys: Arc<Vec<Key>>,
    /// When they were read.
    read: Option<Instant>,
    /// When that was last tried.
    tried: Option<Instant>,
}

impl Keys {
    pub(super) fn new(
        source: &KeySource,
        tls: &TlsConfig,
        timeout: Duration,
        ttl: Duration,
        pause: Duration,
    ) -> Result<Self> {
        let mut state = State::default();
        let source = match source {
            KeySource::File(path) => {
                let failed = |why: &dyn fmt::Display| {
                    Error::config(format!("the key set {} cannot be read: {why}", path.display()))
                };
                let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
                state.keys = Arc::new(keys(&bytes).map_err(|why| failed(&why))?);
                (state.read, state.tried) = (Some(Instant::now()), Some(Instant::now()));
                Source::File(path.clone())
            }
            KeySource::Url(url) => Source::Url(Elsewhere::new(url, tls, timeout)?),
        };
        Ok(Self { source, ttl, pause, state: Mutex::new(state), turn: tokio::sync::Mutex::default() })
    }

    /// The keys that a token of this key's name may be signed with.
    ///
    /// They are read again when their time is over and when the name is none of theirs, but no sooner than the pause
    /// after the last try. Keys that cannot be read again are good for their time once more.
    pub(super) async fn for_kid(&self, kid: Option<&str>) -> std::result::Result<Arc<Vec<Key>>, AuthError> {
        if self.wants_other(kid) {
            // Many requests fetch the keys once, and those that have theirs do not wait for it.
            let _turn = self.turn.lock().await;
            if self.wants_other(kid) && self.may_try() {
                match self.read().await {
                    Ok(keys) => {
                        let mut state = self.state();
                        (state.keys, state.read) = (Arc::new(keys), Some(Instant::now()));
                    }
                    Err(why) => {
                        tracing::warn!(target: "twilio_sdk::listener", %why, "a key set cannot be read");
                    }
                }
            }
        }
        let state = self.state();
        if state.read.is_some_and(|read| read.elapsed() < self.ttl.saturating_mul(2)) {
            return Ok(Arc::clone(&state.keys));
        }
        Err(AuthError::Unavailable("the issuer's keys cannot be read".into()))
    }

    /// Whether the keys are too old, or none of them has the name.
    fn wants_other(&self, kid: Option<&str>) -> bool {
        let state = self.state();
        let fresh = state.read.is_some_and(|read| read.elapsed() < self.ttl);
        !fresh || kid.is_some_and(|kid| state.keys.iter().all(|key| key.kid.as_deref() != Some(kid)))
    }

    /// Whether the pause since the last try is over; then this is one.
    fn may_try(&self) -> bool {
        let mut state = self.state();
        let over = state.tried.is_none_or(|tried| tried.elapsed() >= self.pause);
        if over {
            state.tried = Some(Instant::now());
        }
        over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self) -> std::result::Result<Vec<Key>, String> {
        let bytes = match &self.source {
            Source::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
                let read = read.map_err(|_| "the reading was cut off".to_owned())?;
                read.map_err(|error| error.to_string())?.into()
            }
            Source::Url(url) => url.get().await?,
        };
        keys(&bytes).map_err(str::to_owned)
    }
}
