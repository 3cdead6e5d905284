//! Every Twilio REST endpoint as typed Rust, generated from Twilio's OpenAPI files.
//!
//! ```no_run
//! # async fn example() -> twilio_sdk::Result<()> {
//! use twilio_sdk::Client;
//!
//! let twilio = Client::from_env()?;
//! # #[cfg(feature = "api-v2010")] {
//! // A required value is an argument, optional ones are setters, options of the call start with `with_`.
//! let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi").send().await?;
//! println!("{:?} is {:?}", message.sid, message.status);
//!
//! // Lists come item by item or page by page; requests go out as they are asked for.
//! let mut calls = twilio.api_v2010().list_call().start_time_after("2026-01-31").items();
//! while let Some(call) = calls.next().await {
//!     println!("{:?}", call?.sid);
//! }
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! * **Products.** Each product version is a Cargo feature (`messaging-v1`), a module (`messaging_v1`) and a
//!   method of [`Client`]. A method of the module's own client is an operation, named as Twilio's `operationId`
//!   in snake case; what it returns has a setter for each optional value, which takes an `Option` as well. Two or more
//!   [required values](#required-values) are the fields of a struct.
//! * **Credentials.** [`ApiKeyConfig`] is the recommended kind, [`Auth`] lists the others. They enter
//!   requests in one place, the request hook of every product's client.
//! * **Answers.** Every field is optional, enums keep values they do not know, decimals keep every digit, dates
//!   keep their text, and what fits no field is in `extra`: no answer is lost to one odd value.
//! * **Errors.** One [`Error`], with Twilio's `code()` and `message()`.
//! * **Logs.** Calls and their attempts are `tracing` spans by OpenTelemetry's conventions for HTTP clients, from which
//!   secrets are always left out, and phone numbers unless [`LoggingConfig`] says otherwise.
//! * **reqwest.** Where another crate of the program uses reqwest without a TLS feature, its `Client::new()` panics unless
//!   `main` starts with [`install_tls_provider`]`();`, because Cargo builds reqwest once for both.
//! * **Files.** Feature `media` has recordings, message media, serverless versions and Conversations media, streamed.
//! * **Secrets.** Feature `vault` keeps them encrypted in one file, which configuration names as `secret://NAME`.
//! * **People.** Feature `access` has roles, permissions and API keys for those who use a program, in SQLite or PostgreSQL.
//! * **Command line.** Feature `admin` is the program `twilio-admin`: people, keys, secrets, the audit log, logins.
//! * **Tests.** Feature `mock` has the whole of Twilio in-process, and as the program `twilio-emulator`.
//!
//! # Required values
//!
//! An operation with two or more required values takes a struct, so that none can be swapped or left out:
//!
//! ```no_run
//! # #[cfg(feature = "api-v2010")]
//! # async fn example(twilio: twilio_sdk::Client) -> twilio_sdk::Result<()> {
//! use twilio_sdk::api_v2010::builder::CreateCallParams;
//!
//! let required = CreateCallParams { to: "+15558675310", from: "+15017122661" };
//! twilio.api_v2010().create_call(required).url("https://example.com/twiml").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Each field takes what converts into its type, as an argument would. A value that is missing is a compile error:
//!
//! ```compile_fail,E0063
//! let required = twilio_sdk::api_v2010::builder::CreateCallParams { to: "+15558675310" };
//! ```
// Which products are enabled decides what of the runtime they use.
#![cfg_attr(
    not(all(feature = "all-products", feature = "media", feature = "oauth", feature = "token-server")),
    allow(dead_code, unused_imports, unused_macros)
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The fuzz targets name what is otherwise reached through the generated code only.
#![cfg_attr(fuzzing, allow(private_interfaces))]

// Generated types name this crate by its own name.
extern crate self as twilio_sdk;

#[cfg(feature = "access")]
#[cfg_attr(docsrs, doc(cfg(feature = "access")))]
pub mod access;
#[cfg(feature = "access-token")]
#[cfg_attr(docsrs, doc(cfg(feature = "access-token")))]
pub mod access_token;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod admin;
pub mod audit;
mod auth;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
#[cfg(feature = "bulk")]
#[cfg_attr(docsrs, doc(cfg(feature = "bulk")))]
pub mod bulk;
mod client;
mod config;
#[cfg(any(feature = "access-token", feature = "audit", feature = "webhook"))]
mod digest;
mod endpoint;
mod error;
#[cfg(any(feature = "audit", feature = "config-file"))]
mod file_owner;
#[cfg(feature = "hashicorp-vault")]
#[cfg_attr(docsrs, doc(cfg(feature = "hashicorp-vault")))]
pub mod hashicorp_vault;
#[cfg(feature = "auth-layer")]
mod layer;
#[cfg(feature = "listener")]
#[cfg_attr(docsrs, doc(cfg(feature = "listener")))]
pub mod listener;
#[cfg(feature = "media")]
#[cfg_attr(docsrs, doc(cfg(feature = "media")))]
pub mod media;
mod paging;
#[cfg(any(feature = "emulator", feature = "request-validation"))]
mod pattern;
#[cfg(feature = "payload")]
#[cfg_attr(docsrs, doc(cfg(feature = "payload")))]
pub mod payload;
#[cfg(any(feature = "access", feature = "audit", feature = "vault"))]
mod private_file;
mod products;
mod runtime;

#[cfg(feature = "emulator")]
pub mod emulator;
#[cfg(feature = "oauth")]
#[cfg_attr(docsrs, doc(cfg(feature = "oauth")))]
pub mod oauth;
#[cfg(feature = "token-server")]
#[cfg_attr(docsrs, doc(cfg(feature = "token-server")))]
pub mod token_server;
#[cfg(feature = "vault")]
#[cfg_attr(docsrs, doc(cfg(feature = "vault")))]
pub mod vault;
#[cfg(feature = "webhook")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhook")))]
pub mod webhook;

pub use twilio_sdk_types as types;

pub use auth::{
    ApiKeyConfig, Auth, AuthTokenConfig, BasicConfig, BasicProvider, BearerConfig, ClientAuth,
    CustomKeyConfig, KeyLocation, OAuthConfig,
};
pub use client::Client;
#[cfg(feature = "rate-limit")]
pub use config::RateLimit;
pub use config::{
    CircuitBreakerConfig, ConnectionConfig, Edge, HttpVersion, Location, LoggingConfig, PoolConfig, Proxy,
    ProxyServer, Region, ResponseLimits, RetryConfig, SecretError, SecretSource, Secrets, TlsBackend,
    TlsConfig, TlsVersion,
};
#[cfg(feature = "config-file")]
#[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
pub use config::{ConfigFormat, ConfigLoader};
#[cfg(feature = "config-file")]
#[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
pub use error::ConfigProblem;
#[cfg(feature = "request-validation")]
pub use error::Violation;
pub use error::{Error, ErrorBody, OAuthError, OAuthErrorCode, ProblemDetail, Result};
pub use http::Method;
pub use paging::{Items, Page, PagePosition, Pages};
pub use products::*;
#[cfg(feature = "serialize")]
pub use runtime::RequestData;
pub use runtime::{Attempt, Operation, OperationRequest, RawBody, RawRequest, Response, SendFuture};
pub use twilio_sdk_http::install_tls_provider;

/// What the conformance tests need to look into answers. Not for other use; it changes without notice.
#[cfg(feature = "serialize")]
#[doc(hidden)]
pub mod conformance {
    pub use crate::runtime::Param;
}

#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// What the compiler refuses; beside each stands the same call done right, so that nothing else can be the reason.
///
/// A required value is an argument:
///
/// ```no_run
/// # fn call(twilio: twilio_sdk::Client) {
/// let _ = twilio.api_v2010().create_message("+15558675310");
/// # }
/// ```
///
/// ```compile_fail
/// # fn call(twilio: twilio_sdk::Client) {
/// let _ = twilio.api_v2010().create_message();
/// # }
/// ```
///
/// A SID of one kind does not stand for another:
///
/// ```no_run
/// # fn call(twilio: twilio_sdk::Client, sid: twilio_sdk::types::CallSid) {
/// let _ = twilio.api_v2010().fetch_call(sid);
/// # }
/// ```
///
/// ```compile_fail
/// # fn call(twilio: twilio_sdk::Client, sid: twilio_sdk::types::MessageSid) {
/// let _ = twilio.api_v2010().fetch_call(sid);
/// # }
/// ```
#[cfg(all(doctest, feature = "api-v2010"))]
mod refused {}
