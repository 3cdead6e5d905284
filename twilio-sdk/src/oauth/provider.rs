use std::sync::Arc;

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RedirectUrl, RefreshToken, Scope, TokenUrl,
};

use twilio_sdk_http::internal::Exchange;

use super::wire::Wire;
use super::{ClientAuth, OAuthClientConfig, Tokens};
use crate::audit::AuditEventKind;
use crate::error::{OAuthError, TokenResult};
use crate::types::SecretString;
use crate::{Error, Result};

/// An authorization server, ready to be asked. Cheap to clone.
///
/// Redirects are not followed, and nothing but the client's own ID and secret goes to the server.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    config: OAuthClientConfig,
    exchange: Arc<Exchange>,
}

/// The crate's client, with its token endpoint.
pub(super) type OAuthClient =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

type Outcome = TokenResult<Tokens>;

impl Provider {
    /// Checks the configuration; nothing is sent.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): it cannot work, and the message says why.
    pub fn new(config: OAuthClientConfig) -> Result<Self> {
        config.check()?;
        if let Some(secret) = &config.client_secret {
            config.recorder.redact_secret(secret);
        }
        let exchange = Arc::new(Exchange::new(&config.connection, config.needs_tls())?);
        let provider = Self(Arc::new(Inner { config, exchange }));
        provider.client()?;
        Ok(provider)
    }

    pub(super) fn config(&self) -> &OAuthClientConfig {
        &self.0.config
    }

    pub(super) fn wire(&self) -> Wire {
        Wire::new(Arc::clone(&self.0.exchange))
    }

    pub(super) fn client(&self) -> Result<OAuthClient> {
        let config = self.config();
        let wrong = |name: &str| Error::config(format!("{name} is not a URL"));
        let token_url = TokenUrl::new(config.token_url.clone()).map_err(|_| wrong("token_url"))?;
        let mut client = BasicClient::new(ClientId::new(config.client_id.clone()))
            .set_auth_type(match config.client_auth {
                ClientAuth::Header => AuthType::BasicAuth,
                ClientAuth::Body => AuthType::RequestBody,
            })
            .set_token_uri(token_url);
        if let Some(secret) = &config.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
        }
        if let Some(uri) = &config.redirect_uri {
            let uri = RedirectUrl::new(uri.clone()).map_err(|_| wrong("redirect_uri"))?;
            client = client.set_redirect_uri(uri);
        }
        Ok(client)
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.config().scopes.iter().cloned().map(Scope::new)
    }

    /// What the server may repeat in its errors, and must not get into ours.
    pub(super) fn secrets<'a>(&'a self, more: &[&'a SecretString]) -> Vec<&'a SecretString> {
        self.config().client_secret.iter().chain(more.iter().copied()).collect()
    }

    /// A token for the client itself (RFC 6749, section 4.4).
    ///
    /// # Errors
    ///
    /// [`is_oauth`](Error::is_oauth): the server gave none.
    pub async fn client_credentials(&self) -> Result<Tokens> {
        self.fetch_client_credentials().await.map_err(|problem| Error::token(None, problem))
    }

    pub(super) async fn fetch_client_credentials(&self) -> Outcome {
        self.recorded(AuditEventKind::TokenIssue, self.ask_client_credentials().await).await
    }

    async fn ask_client_credentials(&self) -> Outcome {
        let client = self.client().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.wire();
        let mut request = client.exchange_client_credentials().add_scopes(self.scopes());
        for (name, value) in &self.config().parameters {
            request = request.add_extra_param(name, value);
        }
        let granted: BasicTokenResponse =
            request.request_async(&wire).await.map_err(|e| wire.problem(e, &self.secrets(&[])))?;
        // Section 4.4.3: there should be no refresh token, because there is nothing that it would save.
        let mut tokens = wire.tokens(&granted)?;
        tokens.refresh_token = None;
        Ok(tokens)
    }

    /// The next access token (RFC 6749, section 6). The refresh token in the result is the new one where the server
    /// gave one, else the old one; only it may be used from now on.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](Error::is_oauth): the server gave none. With
    /// [`InvalidGrant`](crate::OAuthErrorCode::InvalidGrant) the user has to log in again.
    pub async fn refresh(&self, refresh_token: &SecretString) -> Result<Tokens> {
        let refreshed = self.fetch_refresh(refresh_token).await;
        let refreshed = self.recorded(AuditEventKind::TokenRefresh, refreshed).await;
        refreshed.map_err(|problem| Error::token(None, problem))
    }

    /// Unrecorded, because what it gives has to be stored first.
    pub(super) async fn fetch_refresh(&self, refresh_token: &SecretString) -> Outcome {
        let client = self.client().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.wire();
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let granted = client
            .exchange_refresh_token(&token)
            .request_async(&wire)
            .await
            .map_err(|e| wire.problem(e, &self.secrets(&[refresh_token])))?;
        let mut tokens = wire.tokens(&granted)?;
        tokens.refresh_token.get_or_insert_with(|| refresh_token.clone());
        Ok(tokens)
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Provider").field(&self.0.config).finish()
    }
}
