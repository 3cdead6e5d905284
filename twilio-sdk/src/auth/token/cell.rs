use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::{Fetching, Last, Token};
use crate::auth::bearer;
use crate::error::{OAuthError, TokenResult};

/// How long a call that has a valid token waits for the next one, once that one is due.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a failed fetch is not tried again while the old token serves.
const PAUSE: Duration = Duration::from_secs(1);

/// One token, fetched once however many calls want it.
#[derive(Default)]
pub(crate) struct TokenCell(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The last one that was kept, whatever became of it.
    token: Option<Arc<Token>>,
    /// Whether a server has refused it.
    refused: bool,
    /// The fetch under way, if its sender lives.
    pending: Option<Pending>,
    /// When to fetch again after a failure.
    not_before: Option<Instant>,
    serial: u64,
    /// Counts the clearings: what was fetched before one is not kept.
    era: u64,
}

type Outcome = TokenResult<Arc<Token>>;
type Pending = watch::Receiver<Option<Outcome>>;

enum Look {
    Have(Arc<Token>),
    Wait(Pending, Option<Arc<Token>>),
}

impl TokenCell {
    /// The token, fetched if there is none or if the next one is due.
    ///
    /// The fetch is told of the token before, which is due, expired or refused. It runs on its own, so that a caller that
    /// gives up does not take it from the others.
    pub(crate) async fn get(&self, deadline: Instant, fetch: impl Fn(Last) -> Fetching) -> Outcome {
        // Once more where the old token expired in the patience with it, and where a fetch ended without outcome, as
        // it does with the async runtime that it ran on.
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
                    return Err(OAuthError::new("the call's time-out passed before there was a token"));
                }
                (Err(_) | Ok(None), None) => {}
            }
        }
        Err(OAuthError::new("the fetch of the token was broken off"))
    }

    /// Forgets a token that a server has refused, unless there is a newer one.
    pub(crate) fn invalidate(&self, refused: &Token) {
        let mut state = lock(&self.0);
        if state.token.as_ref().is_some_and(|token| token.serial == refused.serial) {
            state.refused = true;
        }
    }

    /// Forgets the token, and whatever fetch is under way for the one before.
    pub(crate) fn clear(&self) {
        let mut state = lock(&self.0);
        state.token = None;
        state.pending = None;
        state.era += 1;
    }

    fn look(&self, fetch: &impl Fn(Last) -> Fetching) -> TokenResult<Look> {
        let mut state = lock(&self.0);
        let now = Instant::now();
        let valid = state.token.clone().filter(|token| !state.refused && now < token.expires_at);
        let pending = state.pending.clone().filter(|pending| pending.has_changed().is_ok());
        if let Some(token) = &valid {
            let wait = pending.is_some() || state.not_before.is_some_and(|moment| now < moment);
            if now < token.refresh_at || wait {
                return Ok(Look::Have(Arc::clone(token)));
            }
        }
        if let Some(pending) = pending {
            return Ok(Look::Wait(pending, valid));
        }
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| OAuthError::new("there is no async runtime to fetch a token on"))?;
        let (sender, receiver) = watch::channel(None);
        state.pending = Some(receiver.clone());
        let (shared, fetching, era) = (Arc::clone(&self.0), fetch(state.token.clone()), state.era);
        runtime.spawn(async move {
            let outcome = fetching.await.and_then(|fresh| {
                let header = bearer(&fresh.token)
                    .ok_or_else(|| OAuthError::new("the token holds a character that no header carries"))?;
                Ok((header, fresh.life))
            });
            let mut state = lock(&shared);
            let current = state.era == era;
            if current {
                state.pending = None;
                state.not_before = outcome.is_err().then(|| Instant::now() + PAUSE);
            }
            let outcome = outcome.map(|(header, life)| {
                state.serial += 1;
                let token = Arc::new(Token {
                    header,
                    serial: state.serial,
                    refresh_at: now + life.left.saturating_sub(life.margin),
                    expires_at: now + life.left,
                });
                if current {
                    state.token = Some(Arc::clone(&token));
                    state.refused = false;
                }
                token
            });
            if let (Err(problem), Some(token)) = (&outcome, &state.token)
                && !state.refused
                && Instant::now() < token.expires_at
            {
                tracing::warn!(target: "twilio_sdk", %problem, "no fresh token; the old one serves");
            }
            drop(state);
            // Nobody may be waiting any more.
            let _ = sender.send(Some(outcome));
        });
        Ok(Look::Wait(receiver, valid))
    }
}

/// A lock that another thread's panic does not spoil.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
