use std::fmt;

use oauth2::{AuthUrl, AuthorizationCode, CsrfToken};
use subtle::ConstantTimeEq as _;
use twilio_sdk_audit::AuditEventKind;
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::internal::TokenResult;
use twilio_sdk_http::internal::token::printable;
use twilio_sdk_http::{OAuthError, OAuthErrorCode};
use twilio_sdk_types::SecretString;

use crate::pkce::random;
use crate::{OAuthClient, PkceVerifier, Result, Tokens};

/// A pending login by authorization code (RFC 6749, section 4.1) with PKCE by S256.
///
/// Send the user to [`url`](Self::url), and pass the redirect to [`exchange`](Self::exchange), which consumes the login.
pub struct AuthorizationCodeLogin {
    client: OAuthClient,
    url: String,
    state: SecretString,
    verifier: PkceVerifier,
}

impl OAuthClient {
    /// Starts a login by authorization code. Sends nothing.
    ///
    /// # Errors
    ///
    /// The configuration has no authorization URL or no redirect URI.
    pub fn start_login(&self) -> std::result::Result<AuthorizationCodeLogin, ConfigError> {
        self.start_login_with_verifier(PkceVerifier::random()?)
    }

    /// Starts a login by authorization code with your own verifier.
    ///
    /// # Errors
    ///
    /// The same errors as [`start_login`](Self::start_login).
    pub fn start_login_with_verifier(
        &self,
        verifier: PkceVerifier,
    ) -> std::result::Result<AuthorizationCodeLogin, ConfigError> {
        let config = self.config();
        let missing = |name: &str| ConfigError::new(format!("a login by authorization code needs `{name}`"));
        let url = config.authorization_url.as_ref().ok_or_else(|| missing("authorization_url"))?;
        if config.redirect_uri.is_none() {
            return Err(missing("redirect_uri"));
        }
        let url =
            AuthUrl::new(url.clone()).map_err(|_| ConfigError::new("authorization_url is not a URL"))?;
        let client = self.raw()?.set_auth_uri(url);
        let state = random()?;
        let mut request = client
            .authorize_url(|| CsrfToken::new(state.expose_secret().to_owned()))
            .add_scopes(self.scopes())
            .set_pkce_challenge(verifier.to_challenge());
        for (name, value) in &config.parameters {
            request = request.add_extra_param(name, value);
        }
        let (url, _) = request.url();
        Ok(AuthorizationCodeLogin { client: self.clone(), url: url.into(), state, verifier })
    }
}

impl AuthorizationCodeLogin {
    /// Returns the URL to send the user to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the `state` of the redirect, by which a server finds the login it belongs to.
    pub fn state(&self) -> &str {
        self.state.expose_secret()
    }

    /// Exchanges the code of the redirect for tokens. Pass the whole URL or its query.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](crate::OAuthClientError::is_oauth): the redirect has another `state` (RFC 6749, section 10.12) or an
    /// error such as [`AccessDenied`](OAuthErrorCode::AccessDenied), or the server rejects the code.
    pub async fn exchange(self, redirect: &str) -> Result<Tokens> {
        let client = self.client.clone();
        Ok(client.recorded(AuditEventKind::TokenIssue, self.request(redirect).await).await?)
    }

    async fn request(self, redirect: &str) -> TokenResult<Tokens> {
        let code = self.code(redirect)?;
        let client = self.client.raw().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.client.wire();
        let granted = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(self.verifier.to_verifier())
            .request_async(&wire)
            .await
            .map_err(|e| wire.problem(e, &self.client.secrets(&[&code, &self.verifier_secret()])))?;
        wire.tokens(&granted)
    }

    fn verifier_secret(&self) -> SecretString {
        self.verifier.expose_secret().into()
    }

    fn code(&self, redirect: &str) -> TokenResult<SecretString> {
        let query = redirect.split_once('?').map_or(redirect, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let once = |name: &str| {
            let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(have, _)| have == name);
            match (values.next(), values.next()) {
                (value, None) => Ok(value.map(|(_, value)| SecretString::from(&*value))),
                _ => Err(OAuthError::new(format!("the redirect has `{name}` more than once"))),
            }
        };
        // Checked before anything else of the redirect is used.
        let state = once("state")?.unwrap_or_else(|| "".into());
        if !bool::from(state.expose_secret().as_bytes().ct_eq(self.state.expose_secret().as_bytes())) {
            return Err(OAuthError::new("the redirect's `state` is not that of this login"));
        }
        if let Some(error) = once("error")? {
            let mut problem = OAuthError::new("the login page returned an error");
            problem.code = Some(OAuthErrorCode::from(printable(error.expose_secret()).as_str()));
            problem.description = once("error_description")?.map(|text| printable(text.expose_secret()));
            problem.uri = once("error_uri")?.map(|text| printable(text.expose_secret()));
            return Err(problem);
        }
        let code = once("code")?.filter(|code| !code.is_empty());
        code.ok_or_else(|| OAuthError::new("the redirect has no `code`"))
    }
}

/// Omits the state, which is a secret of the login.
impl fmt::Debug for AuthorizationCodeLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCodeLogin").field("client", &self.client).finish_non_exhaustive()
    }
}
