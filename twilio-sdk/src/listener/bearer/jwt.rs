use std::fmt;
use std::time::Duration;

use super::super::{AuthError, Authentication, UserDetails};
use super::TokenStore;
use super::claims::{is_for, now, scopes, time, user};
use super::jws::Signed;
use super::keys::{KeySource, Keys};
use crate::config::TlsConfig;
use crate::types::SecretString;
use crate::{Error, Result};

/// More than this makes an expiry none.
const MOST_LEEWAY: Duration = Duration::from_secs(300);

/// Which JSON Web Tokens are believed. In TOML the keys have the fields' names, and the keys are `jwks_file` or `jwks_url`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JwtConfig {
    /// What the claim `iss` must be, exactly.
    pub issuer: String,
    /// What the claim `aud` must be, or hold.
    pub audience: String,
    /// Where the issuer's keys are.
    pub keys: KeySource,
    /// The claim with the scopes: words between spaces, or a list of texts; `scope` unless set.
    pub scope_key: String,
    /// How far the issuer's clock may be from this one's; none unless set, 5 minutes at most.
    pub leeway: Duration,
    /// How long fetched keys are used before they are fetched again; 5 minutes unless set.
    pub cache_ttl: Duration,
    /// How long nothing is fetched after the last try, whatever tokens come; 10 s unless set.
    pub min_refresh: Duration,
    /// How long fetching the keys may take; 5 s unless set.
    pub timeout: Duration,
    /// Whom the connection to the keys trusts; the system's root certificates unless set.
    pub tls: TlsConfig,
}

impl JwtConfig {
    /// The issuer's tokens for an audience.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: KeySource) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            keys,
            scope_key: "scope".to_owned(),
            leeway: Duration::ZERO,
            cache_ttl: Duration::from_secs(300),
            min_refresh: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            tls: TlsConfig::new(),
        }
    }
}

/// Checks JSON Web Tokens (RFC 7519) that are signed with RS256.
///
/// * No other algorithm is believed, whatever a token says: neither `none`, nor HMAC with the public key as its secret.
/// * A token names its key by `kid`; one that does not is believed where the set has one key only.
/// * `iss`, `aud` and `exp` are needed, and `nbf` counts where it is there. The user is `sub`, or else `client_id`.
pub struct JwtValidator {
    config: JwtConfig,
    keys: Keys,
}

impl JwtValidator {
    /// A validator of these tokens. A file of keys is read now, a URL is asked when a token comes.
    ///
    /// # Errors
    ///
    /// An empty issuer, audience or scope key, times that cannot be, a file of keys that cannot be read, a URL without TLS.
    pub fn new(config: JwtConfig) -> Result<Self> {
        let wrong = |what: &str| Err(Error::config(format!("jwt: {what}")));
        if config.issuer.is_empty() || config.audience.is_empty() || config.scope_key.is_empty() {
            return wrong("issuer, audience and scope_key must not be empty");
        }
        if config.leeway > MOST_LEEWAY {
            return wrong("leeway must be at most 5 minutes");
        }
        if config.cache_ttl.is_zero() || config.min_refresh.is_zero() {
            return wrong("cache_ttl and min_refresh must be more than 0");
        }
        let keys = Keys::new(&config.keys, &config.tls, config.timeout, config.cache_ttl, config.min_refresh)
            .map_err(|error| Error::config(format!("jwt: {error}")))?;
        Ok(Self { config, keys })
    }

    async fn check(&self, token: &str) -> std::result::Result<UserDetails, AuthError> {
        let signed = Signed::parse(token).ok_or(AuthError::Rejected)?;
        let keys = self.keys.for_kid(signed.kid.as_deref()).await?;
        let claims = match (&signed.kid, keys.as_slice()) {
            (None, [only]) => signed.verified(&only.public),
            (None, _) => None,
            (kid, several) => {
                let named = several.iter().filter(|key| key.kid == *kid);
                named.filter_map(|key| signed.verified(&key.public)).next()
            }
        };
        let claims = claims.ok_or(AuthError::Rejected)?;
        let (now, leeway) = (now(), self.config.leeway.as_secs_f64());
        let in_time = match (time(&claims, "exp"), time(&claims, "nbf")) {
            (Ok(Some(exp)), Ok(nbf)) => now < exp + leeway && nbf.is_none_or(|nbf| nbf <= now + leeway),
            _ => false,
        };
        let issued = claims.get("iss").and_then(|iss| iss.as_str()) == Some(&self.config.issuer);
        if !in_time || !issued || !is_for(&claims, &self.config.audience) {
            return Err(AuthError::Rejected);
        }
        let scopes = scopes(&claims, &self.config.scope_key, true);
        user(&claims, &["sub", "client_id"], scopes).ok_or(AuthError::Rejected)
    }
}

impl TokenStore for JwtValidator {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> Authentication<'a> {
        Box::pin(self.check(token.expose()))
    }
}

impl fmt::Debug for JwtValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtValidator")
            .field("issuer", &self.config.issuer)
            .field("audience", &self.config.audience)
            .finish_non_exhaustive()
    }
}
