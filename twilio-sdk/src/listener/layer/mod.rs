//! Who may reach what, declared for a service and its resources.

mod admit;
mod entry;
mod extract;
mod read;
mod rules;
mod service;

pub use entry::AuthEntry;
pub use rules::{AuthRules, AuthRulesError, ResourcePolicy};
pub use service::{AuthLayer, AuthService};
