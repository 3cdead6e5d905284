use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::auth::{Auth, basic};
use crate::config::ConnectionConfig;
use crate::endpoint::Endpoint;
use crate::types::AccountSid;
use crate::{Error, Result};

/// What all products of a client share: credentials, connections and settings. Cheap to clone.
#[derive(Clone)]
pub struct Handle(Arc<Inner>);

struct Inner {
    auth: Auth,
    /// Made once, because every request carries it.
    authorization: HeaderValue,
    endpoint: Endpoint,
    http: reqwest::Client,
}

impl Handle {
    pub(crate) fn new(config: ConnectionConfig) -> Result<Self> {
        config.auth.check()?;
        let endpoint = Endpoint::new(&config)?;
        let (user, password) = config.auth.user_and_password();
        let authorization = basic(user, password).ok_or_else(|| {
            Error::config("the credentials hold a character that Basic authentication cannot carry")
        })?;
        let http = http_client(config.timeout, endpoint.needs_tls())?;
        Ok(Self(Arc::new(Inner { auth: config.auth, authorization, endpoint, http })))
    }

    pub(crate) fn authorization(&self) -> &HeaderValue {
        &self.0.authorization
    }

    pub(crate) fn account_sid(&self) -> &AccountSid {
        self.0.auth.account_sid()
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }
}

/// Redirects are not followed: Twilio's few are answers, and credentials must not go where a redirect says.
fn http_client(timeout: Duration, needs_tls: bool) -> Result<reqwest::Client> {
    let user_agent = concat!("twilio-sdk-rust/", env!("CARGO_PKG_VERSION"));
    let builder = reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        // A client for this machine alone must work where no root certificates are installed.
        .tls_backend_preconfigured(super::tls::config(needs_tls)?);
    builder.build().map_err(|e| Error::config(format!("the HTTP client cannot be built: {e}")))
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("auth", &self.0.auth).field("endpoint", &self.0.endpoint).finish()
    }
}
