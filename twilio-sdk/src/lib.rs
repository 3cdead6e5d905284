//! A typed client for the Twilio REST API, generated from Twilio's OpenAPI files.
//!
//! ```no_run
//! use twilio_sdk::Client;
//!
//! #[tokio::main]
//! async fn main() -> twilio_sdk::Result<()> {
//!     // TWILIO_ACCOUNT_SID with TWILIO_API_KEY and TWILIO_API_SECRET, or with TWILIO_AUTH_TOKEN.
//!     let twilio = Client::from_env()?;
//!     let message = twilio
//!         .api_v2010()
//!         .create_message("+15558675310")
//!         .from("+15017122661")
//!         .body("Hello from Rust")
//!         .send()
//!         .await?;
//!     println!("{:?} is {:?}", message.sid, message.status);
//!
//!     // A list fetches its pages when they are needed.
//!     let mut calls = twilio.api_v2010().list_call().start_time_after("2026-01-31").items();
//!     while let Some(call) = calls.next().await {
//!         println!("{:?}", call?.sid);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Requests
//!
//! Each product version is a Cargo feature (`messaging-v1`), a module (`messaging_v1`) and a method of [`Client`]. The
//! methods of a product are its operations, named after Twilio's `operationId` in snake case. A required parameter is an
//! argument, an optional one is a setter, and options of the request itself start with `with_`, such as `with_timeout`.
//! Setters also take an `Option`.
//!
//! Two or more required parameters are the fields of a struct, so that they cannot be swapped:
//!
//! ```no_run
//! # async fn example(twilio: twilio_sdk::Client) -> twilio_sdk::Result<()> {
//! use twilio_sdk::api_v2010::builder::CreateCallParams;
//!
//! let params = CreateCallParams { to: "+15558675310", from: "+15017122661" };
//! twilio.api_v2010().create_call(params).url("https://example.com/twiml").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! A missing field is a compile error:
//!
//! ```compile_fail,E0063
//! let params = twilio_sdk::api_v2010::builder::CreateCallParams { to: "+15558675310" };
//! ```
//!
//! # Responses
//!
//! Every field is an `Option`. Enums keep unknown values, decimals keep every digit, dates keep their string, and
//! properties that fit no field are in `extra`, so one unexpected value never loses a response.
//!
//! # Errors
//!
//! Every request fails with [`Error`]. Branch on [`Error::code`], Twilio's error code, or on the `is_*` predicates.
//! Refused connections and 429 are retried for every method; timeouts, lost connections and 5xx only for idempotent
//! requests. See [`RetryConfig`].
//!
//! # Credentials
//!
//! Use an API key in production ([`ApiKeyConfig`]): you can restrict and revoke it. [`Auth`] lists all kinds. Secrets never
//! appear in `Debug`, logs or errors.
//!
//! # Logs
//!
//! Requests and their attempts are `tracing` spans with the names of OpenTelemetry's HTTP client conventions. Secrets are
//! always redacted, phone numbers unless [`LoggingConfig`] says otherwise.
//!
//! # reqwest in the same program
//!
//! If another dependency uses reqwest without a TLS feature, its `reqwest::Client::new()` panics, because Cargo builds
//! reqwest once for the whole program. Start `main` with [`install_tls_provider`]`();`.
//!
//! # More
//!
//! [`operations`] lists every operation with its path and the name that it has in Twilio's own libraries.
//!
//! Guides for everything around the client (webhooks, access tokens, tests with the emulator, bulk sending, inbound
//! authentication, secrets) are in the
//! [repository](https://github.com/twilio-sdk-rs/twilio-sdk/tree/main/docs).
// The enabled products decide which parts of the runtime are used.
#![cfg_attr(
    not(all(feature = "all-products", feature = "media", feature = "oauth")),
    allow(dead_code, unused_imports, unused_macros)
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Fuzz targets name what only generated code reaches otherwise.
#![cfg_attr(fuzzing, allow(private_interfaces))]

// Generated types name this crate by its own name.
extern crate self as twilio_sdk;

mod auth;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
#[cfg(feature = "bulk")]
#[cfg_attr(docsrs, doc(cfg(feature = "bulk")))]
pub mod bulk;
mod client;
mod config;
#[cfg(feature = "emulator")]
mod emulator_glue;
mod endpoint;
mod error;
#[cfg(feature = "media")]
#[cfg_attr(docsrs, doc(cfg(feature = "media")))]
pub mod media;
mod paging;
#[cfg(feature = "request-validation")]
mod pattern;
mod products;
mod runtime;

#[cfg(feature = "oauth")]
#[cfg_attr(docsrs, doc(cfg(feature = "oauth")))]
pub use twilio_sdk_oauth as oauth;

#[cfg(feature = "emulator")]
#[cfg_attr(docsrs, doc(cfg(feature = "emulator")))]
pub use twilio_emulator as emulator;
#[cfg(feature = "access-control")]
#[cfg_attr(docsrs, doc(cfg(feature = "access-control")))]
pub use twilio_sdk_access as access_control;
#[cfg(feature = "access-token")]
#[cfg_attr(docsrs, doc(cfg(feature = "access-token")))]
pub use twilio_sdk_access_token as access_token;
pub use twilio_sdk_audit as audit;
#[cfg(feature = "inbound-auth")]
#[cfg_attr(docsrs, doc(cfg(feature = "inbound-auth")))]
pub use twilio_sdk_inbound_auth as inbound_auth;
pub use twilio_sdk_types as types;
#[cfg(feature = "vault")]
#[cfg_attr(docsrs, doc(cfg(feature = "vault")))]
pub use twilio_sdk_vault as vault;
#[cfg(feature = "hashicorp-vault")]
#[cfg_attr(docsrs, doc(cfg(feature = "hashicorp-vault")))]
pub use twilio_sdk_vault::hashicorp as hashicorp_vault;
#[cfg(feature = "webhook")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhook")))]
pub use twilio_sdk_webhook as webhook;
#[cfg(feature = "payload-validation")]
#[cfg_attr(docsrs, doc(cfg(feature = "payload-validation")))]
pub use twilio_sdk_webhook::payload_validation;

pub use auth::{
    ApiKeyConfig, Auth, AuthTokenConfig, AuthorizationHeader, BasicConfig, BasicProvider, BearerConfig,
    CustomKeyConfig, KeyLocation, OAuthConfig,
};
pub use client::Client;
#[cfg(feature = "config-file")]
#[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
pub use config::ConfigLoader;
#[cfg(feature = "rate-limit")]
pub use config::RateLimit;
pub use config::{
    CircuitBreakerConfig, ConnectionConfig, Edge, HttpVersion, Location, LoggingConfig, PoolConfig, Proxy,
    ProxyServer, Region, ResponseLimits, RetryConfig, TlsBackend, TlsConfig, TlsVersion,
};
#[cfg(feature = "request-validation")]
pub use error::Violation;
pub use error::{Error, ErrorBody, OAuthError, OAuthErrorCode, ProblemDetail, Result};
pub use http::Method;
pub use paging::{Items, Page, PagePosition, Pages};
pub use products::*;
#[cfg(feature = "serialize")]
pub use runtime::RequestData;
pub use runtime::{Attempt, Operation, OperationRequest, RawBody, RawRequest, Response, SendFuture};
#[cfg(feature = "config-file")]
#[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
pub use twilio_sdk_config::ConfigFormat;
#[cfg(any(feature = "config-file", feature = "vault"))]
#[allow(unused_imports)]
use twilio_sdk_config::internal::{file_owner, private_file};
pub use twilio_sdk_config::{ConfigError, ConfigProblem, MemorySecretSource, SecretError, SecretSource};
pub use twilio_sdk_http::install_tls_provider;

/// Items for the conformance tests. They change without notice.
#[cfg(feature = "serialize")]
#[doc(hidden)]
pub mod conformance {
    pub use crate::runtime::Param;
}

#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;

/// Every operation of the products that this documentation was built with: what it does, its request, its name in Twilio's
/// own libraries, and its method in Rust.
///
/// The names in Twilio's libraries are those of the Python library; the other libraries differ in letter case only.
#[cfg(doc)]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/operations.md"))]
pub mod operations {}

#[cfg(doctest)]
mod guides;

/// Code that the compiler rejects, each with its correct form, so that nothing else can be the reason.
///
/// A required parameter is an argument:
///
/// ```no_run
/// # fn request(twilio: twilio_sdk::Client) {
/// let _ = twilio.api_v2010().create_message("+15558675310");
/// # }
/// ```
///
/// ```compile_fail
/// # fn request(twilio: twilio_sdk::Client) {
/// let _ = twilio.api_v2010().create_message();
/// # }
/// ```
///
/// A SID of another kind is another type:
///
/// ```no_run
/// # fn request(twilio: twilio_sdk::Client, sid: twilio_sdk::types::CallSid) {
/// let _ = twilio.api_v2010().fetch_call(sid);
/// # }
/// ```
///
/// ```compile_fail
/// # fn request(twilio: twilio_sdk::Client, sid: twilio_sdk::types::MessageSid) {
/// let _ = twilio.api_v2010().fetch_call(sid);
/// # }
/// ```
#[cfg(all(doctest, feature = "api-v2010"))]
mod refused {}
