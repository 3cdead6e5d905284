//! Users of an LDAP directory (RFC 4511).

mod check;
mod config;
mod connection;
mod filter;
mod pool;
mod read;
mod search;
mod store;
mod trouble;

pub use config::LdapConfig;
pub use filter::{escape_filter, filter_of};
pub use store::LdapUserStore;
