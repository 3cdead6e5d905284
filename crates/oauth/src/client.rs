use std::fmt;
use std::sync::Arc;

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RedirectUrl, RefreshToken, Scope, TokenUrl,
};
use twilio_sdk_audit::AuditEventKind;
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::OAuthError;
use twilio_sdk_http::internal::{Exchange, TokenResult};
use twilio_sdk_types::SecretString;

use crate::wire::Wire;
use crate::{ClientAuthMethod, OAuthClientConfig, Result, Tokens};

/// Requests tokens from an authorization server. Cheap to clone.
///
/// Redirects are not followed. No credentials but the client's own ID and secret are sent.
#[derive(Clone)]
pub struct OAuthClient(Arc<Inner>);

struct Inner {
    config: OAuthClientConfig,
    exchange: Arc<Exchange>,
}

/// The client of the crate `oauth2`, with its token endpoint.
pub(crate) type RawClient =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

impl OAuthClient {
    /// Creates a client. Sends nothing.
    ///
    /// # Errors
    ///
    /// The configuration is invalid.
    pub fn new(config: OAuthClientConfig) -> std::result::Result<Self, ConfigError> {
        config.check()?;
        if let Some(secret) = &config.client_secret {
            config.recorder.redact_secret(secret);
        }
        let exchange = Arc::new(Exchange::new(&config.connection, config.needs_tls())?);
        let client = Self(Arc::new(Inner { config, exchange }));
        client.raw()?;
        Ok(client)
    }

    pub(crate) fn config(&self) -> &OAuthClientConfig {
        &self.0.config
    }

    pub(crate) fn wire(&self) -> Wire {
        Wire::new(Arc::clone(&self.0.exchange))
    }

    pub(crate) fn raw(&self) -> std::result::Result<RawClient, ConfigError> {
        let config = self.config();
        let wrong = |name: &str| ConfigError::new(format!("{name} is not a URL"));
        let token_url = TokenUrl::new(config.token_url.clone()).map_err(|_| wrong("token_url"))?;
        let mut client = BasicClient::new(ClientId::new(config.client_id.clone()))
            .set_auth_type(match config.client_auth_method {
                ClientAuthMethod::ClientSecretBasic => AuthType::BasicAuth,
                ClientAuthMethod::ClientSecretPost => AuthType::RequestBody,
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

    pub(crate) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.config().scopes.iter().cloned().map(Scope::new)
    }

    /// Returns the secrets that the server may repeat in its errors, to redact them.
    pub(crate) fn secrets<'a>(&'a self, more: &[&'a SecretString]) -> Vec<&'a SecretString> {
        self.config().client_secret.iter().chain(more.iter().copied()).collect()
    }

    /// Requests a token for the client itself (RFC 6749, section 4.4).
    ///
    /// # Errors
    ///
    /// [`is_oauth`](crate::OAuthClientError::is_oauth): the server returned no token.
    pub async fn client_credentials(&self) -> Result<Tokens> {
        Ok(self.fetch_client_credentials().await?)
    }

    pub(crate) async fn fetch_client_credentials(&self) -> TokenResult<Tokens> {
        self.recorded(AuditEventKind::TokenIssue, self.request_client_credentials().await).await
    }

    async fn request_client_credentials(&self) -> TokenResult<Tokens> {
        let client = self.raw().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.wire();
        let mut request = client.exchange_client_credentials().add_scopes(self.scopes());
        for (name, value) in &self.config().parameters {
            request = request.add_extra_param(name, value);
        }
        let granted: BasicTokenResponse =
            request.request_async(&wire).await.map_err(|e| wire.problem(e, &self.secrets(&[])))?;
        // Section 4.4.3: a refresh token should not be included; it would save nothing.
        let mut tokens = wire.tokens(&granted)?;
        tokens.refresh_token = None;
        Ok(tokens)
    }

    /// Requests the next access token (RFC 6749, section 6). Use the refresh token of the result from then on: it is the new
    /// one if the server returned one, else the old one.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](crate::OAuthClientError::is_oauth): the server returned no token. With
    /// [`InvalidGrant`](crate::OAuthErrorCode::InvalidGrant) the user has to log in again.
    pub async fn refresh(&self, refresh_token: &SecretString) -> Result<Tokens> {
        let refreshed = self.fetch_refresh(refresh_token).await;
        let refreshed = self.recorded(AuditEventKind::TokenRefresh, refreshed).await;
        Ok(refreshed?)
    }

    /// Refreshes without an audit event, because the tokens have to be stored first.
    pub(crate) async fn fetch_refresh(&self, refresh_token: &SecretString) -> TokenResult<Tokens> {
        let client = self.raw().map_err(|e| OAuthError::new(e.to_string()))?;
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

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OAuthClient").field(&self.0.config).finish()
    }
}
