use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use tokio::time::Instant;
use twilio_sdk_http::internal::header::{bearer, secret_header};
use twilio_sdk_http::internal::token::{Token, TokenCell};
use zeroize::Zeroizing;

use super::check::header_name;
use super::hook::PREPARED;
use super::token::Fetch;
use super::{Auth, BasicProvider, KeyLocation};
use crate::endpoint::Endpoint;
use crate::error::TokenResult;
use crate::runtime::{Handle, HttpRequest};
use crate::types::{AccountSid, SecretString};
use crate::{Error, Result};

/// Credentials in the form in which requests carry them.
pub(crate) struct AuthState {
    auth: Auth,
    credential: Credential,
}

/// The place of the credentials in a request.
enum Credential {
    /// Built once, because every request has it.
    Header(HeaderName, HeaderValue),
    /// A query parameter.
    Query(String, SecretString),
    /// A bearer token that is fetched, and refreshed before it expires.
    Token(Arc<TokenCell>, Arc<dyn Fetch>),
}

/// The token of one attempt, if the credentials are tokens.
pub(crate) struct Ready(Option<Arc<Token>>);

impl Ready {
    /// No token.
    pub(crate) const NONE: Self = Self(None);

    /// Puts the token where the hook finds it.
    pub(crate) fn put_into(&self, request: &mut HttpRequest) {
        if let Some(token) = &self.0 {
            request.headers_mut().insert(PREPARED, token.header.clone());
        }
    }
}

impl AuthState {
    pub(crate) fn new(auth: Auth) -> Result<Self> {
        auth.check()?;
        let by_basic = |user: &str, password: &SecretString| {
            let value = BasicProvider::allow_empty(user.to_owned(), password)?.to_header_value();
            Ok::<_, Error>(Credential::Header(AUTHORIZATION, value))
        };
        let credential = match &auth {
            Auth::AuthToken(config) => by_basic(config.account_sid.as_str(), &config.auth_token)?,
            Auth::ApiKey(config) => by_basic(config.api_key.as_str(), &config.api_secret)?,
            Auth::Basic(config) => by_basic(&config.username, &config.password)?,
            Auth::Bearer(config) => {
                let value = bearer(&config.token);
                Credential::Header(AUTHORIZATION, value.ok_or_else(|| uncarriable("bearer_token"))?)
            }
            Auth::CustomKey(config) => match &config.location {
                KeyLocation::Header(name) => {
                    let value = secret_header(Zeroizing::new(config.key.expose_secret().to_owned()));
                    Credential::Header(header_name(name)?, value.ok_or_else(|| uncarriable("key"))?)
                }
                KeyLocation::Query(name) => Credential::Query(name.clone(), config.key.clone()),
            },
            Auth::OAuth(config) => {
                // The audit log redacts the secret of token requests.
                config.recorder.redact_secret(&config.client_secret);
                Credential::Token(Arc::default(), Arc::new(config.clone()))
            }
            #[cfg(feature = "oauth")]
            Auth::TokenSource(source) => Credential::Token(source.cell(), Arc::new(source.clone())),
        };
        Ok(Self { auth, credential })
    }

    /// Rejects endpoints that the credentials must not be sent to.
    pub(crate) fn check_endpoint(&self, endpoint: &Endpoint) -> Result<()> {
        match self.auth.only_for_own_endpoints() {
            Some(what) if endpoint.is_twilio() => {
                Err(Error::config(format!("{what} must not be sent to Twilio; set `base_url`")))
            }
            _ => Ok(()),
        }
    }

    /// Returns whether fetching the credentials needs TLS, whatever the base URL is.
    pub(crate) fn needs_tls(&self) -> bool {
        match &self.auth {
            Auth::OAuth(config) => {
                config.token_url.as_deref().is_some_and(twilio_sdk_http::internal::url::is_https)
            }
            _ => false,
        }
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.auth
    }

    pub(crate) fn account_sid(&self) -> Option<&AccountSid> {
        self.auth.account_sid()
    }

    /// Returns the token of an attempt, fetched if necessary.
    pub(crate) async fn ready(&self, handle: &Handle, deadline: Instant) -> TokenResult<Ready> {
        match &self.credential {
            Credential::Token(cell, source) => {
                // Boxed, so that requests without tokens do not use its memory.
                let token =
                    Box::pin(cell.get(deadline, |last| Arc::clone(source).fetch(handle, last))).await?;
                Ok(Ready(Some(token)))
            }
            Credential::Header(..) | Credential::Query(..) => Ok(Ready::NONE),
        }
    }

    /// Drops the token that a server rejected, but not a newer one. Returns whether a fresh one can be fetched.
    pub(crate) fn renew(&self, refused: &Ready) -> bool {
        match (&self.credential, &refused.0) {
            (Credential::Token(cell, _), Some(token)) => {
                cell.invalidate(token);
                true
            }
            _ => false,
        }
    }

    /// Returns the name of the header or query parameter of the credentials.
    pub(crate) fn carrier(&self) -> &str {
        match &self.credential {
            Credential::Header(name, _) => name.as_str(),
            Credential::Query(name, _) => name,
            Credential::Token(..) => AUTHORIZATION.as_str(),
        }
    }

    /// Sets the credentials, replacing existing ones.
    pub(crate) fn set(&self, request: &mut HttpRequest, prepared: Option<HeaderValue>) {
        match &self.credential {
            Credential::Header(name, value) => {
                request.headers_mut().insert(name.clone(), value.clone());
            }
            Credential::Query(name, value) => {
                request.url_mut().query_pairs_mut().append_pair(name, value.expose_secret());
            }
            Credential::Token(..) => {
                if let Some(value) = prepared {
                    request.headers_mut().insert(AUTHORIZATION, value);
                }
            }
        }
    }

    /// Removes all credentials of a request.
    pub(crate) fn clear(&self, request: &mut HttpRequest) {
        request.headers_mut().remove(AUTHORIZATION);
        match &self.credential {
            Credential::Header(name, _) => {
                request.headers_mut().remove(name);
            }
            Credential::Query(name, _) if has(request, name) => {
                let others: Vec<_> =
                    request.url().query_pairs().into_owned().filter(|(have, _)| have != name).collect();
                match others.is_empty() {
                    true => request.url_mut().set_query(None),
                    false => drop(request.url_mut().query_pairs_mut().clear().extend_pairs(others)),
                }
            }
            Credential::Query(..) | Credential::Token(..) => {}
        }
    }

    /// Returns whether a request has the credentials as [`set`](Self::set) sets them, or none if it must have none.
    pub(crate) fn is_right(&self, request: &HttpRequest, authenticated: bool) -> bool {
        let headers = request.headers();
        let sensitive = |name: &HeaderName| headers.get(name).is_some_and(HeaderValue::is_sensitive);
        let stray = match &self.credential {
            Credential::Header(name, _) => name != AUTHORIZATION && headers.contains_key(AUTHORIZATION),
            Credential::Query(..) => headers.contains_key(AUTHORIZATION),
            Credential::Token(..) => headers.contains_key(PREPARED),
        };
        let there = match &self.credential {
            Credential::Header(name, _) => (headers.contains_key(name), sensitive(name)),
            Credential::Token(..) => (headers.contains_key(AUTHORIZATION), sensitive(&AUTHORIZATION)),
            Credential::Query(name, key) => {
                let values: Vec<_> =
                    request.url().query_pairs().filter(|(have, _)| have == name).map(|(_, v)| v).collect();
                (!values.is_empty(), matches!(values.as_slice(), [value] if value == key.expose_secret()))
            }
        };
        !stray && if authenticated { there.1 } else { !there.0 }
    }
}

fn has(request: &HttpRequest, name: &str) -> bool {
    request.url().query_pairs().any(|(have, _)| have == name)
}

fn uncarriable(field: &str) -> Error {
    Error::config(format!("{field} contains a character that a header cannot carry"))
}
