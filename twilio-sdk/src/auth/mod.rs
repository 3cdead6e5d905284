//! Credentials: an account's auth token, an API key, an OAuth app, or those of a custom endpoint.
//!
//! Prefer an API key. It belongs to one program, can be restricted and revoked, and keeps the account-wide token out of
//! production.

mod check;
mod config;
mod hook;
mod oauth;
mod provider;
mod state;
pub(crate) mod token;

pub use crate::types::{
    ApiKeyConfig, AuthTokenConfig, BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation,
};
pub use config::Auth;
pub(crate) use hook::{ANONYMOUS, authorize, hooks};
pub use oauth::OAuthConfig;
pub use provider::{AuthorizationHeader, BasicProvider};
pub(crate) use state::{AuthState, Ready};
