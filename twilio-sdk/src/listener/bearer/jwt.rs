use std::fmt;
use std::time::{Duration, SystemTime};

use super::super::{AuthError, Authentication, UserDetails};
use super::TokenStore;
use super::claims::{Clock, is_for, now, scopes, time, user};
use super::jws::Signed;
use super::keys::{JwksSource, Keys};
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
    /// What the claim `aud` must be, or hold: the name that the issuer has for this service. It cannot be left out.
    pub audience: String,
    /// Where the issuer's keys are.
    pub keys: JwksSource,
    /// The claim with the scopes: words between spaces, or a list of texts; `scope` unless set.
    pub scope_key: String,
    /// How far the issuer's clock may be from this one's; none unless set, 5 minutes at most.
    pub leeway: Duration,
    /// How long fetched keys are used before they are fetched again; 5 minutes unless set.
    pub cache_ttl: Duration,
    /// How long nothing is fetched after the last fetch has ended, whatever tokens come; 10 s unless set. After a fetch that
    /// failed it is 1 s, and twice as long after each further one up to this time.
    pub min_refresh: Duration,
    /// How long fetching the keys may take; 5 s unless set.
    pub timeout: Duration,
    /// Whom the connection to the keys trusts; the system's root certificates unless set.
    pub tls: TlsConfig,
}

impl JwtConfig {
    /// The issuer's tokens for an audience.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: JwksSource) -> Self {
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
/// * `iss`, `aud` and `exp` are needed, and `nbf` counts where it is there. The user is `sub`, or else `client_id`, and
///   `iss` is the user's [`issuer`](UserDetails::issuer).
/// * While the system's clock is before 1970, no token is accepted: [`AuthError::Unavailable`].
pub struct JwtVerifier {
    config: JwtConfig,
    keys: Keys,
    clock: Clock,
}

impl JwtVerifier {
    /// A validator of these tokens. A file of keys is read now, a URL is asked when a token comes.
    ///
    /// # Errors
    ///
    /// An empty issuer, audience or scope key, times that cannot be, a file of keys that cannot be read, a URL without TLS.
    pub fn new(config: JwtConfig) -> Result<Self> {
        let wrong = |what: &str| Err(Error::config(format!("jwt: {what}")));
        for (name, value) in
            [("issuer", &config.issuer), ("audience", &config.audience), ("scope_key", &config.scope_key)]
        {
            if value.trim().is_empty() {
                return wrong(&format!("{name}: must not be empty"));
            }
        }
        if config.leeway > MOST_LEEWAY {
            return wrong("leeway must be at most 5 minutes");
        }
        if config.cache_ttl.is_zero() || config.min_refresh.is_zero() {
            return wrong("cache_ttl and min_refresh must be more than 0");
        }
        let keys = Keys::new(&config.keys, &config.tls, config.timeout, config.cache_ttl, config.min_refresh)
            .map_err(|error| Error::config(format!("jwt: {error}")))?;
        Ok(Self { config, keys, clock: SystemTime::now })
    }

    async fn check(&self, token: &str) -> std::result::Result<UserDetails, AuthError> {
        let signed = Signed::parse(token).ok_or(AuthError::Rejected)?;
        let now = now(self.clock)?;
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
        let leeway = self.config.leeway.as_secs_f64();
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

impl TokenStore for JwtVerifier {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> Authentication<'a> {
        Box::pin(self.check(token.expose_secret()))
    }
}

impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier")
            .field("issuer", &self.config.issuer)
            .field("audience", &self.config.audience)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    /// A validator, and a token of its issuer that expired in 1970.
    fn expired() -> (JwtVerifier, SecretString) {
        use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
        let made = std::process::Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"])
            .output()
            .expect("the program openssl makes the test's key");
        let pair = RsaKeyPair::from_der(&made.stdout)
            .or_else(|_| RsaKeyPair::from_pkcs8(&made.stdout))
            .expect("a key");
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let keys = json!({"keys": [{"kty": "RSA", "n": part(&public.n), "e": part(&public.e)}]});
        let path = std::env::temp_dir().join(format!("twilio-sdk-clock-{}.json", std::process::id()));
        std::fs::write(&path, keys.to_string()).expect("a file");
        let validator = JwtVerifier::new(JwtConfig::new("issuer", "bank", JwksSource::File(path.clone())));
        std::fs::remove_file(path).expect("the file");
        let claims = json!({"iss": "issuer", "aud": "bank", "sub": "alice", "exp": 1000});
        let input = format!("{}.{}", part(br#"{"alg":"RS256"}"#), part(claims.to_string().as_bytes()));
        let mut signature = vec![0; pair.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut signature).expect("a signature");
        (validator.expect("a validator"), format!("{input}.{}", part(&signature)).into())
    }

    #[tokio::test]
    async fn review_79_no_token_is_accepted_while_the_clock_is_before_1970() {
        let (mut validator, token) = expired();
        assert_eq!(validator.authenticate(&token).await, Err(AuthError::Rejected));
        validator.clock = || UNIX_EPOCH + Duration::from_secs(500);
        assert!(validator.authenticate(&token).await.is_ok(), "it was good before it expired");
        validator.clock = || UNIX_EPOCH - Duration::from_secs(1);
        let refused = validator.authenticate(&token).await.expect_err("nobody knows the time");
        assert_eq!(refused.status(), 503, "{refused}");
        assert!(refused.to_string().contains("before 1970"), "{refused}");
    }
}
