//! Who we are: an account's auth token, an API key, an OAuth app, or the credentials of an endpoint of one's own.
//!
//! An API key is the recommended kind. It is made for one program, can be restricted and revoked, and keeps the
//! account-wide token out of production.

mod basic;
mod check;
mod config;
mod custom;
mod hook;
mod oauth;
mod provider;
mod shape;
mod state;
pub(crate) mod token;

#[cfg(any(feature = "access-token", feature = "hashicorp-vault"))]
pub(crate) use basic::secret_header;
pub(crate) use basic::{basic, bearer};
pub use config::{ApiKeyConfig, Auth, AuthTokenConfig};
pub(crate) use custom::is_token;
pub use custom::{BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation};
pub(crate) use hook::{ANONYMOUS, authorize, hooks};
pub use oauth::OAuthConfig;
pub use provider::{BasicProvider, ClientAuth};
pub(crate) use state::{AuthState, Ready};
