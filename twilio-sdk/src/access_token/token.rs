use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::rand::SecureRandom as _;
use serde::Serialize;
use serde_json::Value;

use super::grant::Grant;
use super::{Claims, DEFAULT_TTL, SHORTEST_SECRET, TokenError, check_sid, check_ttl, is_plain, jws, unix};
use crate::ApiKeyConfig;
use crate::types::Location;
use crate::types::SecretString;

pub(super) const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// The longest identity that Twilio's products take, in characters.
const LONGEST_IDENTITY: usize = 256;

/// A token in the making; [`sign`](Self::sign) gives its text.
///
/// Only a Standard or Main API key signs tokens that Twilio accepts; a Restricted key, an auth token and test
/// credentials do not.
#[derive(Clone)]
pub struct AccessToken {
    account_sid: String,
    key_sid: String,
    secret: SecretString,
    identity: Option<String>,
    life: Life,
    issued_at: Option<SystemTime>,
    not_before: NotBefore,
    region: Option<String>,
    grants: Vec<Grant>,
    unguessable: bool,
    short_secret: bool,
}

#[derive(Clone, Copy, Debug)]
enum Life {
    For(Duration),
    Until(SystemTime),
}

#[derive(Clone, Copy, Debug)]
enum NotBefore {
    IssuedAt,
    At(SystemTime),
    Never,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'static str,
    cty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    twr: Option<&'a str>,
}

#[derive(Serialize)]
struct Payload<'a> {
    jti: String,
    grants: Entries<'a>,
    iss: &'a str,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<u64>,
    sub: &'a str,
}

/// The grants in the order in which they were given, then the identity.
struct Entries<'a> {
    grants: Vec<(&'static str, Value)>,
    identity: Option<&'a str>,
}

impl Serialize for Entries<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.grants {
            map.serialize_entry(name, value)?;
        }
        if let Some(identity) = self.identity {
            map.serialize_entry("identity", identity)?;
        }
        map.end()
    }
}

impl AccessToken {
    /// A token for this identity. It lives for [`DEFAULT_TTL`] from the moment in which it is signed, and has no grant.
    ///
    /// # Errors
    ///
    /// The account's SID must start with `AC` and the key's with `SK`, the secret must not be empty, and the identity
    /// must have 1 to 256 characters.
    pub fn new(key: &ApiKeyConfig, identity: impl Into<String>) -> Result<Self, TokenError> {
        let identity = identity.into();
        let length = identity.chars().count();
        if length == 0 {
            return Err(TokenError::Identity("the identity is empty".into(), 20106));
        }
        if length > LONGEST_IDENTITY {
            let message = format!("the identity is longer than {LONGEST_IDENTITY} characters");
            return Err(TokenError::Identity(message.into(), 51003));
        }
        Ok(Self { identity: Some(identity), ..Self::without_identity(key)? })
    }

    /// A token for nobody in particular, which few products accept.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn without_identity(key: &ApiKeyConfig) -> Result<Self, TokenError> {
        let (account_sid, key_sid) = (key.account_sid.as_str(), key.api_key.as_str());
        check_sid("account_sid", account_sid, "AC")?;
        check_sid("api_key", key_sid, "SK")?;
        if key.api_secret.is_empty() {
            return Err(TokenError::Secret("api_secret is empty, and with it nothing is signed"));
        }
        Ok(Self {
            account_sid: account_sid.to_owned(),
            key_sid: key_sid.to_owned(),
            secret: key.api_secret.clone(),
            identity: None,
            life: Life::For(DEFAULT_TTL),
            issued_at: None,
            not_before: NotBefore::IssuedAt,
            region: None,
            grants: Vec::new(),
            unguessable: false,
            short_secret: false,
        })
    }

    /// How long the token lives, from 1 to 86400 s; an hour unless set. Fractions of seconds are cut off.
    ///
    /// # Errors
    ///
    /// Any other time is an error (Twilio error 20104).
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, TokenError> {
        check_ttl(ttl)?;
        self.life = Life::For(ttl);
        Ok(self)
    }

    /// Until when the token lives, in place of [`ttl`](Self::ttl). It must be at most a day ahead, which
    /// [`sign`](Self::sign) checks.
    pub fn valid_until(mut self, time: SystemTime) -> Self {
        self.life = Life::Until(time);
        self
    }

    /// From when the token is valid; from when it is signed unless set, and without such a claim for `None`.
    pub fn not_before(mut self, time: impl Into<Option<SystemTime>>) -> Self {
        self.not_before = time.into().map_or(NotBefore::Never, NotBefore::At);
        self
    }

    /// The moment in which the token counts as signed; when it really is unless set. For tests and fixed clocks.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// The region of the products that take the token (header `twr`), such as `ie1`. An empty one is none.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into()).filter(|region| !region.is_empty());
        self
    }

    /// Adds a grant. Of two of one kind the last counts.
    pub fn grant(mut self, grant: impl Into<Grant>) -> Self {
        let grant = grant.into();
        match self.grants.iter_mut().find(|earlier| earlier.name() == grant.name()) {
            Some(earlier) => *earlier = grant,
            None => self.grants.push(grant),
        }
        self
    }

    /// Puts 128 random bits behind the token's id (`jti`), so that no two tokens share one and nobody can guess it.
    pub fn unguessable_id(mut self) -> Self {
        self.unguessable = true;
        self
    }

    /// Signs with a secret of fewer than 32 bytes, which can be no secret of Twilio's. For tests only.
    pub fn allow_short_secret(mut self) -> Self {
        self.short_secret = true;
        self
    }

    /// The token's text.
    ///
    /// # Errors
    ///
    /// Whatever Twilio would refuse later: a short secret, a life of more than a day, a voice grant with an identity
    /// that is not letters, digits and `_`, SIDs of the wrong kind, an unknown form of region. The system's random
    /// generator may fail too, where the id is to be unguessable.
    pub fn sign(&self) -> Result<String, TokenError> {
        if self.secret.expose_secret().len() < SHORTEST_SECRET && !self.short_secret {
            return Err(TokenError::Secret(
                "api_secret has fewer than 32 characters; Twilio shows the whole secret once, when the key is made",
            ));
        }
        let issued = unix(self.issued_at.unwrap_or_else(SystemTime::now));
        let payload = Payload {
            jti: self.id(issued)?,
            grants: self.entries()?,
            iss: &self.key_sid,
            exp: self.expiry(issued)?,
            nbf: match self.not_before {
                NotBefore::IssuedAt => Some(issued),
                NotBefore::At(time) => Some(unix(time)),
                NotBefore::Never => None,
            },
            sub: &self.account_sid,
        };
        if payload.nbf.is_some_and(|nbf| nbf >= payload.exp) {
            return Err(TokenError::Lifetime("the token would expire before it is valid".into()));
        }
        let header = Header { typ: "JWT", alg: "HS256", cty: CONTENT_TYPE, twr: self.checked_region()? };
        jws::sign_hs256(&header, &payload, self.secret.expose_secret())
    }

    /// What a token says, if this secret signed it and its time is now.
    ///
    /// # Errors
    ///
    /// A token of another secret, another algorithm or another content type, one that was changed, has expired or is
    /// not valid yet, and one whose claims do not have their types. While the system's clock is before 1970, every token.
    pub fn verify(token: &str, secret: &SecretString) -> Result<Claims, TokenError> {
        Self::verify_at(token, secret, SystemTime::now())
    }

    /// [`verify`](Self::verify) at another time than now.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_at(token: &str, secret: &SecretString, now: SystemTime) -> Result<Claims, TokenError> {
        if secret.is_empty() {
            return Err(TokenError::Secret("the secret is empty, and with it nothing is verified"));
        }
        if now < UNIX_EPOCH {
            return Err(TokenError::Clock);
        }
        let (header, payload) = jws::verify_hs256(token, secret.expose_secret())?;
        Claims::read(&header, payload, unix(now))
    }

    fn id(&self, issued: u64) -> Result<String, TokenError> {
        let id = format!("{}-{issued}", self.key_sid);
        if !self.unguessable {
            return Ok(id);
        }
        let mut random = [0_u8; 16];
        ring::rand::SystemRandom::new().fill(&mut random).map_err(|_| TokenError::Random)?;
        Ok(format!("{id}-{:032x}", u128::from_be_bytes(random)))
    }

    fn expiry(&self, issued: u64) -> Result<u64, TokenError> {
        let ttl = match self.life {
            Life::For(ttl) => ttl,
            Life::Until(time) => Duration::from_secs(unix(time).saturating_sub(issued)),
        };
        Ok(issued.saturating_add(check_ttl(ttl)?))
    }

    fn entries(&self) -> Result<Entries<'_>, TokenError> {
        let identity = self.identity.as_deref();
        let mut grants = Vec::with_capacity(self.grants.len());
        for grant in &self.grants {
            grant.check()?;
            if matches!(grant, Grant::Voice(_)) && identity.is_some_and(|text| !is_plain(text)) {
                return Err(TokenError::Identity(
                    "an identity with a voice grant may hold letters, digits and _ only".into(),
                    20106,
                ));
            }
            grants.push(grant.entry()?);
        }
        Ok(Entries { grants, identity })
    }

    fn checked_region(&self) -> Result<Option<&str>, TokenError> {
        match self.region.as_deref() {
            Some(region) if Location::from_names(Some(region), None).is_err() => {
                Err(TokenError::Header("the region does not look like one, such as us1 or ie1"))
            }
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
            .field("life", &self.life)
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
        assert_eq!(verify(at(5_000)), Err(TokenError::Expired));
        assert_eq!(verify(UNIX_EPOCH - Duration::from_secs(1_000_000)), Err(TokenError::Clock));
    }
}
