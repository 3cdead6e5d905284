use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Gate, transport};
use crate::auth::{Auth, AuthState};
use crate::config::{ConnectionConfig, Observer, ResponseLimits, RetryConfig};
use crate::endpoint::Endpoint;
use crate::types::AccountSid;
use crate::{Error, Result};
use twilio_sdk_redact::Redactor;

/// The state that all products of a client share: credentials, connections and settings. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    auth: Arc<AuthState>,
}

/// What clients with other credentials share too.
struct Shared {
    endpoint: Endpoint,
    http: reqwest::Client,
    /// Whether root certificates are loaded.
    tls: bool,
    gate: Gate,
    settings: Settings,
}

/// Defaults of requests.
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    /// The attempt timeout of the settings.
    pub(crate) full_attempt: Duration,
    pub(crate) retry: RetryConfig,
    pub(crate) limits: ResponseLimits,
    pub(crate) observer: Option<Observer>,
    #[cfg(feature = "access-token")]
    pub(crate) public_key_client_validation: Option<crate::access_token::PublicKeyClientValidation>,
    pub(crate) redactor: Redactor,
    /// Whether headers and bodies are logged.
    pub(crate) log_bodies: bool,
    #[cfg(feature = "request-validation")]
    pub(crate) validation: bool,
}

impl Handle {
    pub(crate) fn new(config: ConnectionConfig) -> Result<Self> {
        config.check()?;
        let endpoint =
            Endpoint::new(config.base_url.as_deref(), config.region.as_deref(), config.edge.as_deref())?;
        let auth = AuthState::new(config.auth.clone())?;
        auth.check_endpoint(&endpoint)?;
        let tls = endpoint.needs_tls() || auth.needs_tls();
        let http = transport::client(&config, tls)?;
        let gate = Gate::new(&config);
        let settings = Settings {
            timeout: config.timeout,
            attempt_timeout: config.attempt_timeout,
            full_attempt: config.full_attempt(),
            retry: config.retry,
            limits: config.response_limits,
            observer: config.observer,
            #[cfg(feature = "access-token")]
            public_key_client_validation: config.public_key_client_validation,
            redactor: Redactor::new(&config.logging.redaction()),
            log_bodies: config.logging.log_bodies,
            #[cfg(feature = "request-validation")]
            validation: config.validate_requests,
        };
        let shared = Shared { endpoint, http, tls, gate, settings };
        Ok(Self { shared: Arc::new(shared), auth: Arc::new(auth) })
    }

    /// Returns a handle with other credentials and the connections and settings of this one.
    pub(crate) fn with_auth(&self, auth: Auth) -> Result<Self> {
        let auth = AuthState::new(auth)?;
        auth.check_endpoint(&self.shared.endpoint)?;
        if auth.needs_tls() && !self.shared.tls {
            let message =
                "the token endpoint needs TLS, which this client was created without; create another client";
            return Err(Error::config(message));
        }
        Ok(Self { shared: Arc::clone(&self.shared), auth: Arc::new(auth) })
    }

    pub(crate) fn auth(&self) -> &AuthState {
        &self.auth
    }

    pub(crate) fn account_sid(&self) -> Option<&AccountSid> {
        self.auth.account_sid()
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.shared.gate
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("auth", self.auth.auth())
            .field("endpoint", &self.shared.endpoint)
            .finish_non_exhaustive()
    }
}
