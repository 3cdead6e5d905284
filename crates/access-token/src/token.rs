use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twilio_sdk_types::{ApiKeyConfig, Location, SecretString};

use crate::check::{check_sid, check_ttl, is_plain, unix};
use crate::json::Object;
use crate::{AccessTokenError, Claims, DEFAULT_TTL, Grant, MIN_SECRET_BYTES, jws};

pub(crate) const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// The longest identity that Twilio's products accept, in characters.
const MAX_IDENTITY: usize = 256;

/// Builds an access token. [`sign`](Self::sign) returns the JWT.
///
/// Twilio accepts only tokens signed with a Standard or Main API key, not with a Restricted key, an auth token or test
/// credentials.
#[derive(Clone)]
pub struct AccessToken {
    account_sid: String,
    key_sid: String,
    secret: SecretString,
    identity: Option<String>,
    lifetime: Lifetime,
    issued_at: Option<SystemTime>,
    not_before: NotBefore,
    region: Option<String>,
    grants: Vec<Grant>,
    random_id: bool,
    allow_short_secret: bool,
}

#[derive(Clone, Copy, Debug)]
enum Lifetime {
    For(Duration),
    Until(SystemTime),
}

#[derive(Clone, Copy, Debug)]
enum NotBefore {
    IssuedAt,
    At(SystemTime),
    Never,
}

impl AccessToken {
    /// Creates a token for an identity. It has no grants, and is valid for [`DEFAULT_TTL`] from the time at which it is
    /// signed.
    ///
    /// # Errors
    ///
    /// The SID of the account must start with `AC` and that of the key with `SK`, the secret must not be empty, and the
    /// identity must have 1 to 256 characters.
    pub fn new(key: &ApiKeyConfig, identity: impl Into<String>) -> Result<Self, AccessTokenError> {
        let identity = identity.into();
        let length = identity.chars().count();
        if length == 0 {
            return Err(AccessTokenError::Identity("identity: it is empty".into(), 20106));
        }
        if length > MAX_IDENTITY {
            let message = format!("identity: it is longer than {MAX_IDENTITY} characters");
            return Err(AccessTokenError::Identity(message.into(), 51003));
        }
        Ok(Self { identity: Some(identity), ..Self::without_identity(key)? })
    }

    /// Creates a token without an identity. Few products accept one.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new) for the SIDs and the secret.
    pub fn without_identity(key: &ApiKeyConfig) -> Result<Self, AccessTokenError> {
        let (account_sid, key_sid) = (key.account_sid.as_str(), key.api_key.as_str());
        check_sid("account_sid", account_sid, "AC")?;
        check_sid("api_key", key_sid, "SK")?;
        if key.api_secret.is_empty() {
            return Err(AccessTokenError::Secret("api_secret: it is empty"));
        }
        Ok(Self {
            account_sid: account_sid.to_owned(),
            key_sid: key_sid.to_owned(),
            secret: key.api_secret.clone(),
            identity: None,
            lifetime: Lifetime::For(DEFAULT_TTL),
            issued_at: None,
            not_before: NotBefore::IssuedAt,
            region: None,
            grants: Vec::new(),
            random_id: false,
            allow_short_secret: false,
        })
    }

    /// Sets how long the token is valid, from 1 s to [`MAX_TTL`](crate::MAX_TTL). Fractions of seconds are truncated.
    /// Default: [`DEFAULT_TTL`].
    ///
    /// # Errors
    ///
    /// [`AccessTokenError::Lifetime`] for any other duration (Twilio error 20104).
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, AccessTokenError> {
        check_ttl(ttl)?;
        self.lifetime = Lifetime::For(ttl);
        Ok(self)
    }

    /// Sets when the token expires, instead of [`ttl`](Self::ttl). [`sign`](Self::sign) fails if that is more than a day
    /// ahead.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.lifetime = Lifetime::Until(time);
        self
    }

    /// Sets when the token becomes valid (`nbf`). Default: when it is signed. `None` omits the claim.
    pub fn not_before(mut self, time: impl Into<Option<SystemTime>>) -> Self {
        self.not_before = time.into().map_or(NotBefore::Never, NotBefore::At);
        self
    }

    /// Sets the time of signing, for tests and fixed clocks. Default: now.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// Sets the region of the products that take the token (header `twr`), such as `ie1`. An empty string means no region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into()).filter(|region| !region.is_empty());
        self
    }

    /// Adds a grant. It replaces an earlier grant of the same kind.
    pub fn grant(mut self, grant: impl Into<Grant>) -> Self {
        let grant = grant.into();
        match self.grants.iter_mut().find(|earlier| earlier.name() == grant.name()) {
            Some(earlier) => *earlier = grant,
            None => self.grants.push(grant),
        }
        self
    }

    /// Appends 128 random bits to the token's ID (`jti`), so that IDs are unique and cannot be guessed.
    pub fn random_id(mut self) -> Self {
        self.random_id = true;
        self
    }

    /// Allows a secret of fewer than [`MIN_SECRET_BYTES`], which cannot be one of Twilio's. For tests only: an attacker can
    /// find a short secret by trying.
    pub fn danger_allow_short_secret(mut self) -> Self {
        self.allow_short_secret = true;
        self
    }

    /// Signs the token and returns the JWT.
    ///
    /// # Errors
    ///
    /// Everything that Twilio would reject later: a short secret, a lifetime of more than a day, a voice grant with an
    /// identity that is not letters, digits and `_`, a SID of the wrong kind, a malformed region. With
    /// [`random_id`](Self::random_id) the random number generator may fail.
    pub fn sign(&self) -> Result<String, AccessTokenError> {
        if self.secret.expose_secret().len() < MIN_SECRET_BYTES && !self.allow_short_secret {
            return Err(AccessTokenError::Secret(
                "api_secret: it has fewer than 32 characters; Twilio shows the secret once, when the key is created",
            ));
        }
        let issued = unix(self.issued_at.unwrap_or_else(SystemTime::now));
        let expires = self.expiry(issued)?;
        let not_before = match self.not_before {
            NotBefore::IssuedAt => Some(issued),
            NotBefore::At(time) => Some(unix(time)),
            NotBefore::Never => None,
        };
        let payload = Object::new()
            .with("jti", self.id(issued)?)
            .with("grants", self.grants()?)
            .with("iss", self.key_sid.as_str())
            .with("exp", expires)
            .with_optional("nbf", not_before)
            .with("sub", self.account_sid.as_str());
        if not_before.is_some_and(|not_before| not_before >= expires) {
            return Err(AccessTokenError::Lifetime(
                "not_before: the token expires before it is valid".into(),
            ));
        }
        let header = Object::new()
            .with("typ", "JWT")
            .with("alg", "HS256")
            .with("cty", CONTENT_TYPE)
            .with_optional("twr", self.checked_region()?);
        jws::sign_hs256(&header, &payload, self.secret.expose_secret())
    }

    /// Verifies signature and validity period, and returns the claims.
    ///
    /// # Errors
    ///
    /// - [`Signature`](AccessTokenError::Signature), [`Algorithm`](AccessTokenError::Algorithm) and
    ///   [`InvalidHeader`](AccessTokenError::InvalidHeader) for a token that is changed, signed with another secret or
    ///   algorithm, or not an access token;
    /// - [`Expired`](AccessTokenError::Expired) and [`NotYetValid`](AccessTokenError::NotYetValid);
    /// - [`Claim`](AccessTokenError::Claim) and [`Grant`](AccessTokenError::Grant) for claims of the wrong type;
    /// - [`Clock`](AccessTokenError::Clock) while the system clock is before 1970.
    pub fn verify(token: &str, secret: &SecretString) -> Result<Claims, AccessTokenError> {
        Self::verify_at(token, secret, SystemTime::now())
    }

    /// Like [`verify`](Self::verify), at the given time.
    ///
    /// # Errors
    ///
    /// The same errors as [`verify`](Self::verify).
    pub fn verify_at(
        token: &str,
        secret: &SecretString,
        now: SystemTime,
    ) -> Result<Claims, AccessTokenError> {
        if secret.is_empty() {
            return Err(AccessTokenError::Secret("api_secret: it is empty"));
        }
        if now < UNIX_EPOCH {
            return Err(AccessTokenError::Clock);
        }
        let (header, payload) = jws::verify_hs256(token, secret.expose_secret())?;
        Claims::from_parts(&header, payload, unix(now))
    }

    fn id(&self, issued: u64) -> Result<String, AccessTokenError> {
        let id = format!("{}-{issued}", self.key_sid);
        if !self.random_id {
            return Ok(id);
        }
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).map_err(|_| AccessTokenError::Rng)?;
        Ok(format!("{id}-{:032x}", u128::from_be_bytes(random)))
    }

    fn expiry(&self, issued: u64) -> Result<u64, AccessTokenError> {
        let ttl = match self.lifetime {
            Lifetime::For(ttl) => ttl,
            Lifetime::Until(time) => Duration::from_secs(unix(time).saturating_sub(issued)),
        };
        Ok(issued.saturating_add(check_ttl(ttl)?))
    }

    /// Returns the claim `grants`: the grants in the order in which they were added, then the identity.
    fn grants(&self) -> Result<Object<'_>, AccessTokenError> {
        let identity = self.identity.as_deref();
        let mut object = Object::new();
        for grant in &self.grants {
            grant.check()?;
            if matches!(grant, Grant::Voice(_)) && identity.is_some_and(|identity| !is_plain(identity)) {
                return Err(AccessTokenError::Identity(
                    "identity: with a voice grant it may have only letters, digits and _".into(),
                    20106,
                ));
            }
            object = object.with(grant.name(), grant.to_value());
        }
        Ok(object.with_optional("identity", identity))
    }

    fn checked_region(&self) -> Result<Option<&str>, AccessTokenError> {
        match self.region.as_deref() {
            Some(region) if Location::from_names(Some(region), None).is_err() => Err(
                AccessTokenError::InvalidHeader("the region is malformed; write a name such as us1 or ie1"),
            ),
            region => Ok(region),
        }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("account_sid", &self.account_sid)
            .field("key_sid", &self.key_sid)
            .field("identity", &self.identity)
            .field("lifetime", &self.lifetime)
            .field("not_before", &self.not_before)
            .field("region", &self.region)
            .field("grants", &self.grants)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn review_79_no_token_is_verified_while_the_clock_is_before_1970() {
        let secret = "0123456789abcdef0123456789abcdef";
        let key = ApiKeyConfig::new("AC123", "SK123", secret);
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let token = AccessToken::new(&key, "alice").and_then(|token| token.issued_at(at(0)).sign());
        let token = token.expect("a token of an hour");
        let verify = |now| AccessToken::verify_at(&token, &secret.into(), now).map(drop);
        assert_eq!(verify(at(2_000)), Ok(()));
        assert_eq!(verify(at(5_000)), Err(AccessTokenError::Expired));
        assert_eq!(verify(UNIX_EPOCH - Duration::from_secs(1_000_000)), Err(AccessTokenError::Clock));
    }
}
