use std::fmt;

use oauth2::{AuthUrl, AuthorizationCode, CsrfToken};
use subtle::ConstantTimeEq as _;
use twilio_sdk_http::internal::token::printable;

use super::pkce::random;
use super::{PkceVerifier, Provider, Tokens};
use crate::audit::AuditEventKind;
use crate::error::{OAuthError, OAuthErrorCode, TokenResult};
use crate::types::SecretString;
use crate::{Error, Result};

/// A login that has begun: the user is at the server's page (RFC 6749, section 4.1, with PKCE by S256).
///
/// It is for one redirect: [`finish`](Self::finish) takes it, whatever comes out.
pub struct Authorization {
    provider: Provider,
    url: String,
    state: SecretString,
    verifier: PkceVerifier,
}

impl Provider {
    /// Begins a login by authorization code.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no authorization URL or no redirect URI.
    pub fn authorize(&self) -> Result<Authorization> {
        self.authorize_with(PkceVerifier::random()?)
    }

    /// Begins a login with a verifier that was made elsewhere; its challenge is computed here.
    ///
    /// # Errors
    ///
    /// As [`authorize`](Self::authorize).
    pub fn authorize_with(&self, verifier: PkceVerifier) -> Result<Authorization> {
        let config = self.config();
        let missing = |name: &str| Error::config(format!("a login by authorization code needs `{name}`"));
        let url = config.authorization_url.as_ref().ok_or_else(|| missing("authorization_url"))?;
        if config.redirect_uri.is_none() {
            return Err(missing("redirect_uri"));
        }
        let url = AuthUrl::new(url.clone()).map_err(|_| Error::config("authorization_url is not a URL"))?;
        let client = self.client()?.set_auth_uri(url);
        let state = random()?;
        let mut request = client
            .authorize_url(|| CsrfToken::new(state.expose_secret().to_owned()))
            .add_scopes(self.scopes())
            .set_pkce_challenge(verifier.to_challenge());
        for (name, value) in &config.parameters {
            request = request.add_extra_param(name, value);
        }
        let (url, _) = request.url();
        Ok(Authorization { provider: self.clone(), url: url.into(), state, verifier })
    }
}

impl Authorization {
    /// Where to send the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `state` that the redirect will carry, by which a server finds the login that it belongs to.
    pub fn state(&self) -> &str {
        self.state.expose_secret()
    }

    /// Takes the redirect, as a whole URL or its query, and changes its code into tokens.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](Error::is_oauth): the redirect's `state` is another (RFC 6749, section 10.12), it carries an
    /// error such as [`AccessDenied`](OAuthErrorCode::AccessDenied), or the server does not take the code.
    pub async fn finish(self, redirect: &str) -> Result<Tokens> {
        let provider = self.provider.clone();
        let outcome = provider.recorded(AuditEventKind::TokenIssue, self.exchange(redirect).await).await;
        outcome.map_err(|problem| Error::token(None, problem))
    }

    async fn exchange(self, redirect: &str) -> TokenResult<Tokens> {
        let code = self.code(redirect)?;
        let client = self.provider.client().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.provider.wire();
        let granted = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(self.verifier.to_verifier())
            .request_async(&wire)
            .await
            .map_err(|e| wire.problem(e, &self.provider.secrets(&[&code, &self.verifier_secret()])))?;
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
                _ => Err(OAuthError::new(format!("the redirect has `{name}` twice"))),
            }
        };
        // Before anything else is believed.
        let state = once("state")?.unwrap_or_else(|| "".into());
        if !bool::from(state.expose_secret().as_bytes().ct_eq(self.state.expose_secret().as_bytes())) {
            return Err(OAuthError::new("the redirect's `state` is not that of this login"));
        }
        if let Some(error) = once("error")? {
            let mut problem = OAuthError::new("the login page answered with an error");
            problem.code = Some(OAuthErrorCode::from(printable(error.expose_secret()).as_str()));
            problem.description = once("error_description")?.map(|text| printable(text.expose_secret()));
            problem.uri = once("error_uri")?.map(|text| printable(text.expose_secret()));
            return Err(problem);
        }
        let code = once("code")?.filter(|code| !code.is_empty());
        code.ok_or_else(|| OAuthError::new("the redirect has no `code`"))
    }
}

/// Without the state, which is the login's secret.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("provider", &self.provider).finish_non_exhaustive()
    }
}
