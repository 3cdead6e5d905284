//! Access tokens for programs that hold no credentials of an account: browsers, apps and devices.
//!
//! [`AccessToken`] is the JWT that Twilio's client SDKs take. It is signed with the secret of an API key, names one
//! identity, has a grant for each product, and is valid for at most 24 hours.
//!
//! ```toml
//! [dependencies]
//! twilio-sdk-access-token = "0.1"
//! ```
//!
//! ```
//! use std::time::Duration;
//!
//! use twilio_sdk_access_token::{AccessToken, AccessTokenError, ApiKeyConfig, VideoGrant, VoiceGrant};
//!
//! fn main() -> Result<(), AccessTokenError> {
//!     let secret = "0123456789abcdef0123456789abcdef";
//!     let key =
//!         ApiKeyConfig::new("AC15c1737bf14064d2278d616face3f17f", "SK21c17013f3face8fdc4e4623b0a9d2c1", secret);
//!     let token = AccessToken::new(&key, "susan")?
//!         .ttl(Duration::from_secs(600))?
//!         .grant(VideoGrant::new().room("My Room"))
//!         .grant(VoiceGrant::new().incoming_allow(true))
//!         .sign()?;
//!
//!     let claims = AccessToken::verify(&token, &key.api_secret)?;
//!     assert_eq!(claims.identity(), Some("susan"));
//!     Ok(())
//! }
//! ```
//!
//! - [`AccessToken::verify`] checks a token and returns its [`Claims`].
//! - [`ClientCapabilityToken`] and [`TaskRouterCapabilityToken`] are the tokens of Twilio's older SDKs.
//! - [`PublicKeyClientValidation`] signs API requests with a private key (feature `client-validation`).
//!
//! With `twilio-sdk`, enable its feature `access-token`; this crate is then `twilio_sdk::access_token`, with
//! `client-validation`.
//!
//! # Errors
//!
//! Twilio rejects an invalid token only when a device uses it. [`AccessTokenError`] reports the same defects when the token
//! is created, with Twilio's error code: an identity that Voice does not accept, a SID of the wrong kind, a lifetime of
//! more than a day.
//!
//! Guide: <https://github.com/twilio-sdk-rs/twilio-sdk/blob/main/docs/access-tokens.md>. Source:
//! <https://www.twilio.com/docs/iam/access-tokens>, RFC 7519, RFC 7515.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod capability;
mod check;
mod claims;
#[cfg(feature = "client-validation")]
mod client_validation;
mod error;
mod grant;
mod json;
mod jws;
mod task_router;
mod token;
mod voice;

pub use capability::ClientCapabilityToken;
pub use claims::Claims;
#[cfg(feature = "client-validation")]
#[cfg_attr(docsrs, doc(cfg(feature = "client-validation")))]
pub use client_validation::{CanonicalRequest, JwsAlgorithm, PublicKeyClientValidation};
pub use error::AccessTokenError;
#[allow(deprecated)]
pub use grant::{
    ChatGrant, Grant, IpMessagingGrant, PlaybackGrant, RtcGrant, SyncGrant, TaskRouterGrant, VideoGrant,
};
pub use task_router::{TaskRouterCapabilityToken, TaskRouterPolicy};
pub use token::AccessToken;
pub use voice::VoiceGrant;

pub use twilio_sdk_types::{ApiKeyConfig, AuthTokenConfig, SecretString};

use std::time::Duration;

/// The maximum lifetime of a token: 24 hours (Twilio error 20104).
pub const MAX_TTL: Duration = Duration::from_secs(86_400);

/// The default lifetime of a token: one hour.
pub const DEFAULT_TTL: Duration = Duration::from_secs(3_600);

/// The minimum length of an API key's secret, in bytes. Twilio's secrets have 32 characters, which is also the minimum for
/// a key of HS256 (RFC 7518, section 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
