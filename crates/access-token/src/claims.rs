use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::json::Object;
use crate::token::CONTENT_TYPE;
use crate::{AccessTokenError, ChatGrant, PlaybackGrant, SyncGrant, TaskRouterGrant, VideoGrant, VoiceGrant};

/// The claims of a verified token.
///
/// `Debug` shows only the names of the grants. `Serialize` writes everything, including the grants, which may hold the
/// credentials of a player.
#[derive(Clone, PartialEq)]
pub struct Claims {
    id: Option<String>,
    key_sid: String,
    account_sid: String,
    identity: Option<String>,
    expires_at: u64,
    not_before: Option<u64>,
    region: Option<String>,
    grants: Map<String, Value>,
}

impl Claims {
    /// Converts the header and payload of a token whose signature is verified, and checks the validity period.
    pub(crate) fn from_parts(
        header: &Map<String, Value>,
        mut payload: Map<String, Value>,
        now: u64,
    ) -> Result<Self, AccessTokenError> {
        if header.get("cty").and_then(Value::as_str) != Some(CONTENT_TYPE) {
            return Err(AccessTokenError::InvalidHeader(
                "its content type (cty) is not that of an access token",
            ));
        }
        let region = match header.get("twr") {
            None => None,
            Some(Value::String(region)) => Some(region.clone()),
            Some(_) => return Err(AccessTokenError::InvalidHeader("its region (twr) is not a string")),
        };
        let expires_at = seconds(&payload, "exp")?.ok_or(AccessTokenError::Claim("exp"))?;
        let not_before = seconds(&payload, "nbf")?;
        if expires_at <= now {
            return Err(AccessTokenError::Expired);
        }
        if not_before.is_some_and(|time| time > now) {
            return Err(AccessTokenError::NotYetValid);
        }
        let Some(Value::Object(mut grants)) = payload.remove("grants") else {
            return Err(AccessTokenError::Claim("grants"));
        };
        let identity = match grants.remove("identity") {
            None => None,
            Some(Value::String(identity)) => Some(identity),
            Some(_) => return Err(AccessTokenError::Claim("grants.identity")),
        };
        let claims = Self {
            id: string(&mut payload, "jti")?,
            key_sid: string(&mut payload, "iss")?.ok_or(AccessTokenError::Claim("iss"))?,
            account_sid: string(&mut payload, "sub")?.ok_or(AccessTokenError::Claim("sub"))?,
            identity,
            expires_at,
            not_before,
            region,
            grants,
        };
        claims.check_grants()?;
        Ok(claims)
    }

    fn check_grants(&self) -> Result<(), AccessTokenError> {
        self.grant("voice", VoiceGrant::from_json)?;
        self.grant("video", VideoGrant::from_json)?;
        self.grant("chat", ChatGrant::from_json)?;
        self.grant("data_sync", SyncGrant::from_json)?;
        self.grant("task_router", TaskRouterGrant::from_json).map(drop)
    }

    /// Returns the ID of the token (`jti`).
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns the SID of the API key that signed the token (`iss`).
    pub fn key_sid(&self) -> &str {
        &self.key_sid
    }

    /// Returns the SID of the account (`sub`).
    pub fn account_sid(&self) -> &str {
        &self.account_sid
    }

    /// Returns the identity of the token's holder.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// Returns when the token expires (`exp`).
    pub fn expires_at(&self) -> SystemTime {
        time(self.expires_at)
    }

    /// Returns when the token becomes valid (`nbf`).
    pub fn not_before(&self) -> Option<SystemTime> {
        self.not_before.map(time)
    }

    /// Returns the region (`twr` of the header).
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Returns all grants as JSON, including unknown ones, without the identity.
    pub fn grants(&self) -> &Map<String, Value> {
        &self.grants
    }

    /// Returns the grant for Voice.
    pub fn voice(&self) -> Option<VoiceGrant> {
        self.grant("voice", VoiceGrant::from_json).ok().flatten()
    }

    /// Returns the grant for Video.
    pub fn video(&self) -> Option<VideoGrant> {
        self.grant("video", VideoGrant::from_json).ok().flatten()
    }

    /// Returns the grant for Conversations.
    pub fn chat(&self) -> Option<ChatGrant> {
        self.grant("chat", ChatGrant::from_json).ok().flatten()
    }

    /// Returns the grant for Sync.
    pub fn sync(&self) -> Option<SyncGrant> {
        self.grant("data_sync", SyncGrant::from_json).ok().flatten()
    }

    /// Returns the grant for TaskRouter.
    pub fn task_router(&self) -> Option<TaskRouterGrant> {
        self.grant("task_router", TaskRouterGrant::from_json).ok().flatten()
    }

    /// Returns the grant for a player of live media.
    pub fn playback(&self) -> Option<PlaybackGrant> {
        self.grants.get("player").cloned().map(PlaybackGrant)
    }

    fn grant<T>(
        &self,
        name: &'static str,
        from_json: fn(&Map<String, Value>) -> Option<T>,
    ) -> Result<Option<T>, AccessTokenError> {
        let Some(value) = self.grants.get(name) else { return Ok(None) };
        match value.as_object().and_then(from_json) {
            Some(grant) => Ok(Some(grant)),
            None => Err(AccessTokenError::grant(format!("token: the grant {name} is malformed"))),
        }
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Object::new()
            .with_optional("id", self.id.as_deref())
            .with("key_sid", self.key_sid.as_str())
            .with("account_sid", self.account_sid.as_str())
            .with_optional("identity", self.identity.as_deref())
            .with("expires_at", self.expires_at)
            .with_optional("not_before", self.not_before)
            .with_optional("region", self.region.as_deref())
            .with("grants", Value::Object(self.grants.clone()))
            .serialize(serializer)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("id", &self.id)
            .field("key_sid", &self.key_sid)
            .field("account_sid", &self.account_sid)
            .field("identity", &self.identity)
            .field("expires_at", &self.expires_at)
            .field("not_before", &self.not_before)
            .field("region", &self.region)
            .field("grants", &self.grants.keys().collect::<Vec<_>>())
            .finish()
    }
}

fn string(claims: &mut Map<String, Value>, name: &'static str) -> Result<Option<String>, AccessTokenError> {
    match claims.remove(name) {
        None => Ok(None),
        Some(Value::String(string)) => Ok(Some(string)),
        Some(_) => Err(AccessTokenError::Claim(name)),
    }
}

/// Returns a `NumericDate` (RFC 7519, section 2) in whole seconds.
fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<u64>, AccessTokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => match (number.as_u64(), number.as_f64()) {
            (Some(seconds), _) => Ok(Some(seconds)),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the range excludes both"
            )]
            (None, Some(seconds)) if (0.0..1e15).contains(&seconds) => Ok(Some(seconds as u64)),
            _ => Err(AccessTokenError::Claim(name)),
        },
        Some(_) => Err(AccessTokenError::Claim(name)),
    }
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
}
