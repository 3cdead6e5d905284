use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;
use tokio::time::Instant;
use twilio_sdk_audit::{AuditEvent, AuditEventKind};
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::internal::TokenResult;
use twilio_sdk_http::internal::header::bearer;
use twilio_sdk_http::internal::token::{FetchFuture, Fresh, LastToken, Lifetime, TokenCell};
use twilio_sdk_http::{OAuthError, OAuthErrorCode};
use twilio_sdk_types::{AccountSid, SecretString};

use crate::{OAuthClient, Result, TokenStore, Tokens};

/// Supplies valid access tokens and refreshes them before they expire.
///
/// Cheap to clone; clones share one token and one request for the next. It is also the credentials of a
/// `twilio_sdk::Client`.
///
/// The next token is requested when a tenth of the lifetime is left, at most 30 s, and after a 401. If that fails, the old
/// token is used until it expires.
#[derive(Clone)]
pub struct TokenSource {
    source: Arc<Source>,
    account_sid: Option<AccountSid>,
}

struct Source {
    client: OAuthClient,
    stored: Option<Stored>,
    cell: Arc<TokenCell>,
}

/// A user's tokens in a store.
struct Stored {
    store: Arc<dyn TokenStore>,
    key: String,
    /// Locked while the store is used, so that a refresh that started before a login does not overwrite the login.
    pending: Mutex<Pending>,
}

/// Work left from the last refresh.
#[derive(Default)]
struct Pending {
    /// Tokens that could not be saved.
    unsaved: Option<Tokens>,
    /// The event that could not be recorded. No token is returned before it is.
    unrecorded: Option<AuditEvent>,
}

impl TokenSource {
    /// Creates a source of tokens of the client itself, by client credentials.
    pub fn client_credentials(client: OAuthClient) -> Self {
        Self::of(Source { client, stored: None, cell: Arc::default() })
    }

    /// Creates a source of tokens of a logged-in user: loaded from a store by key, and refreshed by refresh token.
    pub fn from_store(client: OAuthClient, store: Arc<dyn TokenStore>, key: impl Into<String>) -> Self {
        let stored = Stored { store, key: key.into(), pending: Mutex::default() };
        Self::of(Source { client, stored: Some(stored), cell: Arc::default() })
    }

    fn of(source: Source) -> Self {
        Self { source: Arc::new(source), account_sid: None }
    }

    /// Sets the account for paths of a `twilio_sdk::Client` with these credentials.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    /// Saves the tokens of a login to the store and uses them from then on. Waits for a refresh in flight.
    ///
    /// # Errors
    ///
    /// - [`is_config`](crate::OAuthClientError::is_config): the source has no store.
    /// - [`is_oauth`](crate::OAuthClientError::is_oauth): the store failed.
    pub async fn save(&self, tokens: Tokens) -> Result<()> {
        let stored = self.source.stored.as_ref().ok_or_else(|| {
            ConfigError::new("tokens by client credentials are not saved; they can be requested at any time")
        })?;
        let mut pending = stored.pending.lock().await;
        let outcome = stored.store.save(&stored.key, &tokens).await;
        outcome.map_err(|e| OAuthError::new(format!("the token store failed: {e}")))?;
        pending.unsaved = None;
        self.source.cell.clear();
        Ok(())
    }

    /// Returns a valid access token, and requests one if necessary.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](crate::OAuthClientError::is_oauth): there is no token, or none within the timeout.
    pub async fn access_token(&self, timeout: Duration) -> Result<SecretString> {
        let deadline = Instant::now() + timeout.min(Duration::from_secs(60 * 60 * 24));
        let token = self.source.cell.get(deadline, |last| self.fetch(last)).await?;
        let text = token.header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        Ok(text.unwrap_or_default().into())
    }

    /// Returns the cell of the token, for the credentials of a client.
    #[doc(hidden)]
    pub fn cell(&self) -> Arc<TokenCell> {
        Arc::clone(&self.source.cell)
    }

    /// Requests a token, for the credentials of a client.
    #[doc(hidden)]
    pub fn fetch(&self, last: LastToken) -> FetchFuture {
        Arc::clone(&self.source).obtain(last)
    }

    /// Returns the account for paths.
    #[doc(hidden)]
    pub fn account(&self) -> Option<&AccountSid> {
        self.account_sid.as_ref()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.source.stored.as_ref().map(|stored| &stored.key);
        f.debug_struct("TokenSource")
            .field("client", &self.source.client)
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

impl Source {
    fn obtain(self: Arc<Self>, last: LastToken) -> FetchFuture {
        Box::pin(async move {
            let tokens = match &self.stored {
                None => self.client.fetch_client_credentials().await?,
                Some(stored) => stored.next(&self.client, last).await?,
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
        let loaded = loaded.map_err(|e| OAuthError::new(format!("the token store failed: {e}")))?;
        loaded.ok_or_else(|| OAuthError::new("the token store has no tokens; log in"))
    }

    /// Returns tokens with another access token than the last one.
    async fn next(&self, client: &OAuthClient, last: LastToken) -> TokenResult<Tokens> {
        let mut pending = self.pending.lock().await;
        if let Some(event) = &pending.unrecorded {
            client.record(event.clone()).await?;
            pending.unrecorded = None;
        }
        let tokens = self.load(&pending.unsaved).await?;
        let remaining = lifetime(&tokens);
        let is_new = last.is_none_or(|last| bearer(&tokens.access_token).as_ref() != Some(&last.header));
        if is_new && remaining.left > remaining.margin {
            return Ok(tokens);
        }
        match self.renew(client, &tokens, &mut pending).await {
            Err(problem) if is_new && !remaining.left.is_zero() => {
                tracing::warn!(target: "twilio_sdk", %problem, "no fresh token; the stored one is used");
                Ok(tokens)
            }
            outcome => outcome,
        }
    }

    async fn renew(&self, client: &OAuthClient, old: &Tokens, pending: &mut Pending) -> TokenResult<Tokens> {
        let problem = match self.refresh(client, old, pending).await {
            // Another process with the same store may have used the refresh token.
            Err(problem) if problem.code == Some(OAuthErrorCode::InvalidGrant) => problem,
            outcome => return outcome,
        };
        let newer = self.load(&pending.unsaved).await?;
        let text = |tokens: &Tokens| tokens.refresh_token.as_ref().map(|t| t.expose_secret().to_owned());
        if text(&newer) == text(old) {
            return Err(problem);
        }
        match lifetime(&newer) {
            remaining if remaining.left > remaining.margin => Ok(newer),
            _ => self.refresh(client, &newer, pending).await,
        }
    }

    async fn refresh(
        &self,
        client: &OAuthClient,
        old: &Tokens,
        pending: &mut Pending,
    ) -> TokenResult<Tokens> {
        let refresh_token = old.refresh_token.as_ref();
        let missing = || OAuthError::new("there is no refresh token; log in");
        let fresh = client.fetch_refresh(refresh_token.ok_or_else(missing)?).await;
        let event = client.event(AuditEventKind::TokenRefresh, Some(&self.key), &fresh);
        let mut fresh = match fresh {
            Ok(fresh) => fresh,
            Err(problem) => {
                client.record(event).await?;
                return Err(problem);
            }
        };
        // Section 5.1: an omitted scope is the requested one, here the previous one.
        fresh.scope = fresh.scope.or_else(|| old.scope.clone());
        let outcome = self.store.save(&self.key, &fresh).await;
        if let Err(error) = &outcome {
            // The old refresh token may be invalid by now, so the new one must not be lost.
            tracing::warn!(target: "twilio_sdk", %error, "the token store failed to save new tokens; they stay in memory");
        }
        pending.unsaved = outcome.is_err().then(|| fresh.clone());
        if let Err(problem) = client.record(event.clone()).await {
            pending.unrecorded = Some(event);
            return Err(problem);
        }
        Ok(fresh)
    }
}
