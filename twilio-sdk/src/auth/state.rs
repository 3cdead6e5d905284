use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use super::{Auth, basic};
use crate::runtime::HttpRequest;
use crate::types::AccountSid;
use crate::{Error, Result};

/// Credentials in the form in which requests carry them.
pub(crate) struct AuthState {
    auth: Auth,
    credential: Credential,
}

/// Where in a request the credentials go.
enum Credential {
    /// Made once, because every request carries it.
    Header(HeaderName, HeaderValue),
}

impl AuthState {
    pub(crate) fn new(auth: Auth) -> Result<Self> {
        auth.check()?;
        let (user, password) = auth.user_and_password();
        let value = basic(user, password).ok_or_else(|| {
            Error::config("the credentials hold a character that Basic authentication cannot carry")
        })?;
        Ok(Self { auth, credential: Credential::Header(AUTHORIZATION, value) })
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.auth
    }

    pub(crate) fn account_sid(&self) -> &AccountSid {
        self.auth.account_sid()
    }

    /// Gives up the credentials that a server has refused; whether fresh ones can be had.
    pub(crate) fn renew(&self) -> bool {
        false
    }

    /// Sets the credentials, whatever was there before.
    pub(crate) fn set(&self, request: &mut HttpRequest) {
        match &self.credential {
            Credential::Header(name, value) => {
                request.headers_mut().insert(name.clone(), value.clone());
            }
        }
    }

    /// Takes out whatever credentials a request may hold.
    pub(crate) fn clear(&self, request: &mut HttpRequest) {
        request.headers_mut().remove(AUTHORIZATION);
        match &self.credential {
            Credential::Header(name, _) => {
                request.headers_mut().remove(name);
            }
        }
    }

    /// Whether a request carries credentials as [`set`](Self::set) puts them there: marked as sensitive.
    pub(crate) fn is_in(&self, request: &HttpRequest) -> bool {
        match &self.credential {
            Credential::Header(name, _) => request.headers().get(name).is_some_and(HeaderValue::is_sensitive),
        }
    }
}
