use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::super::AuthError;
use super::jwk::{Key, keys};
use crate::config::TlsConfig;
use crate::runtime::Elsewhere;
use crate::{Error, Result};

/// Where the public keys of an issuer are: a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// A file, read when the validator is made.
    File(PathBuf),
    /// A URL with `https://`, or with `http://` on this machine; fetched when a token is there to be checked.
    Url(String),
}

/// The keys, as they were last read.
pub(super) struct Keys {
    source: Source,
    ttl: Duration,
    pause: Duration,
    state: Mutex<State>,
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
        Ok(Self { source, ttl, pause, state: Mutex::new(state) })
    }

    /// The keys that a token of this key's name may be signed with.
    ///
    /// They are read again when their time is over and when the name is none of theirs, but no sooner than the pause
    /// after the last try. Keys that cannot be read again are good for their time once more.
    pub(super) async fn for_kid(&self, kid: Option<&str>) -> std::result::Result<Arc<Vec<Key>>, AuthError> {
        // Held while keys are fetched, so that many requests fetch them once.
        let mut state = self.state.lock().await;
        let fresh = state.read.is_some_and(|read| read.elapsed() < self.ttl);
        let known = kid.is_none() || state.keys.iter().any(|key| key.kid.as_deref() == kid);
        let paused = state.tried.is_some_and(|tried| tried.elapsed() < self.pause);
        if (!fresh || !known) && !paused {
            state.tried = Some(Instant::now());
            match self.read().await {
                Ok(keys) => (state.keys, state.read) = (Arc::new(keys), Some(Instant::now())),
                Err(why) => {
                    tracing::warn!(target: "twilio_sdk::listener", %why, "a key set cannot be read");
                }
            }
        }
        if state.read.is_some_and(|read| read.elapsed() < self.ttl.saturating_mul(2)) {
            return Ok(Arc::clone(&state.keys));
        }
        Err(AuthError::Unavailable("the issuer's keys cannot be read".into()))
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
