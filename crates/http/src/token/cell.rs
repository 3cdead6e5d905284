use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::{FetchFuture, LastToken, Token};
use crate::OAuthError;
use crate::header::bearer;
use crate::oauth_error::TokenResult;

/// How long a request with a valid token waits for the next one, once that one is due.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a failed fetch is not retried while the old token is valid.
const PAUSE: Duration = Duration::from_secs(1);

/// One token, fetched once for all concurrent requests.
#[derive(Default)]
pub struct TokenCell(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The last token that was kept, even if it has expired or was rejected.
    token: Option<Arc<Token>>,
    /// Whether a server has rejected it.
    rejected: bool,
    /// The fetch in flight, if its sender is alive.
    pending: Option<Pending>,
    /// Time of the next fetch after a failure.
    not_before: Option<Instant>,
    serial: u64,
    /// Number of calls of `clear`: a token that was requested before one is not kept.
    era: u64,
}

type Outcome = TokenResult<Arc<Token>>;
type Pending = watch::Receiver<Option<Outcome>>;

enum Look {
    Have(Arc<Token>),
    Wait(Pending, Option<Arc<Token>>),
}

impl fmt::Debug for TokenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCell")
    }
}

impl TokenCell {
    /// Returns the token, fetched if there is none or if the next one is due.
    ///
    /// `fetch` receives the previous token, which is due, expired or rejected. It runs as a task, so that a caller that
    /// gives up does not cancel it for the others.
    ///
    /// # Errors
    ///
    /// The error of `fetch`, or the deadline passed.
    pub async fn get(
        &self,
        deadline: Instant,
        fetch: impl Fn(LastToken) -> FetchFuture,
    ) -> TokenResult<Arc<Token>> {
        // Repeats if the old token expired while waiting, and if a fetch ended without an outcome, as it does with the
        // async runtime that it ran on.
        for _ in 0..3 {
            let (mut pending, old) = match self.look(&fetch)? {
                Look::Have(token) => return Ok(token),
                Look::Wait(pending, old) => (pending, old),
            };
            let until = match old {
                Some(_) => deadline.min(Instant::now() + PATIENCE),
                None => deadline,
            };
            let outcome = timeout_at(until, pending.wait_for(Option::is_some)).await;
            let outcome = outcome.map(|waited| waited.ok().and_then(|outcome| outcome.clone()));
            let old = old.filter(|token| Instant::now() < token.expires_at);
            match (outcome, old) {
                (Ok(Some(Ok(token))), _) => return Ok(token),
                (_, Some(old)) => return Ok(old),
                (Ok(Some(Err(problem))), None) => return Err(problem),
                (Err(_), None) if deadline <= Instant::now() => {
                    return Err(OAuthError::new(
                        "the timeout of the request passed before there was a token",
                    ));
                }
                (Err(_) | Ok(None), None) => {}
            }
        }
        Err(OAuthError::new("the request for the token was cancelled"))
    }

    /// Drops a token that a server has rejected, unless there is a newer one.
    pub fn invalidate(&self, rejected: &Token) {
        let mut state = lock(&self.0);
        if state.token.as_ref().is_some_and(|token| token.serial == rejected.serial) {
            state.rejected = true;
        }
    }

    /// Drops the token and ignores the outcome of a fetch in flight.
    pub fn clear(&self) {
        let mut state = lock(&self.0);
        state.token = None;
        state.pending = None;
        state.era += 1;
    }

    fn look(&self, fetch: &impl Fn(LastToken) -> FetchFuture) -> TokenResult<Look> {
        let mut state = lock(&self.0);
        let now = Instant::now();
        let valid = state.token.clone().filter(|token| !state.rejected && now < token.expires_at);
        let pending = state.pending.clone().filter(|pending| pending.has_changed().is_ok());
        if let Some(token) = &valid {
            let wait = pending.is_some() || state.not_before.is_some_and(|not_before| now < not_before);
            if now < token.refresh_at || wait {
                return Ok(Look::Have(Arc::clone(token)));
            }
        }
        if let Some(pending) = pending {
            return Ok(Look::Wait(pending, valid));
        }
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| OAuthError::new("no async runtime to request a token on; call it within tokio"))?;
        let (sender, receiver) = watch::channel(None);
        state.pending = Some(receiver.clone());
        let (shared, fetching, era) = (Arc::clone(&self.0), fetch(state.token.clone()), state.era);
        runtime.spawn(async move {
            let outcome = fetching.await.and_then(|fresh| {
                let header = bearer(&fresh.token).ok_or_else(|| {
                    OAuthError::new("the token contains a character that a header cannot carry")
                })?;
                Ok((header, fresh.lifetime))
            });
            let mut state = lock(&shared);
            let current = state.era == era;
            if current {
                state.pending = None;
                state.not_before = outcome.is_err().then(|| Instant::now() + PAUSE);
            }
            let outcome = outcome.map(|(header, lifetime)| {
                state.serial += 1;
                let token = Arc::new(Token {
                    header,
                    serial: state.serial,
                    refresh_at: now + lifetime.left.saturating_sub(lifetime.margin),
                    expires_at: now + lifetime.left,
                });
                if current {
                    state.token = Some(Arc::clone(&token));
                    state.rejected = false;
                }
                token
            });
            if let (Err(problem), Some(token)) = (&outcome, &state.token)
                && !state.rejected
                && Instant::now() < token.expires_at
            {
                tracing::warn!(target: "twilio_sdk", %problem, "no fresh token; the old one is used");
            }
            drop(state);
            // Fails if no request waits any more.
            let _ = sender.send(Some(outcome));
        });
        Ok(Look::Wait(receiver, valid))
    }
}

/// Locks, and ignores the poisoning by another thread's panic.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
