use std::fmt;
use std::time::{Duration, SystemTime};

use super::TokenVerifier;
use super::claims::{Clock, is_for, now, scopes, time, user};
use super::jws::Signed;
use super::keys::{JwksSource, Keys};
use crate::{AuthError, AuthFuture, UserDetails};
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::TlsConfig;
use twilio_sdk_types::SecretString;

/// The maximum leeway.
const MAX_LEEWAY: Duration = Duration::from_secs(300);

/// Settings for JSON Web Tokens. In TOML the keys have the names of the fields; `jwks` is `jwks_file` or `jwks_url`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JwtConfig {
    /// The required value of the claim `iss`.
    pub issuer: String,
    /// The required value of the claim `aud`, or one of its values: the issuer's name for this service.
    pub audience: String,
    /// The issuer's public keys.
    pub jwks: JwksSource,
    /// The claim with the scopes, a space-separated string or a list of strings. Default: `scope`.
    pub scope_claim: String,
    /// The tolerated clock difference. Default: 0; maximum: 5 minutes.
    pub leeway: Duration,
    /// The TTL of fetched keys. Default: 5 minutes.
    pub cache_ttl: Duration,
    /// The minimum time between two fetches. Default: 10 s. After a failed fetch it is 1 s, doubled with each further failure up
    /// to this value.
    pub min_refresh_interval: Duration,
    /// The timeout of a fetch. Default: 5 s.
    pub timeout: Duration,
    /// TLS settings of the connection to the issuer. Default: the system's root certificates.
    pub tls: TlsConfig,
}

impl JwtConfig {
    /// Creates settings from an issuer, an audience and the issuer's keys.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, jwks: JwksSource) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            jwks,
            scope_claim: "scope".to_owned(),
            leeway: Duration::ZERO,
            cache_ttl: Duration::from_secs(300),
            min_refresh_interval: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            tls: TlsConfig::new(),
        }
    }
}

/// Verifies JSON Web Tokens (RFC 7519) signed with RS256.
///
/// * Other algorithms are rejected, such as `none`, or HMAC with the public key as secret.
/// * A token names its key by `kid`. A token without `kid` is accepted only if the set has exactly one key.
/// * `iss`, `aud` and `exp` are required; `nbf` is checked if it exists. The username is `sub` or else `client_id`, and `iss` is
///   the user's [`issuer`](UserDetails::issuer).
/// * While the system clock is before 1970, every token is rejected with [`AuthError::Unavailable`].
///
/// ```no_run
/// use twilio_sdk_inbound_auth::{AuthLayer, AuthMethod, JwksSource, JwtConfig, JwtVerifier};
///
/// fn layer() -> Result<AuthLayer, Box<dyn std::error::Error>> {
///     let keys = JwksSource::Url("https://id.example.org/jwks".to_owned());
///     let tokens = JwtVerifier::new(JwtConfig::new("https://id.example.org", "bank", keys))?;
///     Ok(AuthLayer::new("bank", [AuthMethod::bearer(tokens).scopes(["read"])]))
/// }
/// ```
pub struct JwtVerifier {
    config: JwtConfig,
    keys: Keys,
    clock: Clock,
}

impl JwtVerifier {
    /// Creates a verifier. It reads a key file now, and sends no request until the first token arrives.
    ///
    /// # Errors
    ///
    /// An empty issuer, audience or scope claim, an invalid duration, an unreadable key file, or a URL without TLS.
    pub fn new(config: JwtConfig) -> Result<Self, ConfigError> {
        let wrong = |what: &str| Err(ConfigError::new(format!("jwt: {what}")));
        for (name, value) in
            [("issuer", &config.issuer), ("audience", &config.audience), ("scope_claim", &config.scope_claim)]
        {
            if value.trim().is_empty() {
                return wrong(&format!("{name}: must not be empty"));
            }
        }
        if config.leeway > MAX_LEEWAY {
            return wrong("leeway: must be at most 5 minutes");
        }
        if config.cache_ttl.is_zero() || config.min_refresh_interval.is_zero() {
            return wrong("cache_ttl and min_refresh_interval must be more than 0");
        }
        let keys = Keys::new(
            &config.jwks,
            &config.tls,
            config.timeout,
            config.cache_ttl,
            config.min_refresh_interval,
        )
        .map_err(|error| ConfigError::new(format!("jwt: {error}")))?;
        Ok(Self { config, keys, clock: SystemTime::now })
    }

    async fn check(&self, token: &str) -> Result<UserDetails, AuthError> {
        let signed = Signed::parse(token).ok_or(AuthError::InvalidCredentials)?;
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
        let claims = claims.ok_or(AuthError::InvalidCredentials)?;
        let leeway = self.config.leeway.as_secs_f64();
        let in_time = match (time(&claims, "exp"), time(&claims, "nbf")) {
            (Ok(Some(exp)), Ok(nbf)) => now < exp + leeway && nbf.is_none_or(|nbf| nbf <= now + leeway),
            _ => false,
        };
        let issued = claims.get("iss").and_then(|iss| iss.as_str()) == Some(&self.config.issuer);
        if !in_time || !issued || !is_for(&claims, &self.config.audience) {
            return Err(AuthError::InvalidCredentials);
        }
        let scopes = scopes(&claims, &self.config.scope_claim, true);
        user(&claims, &["sub", "client_id"], scopes).ok_or(AuthError::InvalidCredentials)
    }
}

impl TokenVerifier for JwtVerifier {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> AuthFuture<'a> {
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

    /// A verifier, and a token of its issuer that expired in 1970.
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
        assert_eq!(validator.authenticate(&token).await, Err(AuthError::InvalidCredentials));
        validator.clock = || UNIX_EPOCH + Duration::from_secs(500);
        assert!(validator.authenticate(&token).await.is_ok(), "it was good before it expired");
        validator.clock = || UNIX_EPOCH - Duration::from_secs(1);
        let refused = validator.authenticate(&token).await.expect_err("nobody knows the time");
        assert_eq!(refused.status(), 503, "{refused}");
        assert!(refused.to_string().contains("before 1970"), "{refused}");
    }
}
