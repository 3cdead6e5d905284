use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::token::CONTENT_TYPE;
use super::voice::{VoiceGrant, VoiceWire};
use super::{ChatGrant, PlaybackGrant, SyncGrant, TaskRouterGrant, TokenError, VideoGrant};

/// What a verified token says. `Debug` shows only the names of its grants.
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
    pub(super) fn read(
        header: &Map<String, Value>,
        mut payload: Map<String, Value>,
        now: u64,
    ) -> Result<Self, TokenError> {
        if header.get("cty").and_then(Value::as_str) != Some(CONTENT_TYPE) {
            return Err(TokenError::Header("its content type (cty) is not that of an access token"));
        }
        let region = match header.get("twr") {
            None => None,
            Some(Value::String(region)) => Some(region.clone()),
            Some(_) => return Err(TokenError::Header("its region (twr) is no text")),
        };
        let expires_at = seconds(&payload, "exp")?.ok_or(TokenError::Claim("exp"))?;
        let not_before = seconds(&payload, "nbf")?;
        if expires_at <= now {
            return Err(TokenError::Expired);
        }
        if not_before.is_some_and(|time| time > now) {
            return Err(TokenError::NotYetValid);
        }
        let Some(Value::Object(mut grants)) = payload.remove("grants") else {
            return Err(TokenError::Claim("grants"));
        };
        let identity = match grants.remove("identity") {
            None => None,
            Some(Value::String(identity)) => Some(identity),
            Some(_) => return Err(TokenError::Claim("grants.identity")),
        };
        let claims = Self {
            id: text(&mut payload, "jti")?,
            key_sid: text(&mut payload, "iss")?.ok_or(TokenError::Claim("iss"))?,
            account_sid: text(&mut payload, "sub")?.ok_or(TokenError::Claim("sub"))?,
            identity,
            expires_at,
            not_before,
            region,
            grants,
        };
        claims.check_grants()?;
        Ok(claims)
    }

    fn check_grants(&self) -> Result<(), TokenError> {
        self.read_grant::<VoiceWire>("voice")?;
        self.read_grant::<VideoGrant>("video")?;
        self.read_grant::<ChatGrant>("chat")?;
        self.read_grant::<SyncGrant>("data_sync")?;
        self.read_grant::<TaskRouterGrant>("task_router").map(drop)
    }

    /// The token's id, `jti`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The API key that signed it, `iss`.
    pub fn key_sid(&self) -> &str {
        &self.key_sid
    }

    /// The account that it is for, `sub`.
    pub fn account_sid(&self) -> &str {
        &self.account_sid
    }

    /// Whom it is for.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// When it expires, `exp`.
    pub fn expires_at(&self) -> SystemTime {
        time(self.expires_at)
    }

    /// From when it is valid, `nbf`.
    pub fn not_before(&self) -> Option<SystemTime> {
        self.not_before.map(time)
    }

    /// The region, `twr` of the header.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// All grants as they stand in the token, also such as are not known here, without the identity.
    pub fn grants(&self) -> &Map<String, Value> {
        &self.grants
    }

    /// The grant of Voice.
    pub fn voice(&self) -> Option<VoiceGrant> {
        self.read_grant::<VoiceWire>("voice").ok().flatten().map(Into::into)
    }

    /// The grant of Video.
    pub fn video(&self) -> Option<VideoGrant> {
        self.read_grant("video").ok().flatten()
    }

    /// The grant of Conversations.
    pub fn chat(&self) -> Option<ChatGrant> {
        self.read_grant("chat").ok().flatten()
    }

    /// The grant of Sync.
    pub fn sync(&self) -> Option<SyncGrant> {
        self.read_grant("data_sync").ok().flatten()
    }

    /// The grant of TaskRouter.
    pub fn task_router(&self) -> Option<TaskRouterGrant> {
        self.read_grant("task_router").ok().flatten()
    }

    /// The grant of a player.
    pub fn playback(&self) -> Option<PlaybackGrant> {
        self.grants.get("player").cloned().map(PlaybackGrant)
    }

    fn read_grant<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, TokenError> {
        let Some(value) = self.grants.get(name) else { return Ok(None) };
        let wrong = || TokenError::grant(format!("the token's grant {name} does not have its shape"));
        if !value.is_object() {
            return Err(wrong());
        }
        serde_json::from_value(value.clone()).map(Some).map_err(|_| wrong())
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

fn text(claims: &mut Map<String, Value>, name: &'static str) -> Result<Option<String>, TokenError> {
    match claims.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::Claim(name)),
    }
}

/// A time as RFC 7519 (section 2) writes it: seconds, a fraction of which counts for nothing.
fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<u64>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => match (number.as_u64(), number.as_f64()) {
            (Some(seconds), _) => Ok(Some(seconds)),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked by the bounds"
            )]
            (None, Some(seconds)) if (0.0..1e15).contains(&seconds) => Ok(Some(seconds as u64)),
            _ => Err(TokenError::Claim(name)),
        },
        Some(_) => Err(TokenError::Claim(name)),
    }
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
}
