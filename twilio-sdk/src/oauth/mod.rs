//! OAuth 2.0 for services of one's own: logins of users and machines, and tokens that renew themselves.
//!
//! For Twilio's own apps [`OAuthConfig`](crate::OAuthConfig) is all that is needed. This module is for any other
//! authorization server: client credentials and refresh (RFC 6749), authorization code with PKCE (RFC 7636) and
//! device login (RFC 8628), on the crate [`oauth2`](https://docs.rs/oauth2).
//!
//! [`OAuthClientConfig::audit`] has it recorded who was given tokens and who was not.
//!
//! ```no_run
//! # async fn example() -> twilio_sdk::Result<()> {
//! use std::sync::Arc;
//! use twilio_sdk::oauth::{MemoryTokenStore, Provider, OAuthClientConfig, TokenSource};
//! use twilio_sdk::{Client, ConnectionConfig};
//!
//! let provider = Provider::new(
//!     OAuthClientConfig::new("my-client", "https://login.example.com/token")
//!         .device_authorization_url("https://login.example.com/device")
//!         .scope("messages"),
//! )?;
//! let login = provider.device().await?;
//! println!("Open {} and enter {}", login.verification_uri(), login.user_code());
//! let tokens = login.wait().await?;
//!
//! // Kept, renewed in time, and renewed after a 401, with each new refresh token stored.
//! let source = TokenSource::stored(provider, Arc::new(MemoryTokenStore::new()), "alice");
//! source.save(tokens).await?;
//! let client = Client::new(ConnectionConfig::new(source).base_url("https://gateway.example.com"))?;
//! # Ok(())
//! # }
//! ```

mod authorization;
mod config;
mod device;
mod pkce;
mod provider;
mod record;
mod source;
mod wire;

pub use authorization::Authorization;
pub use config::{ClientAuth, OAuthClientConfig};
pub use device::DeviceLogin;
pub use pkce::PkceVerifier;
pub use provider::Provider;
pub use source::TokenSource;
pub use twilio_sdk_config::{MemoryTokenStore, StoreError, StoreFuture, TokenStore, Tokens};
