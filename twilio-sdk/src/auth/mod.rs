//! Who we are to Twilio: an account's auth token, or an API key.
//!
//! An API key is the recommended kind. It is made for one program, can be restricted and revoked, and keeps the
//! account-wide token out of production.

mod basic;
mod config;
mod hook;
mod state;

pub(crate) use basic::basic;
pub use config::{ApiKeyConfig, Auth, AuthTokenConfig};
pub(crate) use hook::ANONYMOUS;
pub(crate) use hook::authorize;
pub(crate) use hook::hooks;
pub(crate) use state::AuthState;
