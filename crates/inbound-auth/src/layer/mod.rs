//! The `tower` layer, and rules for a service and its resources.

mod admit;
mod method;
mod read;
#[cfg(feature = "bearer")]
mod read_bearer;
mod rules;
mod service;

pub use method::AuthMethod;
pub use rules::{AuthRules, AuthRulesError, ResourcePolicy};
pub use service::{AuthLayer, AuthService};
