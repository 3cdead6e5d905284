//! OAuth 2.0 logins at any authorization server, and access tokens that refresh themselves.
//!
//! Grants: client credentials and refresh (RFC 6749), authorization code with PKCE (RFC 7636) and device authorization
//! (RFC 8628), implemented on the crate [`oauth2`](https://docs.rs/oauth2). Twilio's own OAuth apps do not need this crate:
//! use `twilio_sdk::OAuthConfig`.
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use twilio_sdk_oauth::{MemoryTokenStore, OAuthClient, OAuthClientConfig, TokenSource};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = OAuthClient::new(
//!         OAuthClientConfig::new("my-client", "https://login.example.com/token")
//!             .device_authorization_url("https://login.example.com/device")
//!             .add_scope("messages"),
//!     )?;
//!     let login = client.start_device_login().await?;
//!     println!("Open {} and enter {}", login.verification_uri(), login.user_code());
//!     let tokens = login.wait_for_tokens().await?;
//!
//!     // Refreshes the token before it expires, and stores each new refresh token.
//!     let source = TokenSource::from_store(client, Arc::new(MemoryTokenStore::new()), "alice");
//!     source.save(tokens).await?;
//!     let token = source.access_token(Duration::from_secs(10)).await?;
//!     println!("{} bytes", token.expose_secret().len());
//!     Ok(())
//! }
//! ```
//!
//! A [`TokenSource`] also serves as the credentials of a `twilio_sdk::Client`.
//!
//! # Errors
//!
//! - Settings are checked by [`OAuthClient::new`] and by the start of each login: [`OAuthClientError::is_config`].
//! - A rejected or failed token request is an [`OAuthError`]: branch on its [`code`](OAuthError::code). With
//!   [`InvalidGrant`](OAuthErrorCode::InvalidGrant) the user has to log in again.
//! - Messages contain no token, code or secret; what a server repeats of them is redacted.
//!
//! # Audit
//!
//! [`OAuthClientConfig::audit`] records which tokens were requested, and which requests were rejected.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod config;
mod device;
mod error;
mod login;
mod pkce;
mod record;
mod source;
mod wire;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use client::OAuthClient;
pub use config::{ClientAuthMethod, OAuthClientConfig, UnknownClientAuthMethod};
pub use device::DeviceLogin;
pub use error::OAuthClientError;
pub use login::AuthorizationCodeLogin;
pub use pkce::PkceVerifier;
pub use source::TokenSource;
pub use twilio_sdk_config::{MemoryTokenStore, StoreError, StoreFuture, TokenStore, Tokens};
pub use twilio_sdk_http::{OAuthError, OAuthErrorCode};

/// The result of a request to an authorization server.
pub(crate) type Result<T> = std::result::Result<T, OAuthClientError>;

#[cfg(test)]
mod tests {
    fn assert_send_sync<T: Send + Sync>() {}

    #[test]
    fn public_types_are_send_and_sync() {
        assert_send_sync::<super::OAuthClient>();
        assert_send_sync::<super::OAuthClientConfig>();
        assert_send_sync::<super::OAuthClientError>();
        assert_send_sync::<super::AuthorizationCodeLogin>();
        assert_send_sync::<super::DeviceLogin>();
        assert_send_sync::<super::PkceVerifier>();
        assert_send_sync::<super::TokenSource>();
    }
}
