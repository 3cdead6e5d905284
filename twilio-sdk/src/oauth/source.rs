use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;
use tokio::time::Instant;
use twilio_sdk_http::internal::header::bearer;
use twilio_sdk_http::internal::token::{FetchFuture, Fresh, LastToken, Lifetime, TokenCell};

use super::{Provider, TokenStore, Tokens};
use crate::audit::{AuditEvent, AuditEventKind};
use crate::auth::token::Fetch;
use crate::error::{OAuthError, OAuthErrorCode, TokenResult};
use crate::runtime::Handle;
use crate::types::{AccountSid, SecretString};
use crate::{Auth, Error, Result};

/// Tokens that renew themselves, for requests of a [`Client`](crate::Client) or for any other use. Cheap to clone;
/// all clones share one token and one request for the next.
///
/// The next token is fetched when a tenth of the life of the one before is left, at most 30 s, and after a 401. The
/// old one serves until it has really expired where no new one can be had.
#[derive(Clone)]
pub struct TokenSource {
    source: Arc<Source>,
    account_sid: Option<AccountSid>,
}

struct Source {
    provider: Provider,
    stored: Option<Stored>,
    cell: Arc<TokenCell>,
}

/// A user's tokens in a store.
struct Stored {
    store: Arc<dyn TokenStore>,
    key: String,
    /// Held while the store is used, so that a refresh that began before a login does not take the login's place.
    pending: Mutex<Pending>,
}

/// What is still to be done for the tokens of the last refresh.
#[derive(Default)]
struct Pending {
    /// What the store did not take.
    unsaved: Option<Tokens>,
    /// What could not be recorded; no token is handed out before it is.
    unrecorded: Option<AuditEvent>,
}

impl TokenSource {
    /// Tokens of the client itself, by client credentials.
    pub fn client_credentials(provider: Provider) -> Self {
        Self::of(Source { provider, stored: None, cell: Arc::default() })
    }

    /// The tokens of a user who has logged in, kept in a store under a key and renewed by refresh token.
    pub fn stored(provider: Provider, store: Arc<dyn TokenStore>, key: impl Into<String>) -> Self {
        let stored = Stored { store, key: key.into(), pending: Mutex::default() };
        Self::of(Source { provider, stored: Some(stored), cell: Arc::default() })
    }

    fn of(source: Source) -> Self {
        Self { source: Arc::new(source), account_sid: None }
    }

    /// The account for paths of the client that this is the credentials of.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    /// Keeps the tokens of a login in the store; they serve from now on. It waits for a refresh that is under way.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no store. [`is_oauth`](Error::is_oauth): the store failed.
    pub async fn save(&self, tokens: Tokens) -> Result<()> {
        let stored = self.source.stored.as_ref().ok_or_else(|| {
            Error::config("tokens by client credentials are not saved: they are had again at any time")
        })?;
        let mut pending = stored.pending.lock().await;
        let outcome = stored.store.save(&stored.key, &tokens).await;
        outcome.map_err(|e| Error::token(None, OAuthError::new(format!("the store failed: {e}"))))?;
        pending.unsaved = None;
        self.source.cell.clear();
        Ok(())
    }

    /// A valid access token, fetched if need be.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](Error::is_oauth): there is none, or not in this time.
    pub async fn access_token(&self, timeout: Duration) -> Result<SecretString> {
        let deadline = Instant::now() + timeout.min(Duration::from_secs(60 * 60 * 24));
        let token = self.source.cell.get(deadline, |last| Arc::clone(&self.source).obtain(last)).await;
        let token = token.map_err(|problem| Error::token(None, problem))?;
        let text = token.header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        Ok(text.unwrap_or_default().into())
    }

    pub(crate) fn cell(&self) -> Arc<TokenCell> {
        Arc::clone(&self.source.cell)
    }

    pub(crate) fn fetch(&self) -> Arc<dyn Fetch> {
        Arc::clone(&self.source) as _
    }

    pub(crate) fn account(&self) -> Option<&AccountSid> {
        self.account_sid.as_ref()
    }
}

impl From<TokenSource> for Auth {
    fn from(source: TokenSource) -> Self {
        Self::TokenSource(source)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.source.stored.as_ref().map(|stored| &stored.key);
        f.debug_struct("TokenSource")
            .field("provider", &self.source.provider)
            .field("key", &key)
            .finish_non_exhaustive()
    }
}

/// Returns how long an access token remains valid, and when to fetch the next one.
fn lifetime(tokens: &Tokens) -> Lifetime {
    let whole = tokens.expires_at.duration_since(tokens.issued_at).unwrap_or_default();
    let left = tokens.expires_at.duration_since(SystemTime::now()).unwrap_or_default();
    Lifetime::new(left, whole)
}

impl Fetch for Source {
    fn fetch(self: Arc<Self>, _: &Handle, last: LastToken) -> FetchFuture {
        self.obtain(last)
    }
}

impl Source {
    fn obtain(self: Arc<Self>, last: LastToken) -> FetchFuture {
        Box::pin(async move {
            let tokens = match &self.stored {
                None => self.provider.fetch_client_credentials().await?,
                Some(stored) => stored.next(&self.provider, last).await?,
            };
            Ok(Fresh { lifetime: lifetime(&tokens), token: tokens.access_token })
        })
    }
}

impl Stored {
    async fn load(&self, unsaved: &Option<Tokens>) -> TokenResult<Tokens> {
        if let Some(tokens) = unsaved {
            return Ok(tokens.clone());
        }
        let loaded = self.store.load(&self.key).await;
        let loaded = loaded.map_err(|e| OAuthError::new(format!("the store failed: {e}")))?;
        loaded.ok_or_else(|| OAuthError::new("the store holds no tokens; a login is needed"))
    }

    /// Tokens with another access token than the one before.
    async fn next(&self, provider: &Provider, last: LastToken) -> TokenResult<Tokens> {
        let mut pending = self.pending.lock().await;
        if let Some(event) = &pending.unrecorded {
            provider.record(event.clone()).await?;
            pending.unrecorded = None;
        }
        let tokens = self.load(&pending.unsaved).await?;
        let life = lifetime(&tokens);
        let is_new = last.is_none_or(|last| bearer(&tokens.access_token).as_ref() != Some(&last.header));
        if is_new && life.left > life.margin {
            return Ok(tokens);
        }
        match self.renew(provider, &tokens, &mut pending).await {
            Err(problem) if is_new && !life.left.is_zero() => {
                tracing::warn!(target: "twilio_sdk", %problem, "no fresh token; the stored one serves");
                Ok(tokens)
            }
            outcome => outcome,
        }
    }

    async fn renew(&self, provider: &Provider, old: &Tokens, pending: &mut Pending) -> TokenResult<Tokens> {
        let problem = match self.refresh(provider, old, pending).await {
            // Whoever shares the store may have used the refresh token before us.
            Err(problem) if problem.code == Some(OAuthErrorCode::InvalidGrant) => problem,
            outcome => return outcome,
        };
        let newer = self.load(&pending.unsaved).await?;
        let text = |tokens: &Tokens| tokens.refresh_token.as_ref().map(|t| t.expose_secret().to_owned());
        if text(&newer) == text(old) {
            return Err(problem);
        }
        match lifetime(&newer) {
            life if life.left > life.margin => Ok(newer),
            _ => self.refresh(provider, &newer, pending).await,
        }
    }

    async fn refresh(&self, provider: &Provider, old: &Tokens, pending: &mut Pending) -> TokenResult<Tokens> {
        let refresh_token = old.refresh_token.as_ref();
        let missing = || OAuthError::new("there is no refresh token; a login is needed");
        let fresh = provider.fetch_refresh(refresh_token.ok_or_else(missing)?).await;
        let event = provider.event(AuditEventKind::TokenRefresh, Some(&self.key), &fresh);
        let mut fresh = match fresh {
            Ok(fresh) => fresh,
            Err(problem) => {
                provider.record(event).await?;
                return Err(problem);
            }
        };
        // Section 5.1: a scope that is left out is the one that was asked for, here the one before.
        fresh.scope = fresh.scope.or_else(|| old.scope.clone());
        let outcome = self.store.save(&self.key, &fresh).await;
        if let Err(error) = &outcome {
            // The old refresh token may be worth nothing by now, so the new one must not be lost.
            tracing::warn!(target: "twilio_sdk", %error, "the store did not take new tokens; they stay in memory");
        }
        pending.unsaved = outcome.is_err().then(|| fresh.clone());
        if let Err(problem) = provider.record(event.clone()).await {
            pending.unrecorded = Some(event);
            return Err(problem);
        }
        Ok(fresh)
    }
}
