//! Emulates Twilio on a local port, for tests and for trying things without an account.
//!
//! One server stands for every host of every live product. It is made from the specifications that the typed API of
//! `twilio-sdk` is generated from, so it knows every operation, checks credentials and parameters, returns responses of
//! the documented shape and reflects what the request contained. It keeps no state: a created resource is not listed
//! afterwards.
//!
//! ```no_run
//! use twilio_emulator::Emulator;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let emulator = Emulator::start().await?;
//!     let credentials = emulator.credentials();
//!     let (account, token) = (credentials.account_sid.as_str(), credentials.auth_token.expose_secret());
//!
//!     let url = format!("{}/2010-04-01/Accounts/{account}/Messages.json", emulator.base_url());
//!     let response = reqwest::Client::new()
//!         .post(url)
//!         .basic_auth(account, Some(token))
//!         .header("Content-Type", "application/x-www-form-urlencoded")
//!         .body("To=%2B15558675310&From=%2B15017122661&Body=Hi")
//!         .send()
//!         .await?;
//!     assert_eq!(response.status(), 201);
//!
//!     let request = &emulator.requests()[0];
//!     assert_eq!(request.operation_id, Some("CreateMessage"));
//!     assert_eq!(request.form_value("Body"), Some("Hi"));
//!     emulator.shutdown().await;
//!     Ok(())
//! }
//! ```
//!
//! With `twilio-sdk` and its feature `emulator`, `ConnectionConfig::from(&emulator)` is the configuration of a client
//! for it. The program `twilio-emulator` runs the same server for programs in other languages.
//!
//! # Hosts
//!
//! A request names the Twilio host by its first path segment (`/api.twilio.com/2010-04-01/..`), by the header
//! `X-Forwarded-Host` or by the header `Host`, in this order. Regional names such as `api.dublin.ie1.twilio.com` are
//! known. Without any of them, the path decides if only one host has it.
//!
//! Links in responses lead to the emulator by the address in the `Host` header, so that every HTTP client can follow
//! them. After a request with `X-Forwarded-Host`, an absolute link has the host as its first segment
//! (`http://127.0.0.1:4010/verify.twilio.com/v2/..`). Behind a proxy with TLS, `X-Forwarded-Proto: https` makes them
//! `https://`. [`link_to_twilio_hosts`](EmulatorBuilder::link_to_twilio_hosts) returns Twilio's own links.
//!
//! # Stubs and faults
//!
//! [`stub_next`](Emulator::stub_next) and [`stub_operation`](Emulator::stub_operation) set a response.
//! [`inject_fault`](Emulator::inject_fault) makes requests fail: with an error, a delay, a damaged body or a connection
//! reset. [`RecordedRequest`] says which fault a request had and whether it was executed nevertheless, so that a test can
//! show that nothing is lost or done twice.
//!
//! ```
//! use std::time::Duration;
//! use twilio_emulator::{Emulator, EmulatorError, Fault, RequestMatcher};
//!
//! fn inject(emulator: &Emulator) -> Result<(), EmulatorError> {
//!     // The next two requests for a message are rejected.
//!     let too_many = Fault::status(429).header("Retry-After", "1");
//!     emulator.inject_fault(RequestMatcher::operation("CreateMessage"), too_many)?.times(2);
//!
//!     // One response in ten is late. The seed selects the same requests in every run.
//!     let late = Fault::delay(Duration::from_millis(300));
//!     emulator.inject_fault(RequestMatcher::route("GET", "/v2/**"), late)?.probability(0.1, 7);
//!
//!     // The first request is executed but gets no response, the second succeeds, the third never arrives.
//!     let steps = [Some(Fault::reset_after_execution()), None, Some(Fault::reset())];
//!     let handle = emulator.inject_sequence(RequestMatcher::operation("CreateCall"), steps)?;
//!
//!     println!("{} requests failed", handle.hits());
//!     emulator.clear_faults();
//!     Ok(())
//! }
//! ```
//!
//! # Files
//!
//! Endpoints for files are emulated too, although no specification describes them: recordings, the media of messages
//! and of Conversations, and uploads of serverless versions. The files themselves are on another port, which rejects
//! credentials. In records, stubs and faults these are the product `media` with the operations `FetchRecordingMedia`,
//! `FetchMessageMedia`, `CreateAssetVersion`, `CreateFunctionVersion`, `CreateConversationMedia`,
//! `FetchConversationMedia` and `FetchFile`.
//!
//! # Errors
//!
//! * [`EmulatorError`]: a stub or a fault names an operation or a host that Twilio does not have.
//! * [`ConfigError`]: a file of faults has problems; it lists all of them.
//! * [`std::io::Error`]: the address is not available.
//!
//! # Features
//!
//! * `program` (default) builds the program `twilio-emulator`. Libraries switch it off.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod body;
mod builder;
mod check;
mod connection;
mod content;
mod emulator;
mod error;
mod fault;
mod links;
mod locate;
mod lock;
mod magic;
mod media;
mod names;
mod oauth;
mod page;
mod pattern;
mod record;
mod regex;
mod rejection;
mod reply;
mod response;
mod route;
mod rules;
mod sample;
mod schema;
mod secret;
mod server;
mod state;
mod validate;

#[cfg(test)]
mod tests;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use builder::EmulatorBuilder;
pub use content::media_bytes;
pub use emulator::Emulator;
pub use error::EmulatorError;
pub use fault::Fault;
pub use oauth::TokenFormat;
pub use record::{RecordedFile, RecordedRequest};
pub use rules::{FaultHandle, FaultPlan, FaultRule, RequestMatcher};
pub use twilio_sdk_config::ConfigError;
