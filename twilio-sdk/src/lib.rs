#![doc = include_str!("../../README.md")]
// Which products are enabled decides what of the runtime they use.
#![cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated types name this crate by its own name.
extern crate self as twilio_sdk;

mod auth;
mod client;
mod config;
mod endpoint;
mod error;
mod paging;
mod products;
mod runtime;

#[cfg(feature = "mock")]
pub mod mock;
pub mod types;

pub use auth::{ApiKeyConfig, Auth, AuthTokenConfig};
pub use client::Client;
pub use config::ConnectionConfig;
pub use error::{Error, FieldError, Problem, Result};
pub use paging::{Items, Page, Pages};
pub use products::*;
pub use runtime::{Response, Sending};

/// What the conformance tests need to look into answers. Not for other use; it changes without notice.
#[cfg(feature = "serialize")]
#[doc(hidden)]
pub mod conformance {
    pub use crate::runtime::Param;
}
