//! Tokens for programs that hold no credentials of an account: browsers, apps, devices.
//!
//! [`AccessToken`] is the JWT that Twilio's client SDKs take: signed with an API key's secret, for one identity, with a
//! grant for each product, and for a day at most.
//!
//! ```
//! use std::time::Duration;
//! use twilio_sdk::ApiKeyConfig;
//! use twilio_sdk::access_token::{AccessToken, TokenError, VideoGrant, VoiceGrant};
//!
//! # fn main() -> Result<(), TokenError> {
//! # let secret = "0123456789abcdef0123456789abcdef";
//! let key = ApiKeyConfig::new("AC15c1737bf14064d2278d616face3f17f", "SK21c17013f3face8fdc4e4623b0a9d2c1", secret);
//! let token = AccessToken::new(&key, "susan")?
//!     .ttl(Duration::from_secs(600))?
//!     .grant(VideoGrant::new().room("My Room"))
//!     .grant(VoiceGrant::new().incoming_allow(true))
//!     .sign()?;
//!
//! let claims = AccessToken::verify(&token, &key.api_secret)?;
//! assert_eq!(claims.identity(), Some("susan"));
//! # Ok(())
//! # }
//! ```
//!
//! What Twilio would refuse when a device uses the token is refused here when it is made, with Twilio's error code in
//! the message. The neighbours are [`ClientCapabilityToken`], [`TaskRouterCapabilityToken`] and [`PublicKeyClientValidation`].
//!
//! Source: <https://www.twilio.com/docs/iam/access-tokens>, RFC 7519, RFC 7515.

mod capability;
mod claims;
mod client_validation;
mod error;
mod grant;
mod jws;
mod task_router;
mod token;
mod voice;

pub use capability::ClientCapabilityToken;
pub use claims::Claims;
pub use client_validation::{CanonicalRequest, PublicKeyClientValidation, SignatureAlgorithm};
pub use error::TokenError;
#[allow(deprecated)]
pub use grant::{
    ChatGrant, Grant, IpMessagingGrant, PlaybackGrant, RtcGrant, SyncGrant, TaskRouterGrant, VideoGrant,
};
pub use task_router::{FilterRequirement, Policy, TaskRouterCapabilityToken};
pub use token::AccessToken;
pub use voice::VoiceGrant;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest that a token may live (Twilio error 20104).
pub const MAX_TTL: Duration = Duration::from_secs(86_400);

/// How long a token lives unless set.
pub const DEFAULT_TTL: Duration = Duration::from_secs(3_600);

/// Twilio's secrets have 32 characters, which is also what RFC 7518 (section 3.2) asks of a key for HS256, in bytes.
pub(crate) const SHORTEST_SECRET: usize = 32;

/// Whole seconds since 1970; what came before that is 1970.
fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whether it has the prefix of its kind and nothing that could make more of it than a SID.
fn is_sid(text: &str, prefix: &str) -> bool {
    text.starts_with(prefix) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn check_sid(field: &str, sid: &str, prefix: &str) -> Result<(), TokenError> {
    match is_sid(sid, prefix) {
        true => Ok(()),
        false => {
            Err(TokenError::Credentials(format!("{field} must be a SID that starts with {prefix}").into()))
        }
    }
}

/// Whether it holds letters, digits and `_` only, as Voice wants of names.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn check_ttl(ttl: Duration) -> Result<u64, TokenError> {
    if ttl < Duration::from_secs(1) || ttl > MAX_TTL {
        let seconds = ttl.as_secs_f64();
        return Err(TokenError::Lifetime(
            format!("a token's life of {seconds} s is not between 1 and 86400 s").into(),
        ));
    }
    Ok(ttl.as_secs())
}
