//! Credentials as data: what a configuration file or a program gives. A client checks and sends them.

mod custom;
mod shape;
mod twilio;

pub use custom::{BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation};
pub use shape::{CredentialShape, OAuthShape};
pub use twilio::{ApiKeyConfig, AuthTokenConfig};
