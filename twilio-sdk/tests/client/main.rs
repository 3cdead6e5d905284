//! The client on the wire: credentials, requests, responses, pages, retries and files, with the emulator and with servers
//! of these tests.
//!
//! The tests are one program, because every further one would have to be linked with the whole SDK. Those that capture
//! what all threads log are separate programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "blocking")]
mod blocking;
#[cfg(all(feature = "bulk", feature = "serialize"))]
mod bulk;
#[path = "../common/certificates.rs"]
mod certificates;
#[cfg(feature = "access-token")]
mod client_validation;
#[path = "../common/mod.rs"]
mod common;
#[cfg(feature = "config-file")]
mod config_file;
mod credentials;
mod custom_auth;
#[cfg(feature = "emulator")]
mod emulator;
mod errors;
mod faults;
#[cfg(feature = "rate-limit")]
mod gate;
#[cfg(all(feature = "media", feature = "stream"))]
mod media;
#[cfg(feature = "oauth")]
mod oauth;
mod paging;
mod properties;
#[path = "../common/recorder.rs"]
mod recorder;
#[cfg(all(
    feature = "iam-organizations",
    feature = "lookups-v1",
    feature = "numbers-v1",
    feature = "serialize"
))]
mod saved;
#[path = "../common/server.rs"]
mod server;
mod transport;
mod twilio_oauth;
#[cfg(all(feature = "memory-v1", feature = "request-validation", feature = "serverless-v1"))]
mod validation;
#[path = "../common/wire.rs"]
mod wire;
