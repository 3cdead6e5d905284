use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::jwk::{Key, keys};
use crate::AuthError;
use twilio_sdk_config::ConfigError;
use twilio_sdk_config::internal::file_owner::read_trusted;
use twilio_sdk_http::JsonEndpoint;
use twilio_sdk_http::TlsConfig;

/// The pause after a failed fetch. It doubles with each further failure, up to the minimum refresh interval.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The location of a JSON Web Key Set (RFC 7517) with the public keys of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwksSource {
    /// A file of at most 1 MiB. It is read when the verifier is created, and reread as often as keys are fetched. A file that
    /// other users can change is an error, see `twilio_sdk::ConfigLoader`.
    File(PathBuf),
    /// A URL with `https://`, or with `http://` on loopback. It is fetched when a token has to be verified. A response of more
    /// than 1 MiB is an error.
    Url(String),
}

/// A cache of the keys.
pub(super) struct Keys(Arc<Shared>);

struct Shared {
    source: Source,
    ttl: Duration,
    pause: Duration,
    state: Mutex<State>,
}

enum Source {
    File(PathBuf),
    Url(JsonEndpoint),
}

#[derive(Default)]
struct State {
    keys: Arc<Vec<Key>>,
    /// When the keys were read.
    read: Option<Instant>,
    /// When a fetch last ended.
    ended: Option<Instant>,
    /// The number of consecutive failures.
    failures: u32,
    /// The fetch in flight, while its sender lives.
    pending: Option<Pending>,
}

/// Whether the fetch has ended.
type Pending = watch::Receiver<bool>;

enum Lookup {
    Ready(Arc<Vec<Key>>),
    Wait(Pending),
}

impl Keys {
    pub(super) fn new(
        source: &JwksSource,
        tls: &TlsConfig,
        timeout: Duration,
        ttl: Duration,
        pause: Duration,
    ) -> Result<Self, ConfigError> {
        let mut state = State::default();
        let source = match source {
            JwksSource::File(path) => {
                let failed = |why: &dyn fmt::Display| {
                    ConfigError::new(format!("the key set {}: {why}", path.display()))
                };
                let bytes = read_trusted(path).map_err(|why| failed(&why))?;
                state.keys = Arc::new(keys(&bytes).map_err(|why| failed(&why))?);
                (state.read, state.ended) = (Some(Instant::now()), Some(Instant::now()));
                Source::File(path.clone())
            }
            JwksSource::Url(url) => Source::Url(JsonEndpoint::new(url, tls, timeout)?),
        };
        Ok(Self(Arc::new(Shared { source, ttl, pause, state: Mutex::new(state) })))
    }

    /// Returns the keys that a token with this `kid` may be signed with.
    ///
    /// Keys are fetched when they have expired or none has the `kid`, but not within a pause after the last fetch. The fetch is
    /// a separate task, so a cancelled request neither stops it nor uses up the pause. Requests with a known key do not wait for
    /// it. If a fetch fails, expired keys stay valid for one more TTL.
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`] if there are no keys, or if none has the `kid` and the last fetch failed.
    pub(super) async fn for_kid(&self, kid: Option<&str>) -> Result<Arc<Vec<Key>>, AuthError> {
        // Retries if the task ended without a result, as it does when its async runtime shuts down.
        for _ in 0..3 {
            let mut pending = match self.0.look(kid, true)? {
                Lookup::Ready(keys) => return Ok(keys),
                Lookup::Wait(pending) => pending,
            };
            if pending.wait_for(|ended| *ended).await.is_ok() {
                break;
            }
        }
        match self.0.look(kid, false)? {
            Lookup::Ready(keys) => Ok(keys),
            Lookup::Wait(_) => Err(unavailable()),
        }
    }
}

impl Shared {
    /// Returns the keys, or the fetch to wait for, which it starts only if `may_fetch`.
    fn look(self: &Arc<Self>, kid: Option<&str>, may_fetch: bool) -> Result<Lookup, AuthError> {
        let mut state = self.state();
        let age = state.read.map(|read| read.elapsed());
        let usable = age.is_some_and(|age| age < self.ttl.saturating_mul(2));
        let known =
            usable && kid.is_none_or(|kid| state.keys.iter().any(|key| key.kid.as_deref() == Some(kid)));
        let fresh = age.is_some_and(|age| age < self.ttl);
        if known && fresh {
            return Ok(Lookup::Ready(Arc::clone(&state.keys)));
        }
        let pending = state.pending.clone().filter(|pending| pending.has_changed().is_ok());
        let pending = match pending {
            None if may_fetch && self.pause_is_over(&state) => Some(self.fetch(&mut state)?),
            pending => pending,
        };
        match pending {
            _ if known => Ok(Lookup::Ready(Arc::clone(&state.keys))),
            Some(pending) if may_fetch => Ok(Lookup::Wait(pending)),
            _ if usable && state.failures == 0 => Ok(Lookup::Ready(Arc::clone(&state.keys))),
            _ => Err(unavailable()),
        }
    }

    fn pause_is_over(&self, state: &State) -> bool {
        let pause = match state.failures {
            0 => self.pause,
            failures => {
                self.pause.min(FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))))
            }
        };
        state.ended.is_none_or(|ended| ended.elapsed() >= pause)
    }

    fn fetch(self: &Arc<Self>, state: &mut State) -> Result<Pending, AuthError> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| AuthError::Unavailable("no async runtime is running to fetch keys".into()))?;
        let (sender, receiver) = watch::channel(false);
        state.pending = Some(receiver.clone());
        let shared = Arc::clone(self);
        runtime.spawn(async move {
            let read = shared.read().await;
            let mut state = shared.state();
            (state.pending, state.ended) = (None, Some(Instant::now()));
            match read {
                Ok(keys) => {
                    (state.keys, state.read, state.failures) = (Arc::new(keys), Some(Instant::now()), 0);
                }
                Err(why) => {
                    state.failures = state.failures.saturating_add(1);
                    tracing::warn!(target: "twilio_sdk::inbound_auth", %why, "a key set cannot be read");
                }
            }
            drop(state);
            // All waiting requests may have been cancelled.
            let _ = sender.send(true);
        });
        Ok(receiver)
    }

    async fn read(&self) -> Result<Vec<Key>, String> {
        let bytes = match &self.source {
            Source::File(path) => read_file(path).await?.into(),
            Source::Url(url) => url.get().await.map_err(|error| twilio_sdk_http::internal::chain(&error))?,
        };
        keys(&bytes).map_err(str::to_owned)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read_trusted(&path)).await;
    read.map_err(|_| "reading was aborted".to_owned())?
}

fn unavailable() -> AuthError {
    AuthError::Unavailable("the issuer's keys are unavailable".into())
}
