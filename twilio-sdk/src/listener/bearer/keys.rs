use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::super::AuthError;
use super::jwk::{Key, keys};
use crate::config::TlsConfig;
use crate::file_owner::read_trusted;
use crate::{Error, Result};
use twilio_sdk_http::JsonEndpoint;

/// The first pause after a fetch that failed; it doubles with each further one, up to the pause after any fetch.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Where the public keys of an issuer are: a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwksSource {
    /// A file of at most 1 MiB, read when the validator is made, and again as often as keys are fetched. One that other
    /// users can change is an error, see [`ConfigLoader`](crate::ConfigLoader#who-can-change-the-file).
    File(PathBuf),
    /// A URL with `https://`, or with `http://` on this machine; fetched when a token is there to be checked. More than
    /// 1 MiB is not read.
    Url(String),
}

/// The keys, as they were last read.
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
    /// When they were read.
    read: Option<Instant>,
    /// When a fetch last ended.
    ended: Option<Instant>,
    /// How many fetches in a row have failed.
    failures: u32,
    /// The fetch in flight, while its sender lives.
    pending: Option<Pending>,
}

/// Whether the fetch has ended.
type Pending = watch::Receiver<bool>;

enum Look {
    Have(Arc<Vec<Key>>),
    Wait(Pending),
}

impl Keys {
    pub(super) fn new(
        source: &JwksSource,
        tls: &TlsConfig,
        timeout: Duration,
        ttl: Duration,
        pause: Duration,
    ) -> Result<Self> {
        let mut state = State::default();
        let source = match source {
            JwksSource::File(path) => {
                let failed =
                    |why: &dyn fmt::Display| Error::config(format!("the key set {}: {why}", path.display()));
                let bytes = read_trusted(path).map_err(|why| failed(&why))?;
                state.keys = Arc::new(keys(&bytes).map_err(|why| failed(&why))?);
                (state.read, state.ended) = (Some(Instant::now()), Some(Instant::now()));
                Source::File(path.clone())
            }
            JwksSource::Url(url) => Source::Url(JsonEndpoint::new(url, tls, timeout)?),
        };
        Ok(Self(Arc::new(Shared { source, ttl, pause, state: Mutex::new(state) })))
    }

    /// The keys that a token with this `kid` may be signed with.
    ///
    /// They are fetched again when they are older than their time to live and when none has the `kid`, but no sooner than
    /// a pause after the last fetch. The fetch is a task of its own, so a request that is given up neither ends it nor
    /// uses up the pause. Requests whose key is known do not wait for it; keys that cannot be fetched again are good for
    /// their time to live once more.
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`] where there are no keys, or where none has the `kid` and the last fetch failed.
    pub(super) async fn for_kid(&self, kid: Option<&str>) -> std::result::Result<Arc<Vec<Key>>, AuthError> {
        // Once more where the task ended without an outcome, as it does with the async runtime that it ran on.
        for _ in 0..3 {
            let mut pending = match self.0.look(kid, true)? {
                Look::Have(keys) => return Ok(keys),
                Look::Wait(pending) => pending,
            };
            if pending.wait_for(|ended| *ended).await.is_ok() {
                break;
            }
        }
        match self.0.look(kid, false)? {
            Look::Have(keys) => Ok(keys),
            Look::Wait(_) => Err(unavailable()),
        }
    }
}

impl Shared {
    /// The keys, or the fetch to wait for, which is started where it `may` be.
    fn look(self: &Arc<Self>, kid: Option<&str>, may: bool) -> std::result::Result<Look, AuthError> {
        let mut state = self.state();
        let age = state.read.map(|read| read.elapsed());
        let usable = age.is_some_and(|age| age < self.ttl.saturating_mul(2));
        let known =
            usable && kid.is_none_or(|kid| state.keys.iter().any(|key| key.kid.as_deref() == Some(kid)));
        let fresh = age.is_some_and(|age| age < self.ttl);
        if known && fresh {
            return Ok(Look::Have(Arc::clone(&state.keys)));
        }
        let pending = state.pending.clone().filter(|pending| pending.has_changed().is_ok());
        let pending = match pending {
            None if may && self.pause_is_over(&state) => Some(self.fetch(&mut state)?),
            pending => pending,
        };
        match pending {
            _ if known => Ok(Look::Have(Arc::clone(&state.keys))),
            Some(pending) if may => Ok(Look::Wait(pending)),
            _ if usable && state.failures == 0 => Ok(Look::Have(Arc::clone(&state.keys))),
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

    fn fetch(self: &Arc<Self>, state: &mut State) -> std::result::Result<Pending, AuthError> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| AuthError::Unavailable("there is no async runtime to fetch keys on".into()))?;
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
                    tracing::warn!(target: "twilio_sdk::listener", %why, "a key set cannot be read");
                }
            }
            drop(state);
            // There may be no request left that waits.
            let _ = sender.send(true);
        });
        Ok(receiver)
    }

    async fn read(&self) -> std::result::Result<Vec<Key>, String> {
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

async fn read_file(path: &Path) -> std::result::Result<Vec<u8>, String> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read_trusted(&path)).await;
    read.map_err(|_| "the reading was cut off".to_owned())?
}

fn unavailable() -> AuthError {
    AuthError::Unavailable("the issuer's keys cannot be read".into())
}
