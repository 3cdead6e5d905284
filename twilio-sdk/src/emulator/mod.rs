//! The embedded Twilio: one process that answers for every host of every live product.
//!
//! It is made from the same specifications as the typed API, so it knows every operation, checks credentials
//! and parameters, answers in the shape that the specification documents and reflects what it was sent. It
//! keeps no state yet: what was created is not listed afterwards.
//!
//! It also knows the endpoints for files that no specification describes: recordings, the media of messages and of
//! Conversations, uploads of serverless versions. The files themselves are at another port, which refuses
//! credentials. In records, scripted answers and faults these are the product `media` with the operations
//! `FetchRecordingMedia`, `FetchMessageMedia`, `CreateAssetVersion`, `CreateFunctionVersion`,
//! `CreateConversationMedia`, `FetchConversationMedia` and `FetchFile`.
//!
//! A request says which Twilio host it means, in this order: by its first path segment
//! (`/api.twilio.com/2010-04-01/..`), by the header `X-Forwarded-Host`, by the header `Host` (regional names
//! such as `api.dublin.ie1.twilio.com` included); else the path alone decides where only one host knows it.
//!
//! Links in responses lead to the mock by the address in the client's `Host` header, so that every HTTP client can follow
//! them: after a request with `X-Forwarded-Host` an absolute link has the host as its first segment
//! (`http://127.0.0.1:4010/verify.twilio.com/v2/..`). Behind a proxy with TLS, `X-Forwarded-Proto: https` makes them
//! `https://`. [`link_to_twilio_hosts`](EmulatorBuilder::link_to_twilio_hosts) gives the links that Twilio gives.
//!
//! ```no_run
//! use twilio_sdk::emulator::Emulator;
//!
//! # async fn example() -> std::io::Result<()> {
//! let mock = Emulator::start().await?;
//! // .. send requests to mock.base_url() ..
//! assert_eq!(mock.requests()[0].operation_id, Some("CreateMessage"));
//! mock.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Requests go wrong on purpose by faults: an error, a delay, a spoilt body, a reset. The record tells which fault hit
//! a request and whether the request was carried out all the same, so that a test can show that nothing is lost or
//! done twice.
//!
//! ```no_run
//! use std::time::Duration;
//! use twilio_sdk::emulator::{Fault, Emulator, RequestMatcher};
//!
//! # async fn example(mock: Emulator) -> twilio_sdk::Result<()> {
//! // The next two requests for a message are refused, whatever else goes on.
//! mock.inject_fault(RequestMatcher::operation("CreateMessage"), Fault::status(429).header("Retry-After", "1"))?.times(2);
//! // One request in ten is answered late, in the same order whenever this runs.
//! mock.inject_fault(RequestMatcher::route("GET", "/v2/**"), Fault::delay(Duration::from_millis(300)))?.probability(0.1, 7);
//! // The first call is carried out, but nobody learns of it; the second one passes; the third one never arrives.
//! let steps = [Some(Fault::reset_after_execution()), None, Some(Fault::reset())];
//! let calls = mock.inject_sequence(RequestMatcher::operation("CreateCall"), steps)?;
//! // .. send requests ..
//! assert_eq!(calls.hits(), 2);
//! assert!(mock.requests().iter().filter(|request| request.executed).count() > 0);
//! mock.clear_faults();
//! # Ok(())
//! # }
//! ```

mod answer;
mod auth;
mod builder;
mod check;
mod connection;
mod error;
mod fault;
mod links;
mod magic;
mod media;
mod names;
mod oauth;
mod page;
mod pattern;
mod record;
mod route;
mod sample;
mod schema;
mod server;
mod validate;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{Error, Result};
use answer::Reply;
pub use builder::EmulatorBuilder;
pub use fault::{Fault, FaultHandle, FaultPlan, FaultRule, RequestMatcher};
pub use media::{RecordedFile, media_bytes};
pub use oauth::TokenFormat;
pub use record::RecordedRequest;
use server::{State, lock};

/// A running mock; it stops when it is dropped.
pub struct Emulator {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Emulator {
    /// Starts a mock with the defaults of [`Emulator::builder`]: loopback, a free port.
    ///
    /// Must be called within a tokio runtime with I/O and time enabled.
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings for a mock.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Where the mock listens: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.state.base_url.clone()
    }

    /// The address that the mock listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far, the oldest first, refused ones included.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state.records).iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        lock(&self.state.records).clear();
    }

    /// Answers the next request like this, whatever it is and without checking it. Several calls queue up.
    ///
    /// The body is sent as `application/json` unless the headers say otherwise. A status that
    /// cannot end an answer (below 200 or above 999) becomes 500, and a header that HTTP does not allow is left
    /// out.
    pub fn stub_next(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json = (!typed).then_some(("Content-Type", "application/json"));
        let headers = headers.iter().copied().chain(json);
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        lock(&self.state.once).push_back(Reply { status, headers, body: Some(body.into()), pattern: None });
    }

    /// Answers every valid request for an operation like this, until [`Emulator::clear_stubs`].
    ///
    /// The operation is an `operationId` (`CreateMessage`, in every product that has one) or product and
    /// `operationId` (`api_v2010/CreateMessage`). Credentials and parameters are still checked first.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): no product has the operation; the error names the nearest one.
    pub fn stub_operation(&self, operation: &str, status: u16, body: &Value) -> Result<()> {
        names::check(operation)
            .map_err(|why| Error::config(format!("mock: operation {operation:?} {why}")))?;
        lock(&self.state.scripted).insert(operation.to_owned(), Reply::json(status, body));
        Ok(())
    }

    /// Takes back every answer set by [`Emulator::stub_next`] and [`Emulator::stub_operation`].
    pub fn clear_stubs(&self) {
        lock(&self.state.once).clear();
        lock(&self.state.scripted).clear();
    }

    /// Lets the requests that `on` names go wrong, until [`Emulator::clear_faults`] or as often as the rule that is
    /// given back is told. Rules are asked in the order in which they were added; the first one that hits a request
    /// decides. A request that is not carried out takes no answer of [`Emulator::stub_next`].
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): no product has the operation or the host that `on` names; the error names
    /// the nearest one.
    pub fn inject_fault(&self, on: RequestMatcher, fault: Fault) -> Result<FaultHandle> {
        FaultHandle::add(&self.state.faults, FaultRule::new(on, fault))
    }

    /// Lets the requests that `on` names go wrong one after the other: the first by the first step, and so on. `None`
    /// lets a request pass, as do the requests after the last step.
    ///
    /// # Errors
    ///
    /// As of [`inject_fault`](Self::inject_fault).
    pub fn inject_sequence(
        &self,
        on: RequestMatcher,
        steps: impl IntoIterator<Item = Option<Fault>>,
    ) -> Result<FaultHandle> {
        FaultHandle::add(&self.state.faults, FaultRule::sequence(on, steps))
    }

    /// Takes back every fault.
    pub fn clear_faults(&self) {
        lock(&self.state.faults).clear();
    }

    /// How many connections were accepted so far.
    pub fn connection_count(&self) -> u64 {
        self.state.counters.accepted.load(Ordering::Relaxed)
    }

    /// How many connections are open now. One that the client closed is counted until the mock learns of it.
    pub fn open_connection_count(&self) -> usize {
        self.state.counters.open.load(Ordering::Relaxed)
    }

    /// How many requests came to the token endpoint, refused ones included.
    pub fn token_request_count(&self) -> u64 {
        self.state.tokens.requests()
    }

    /// Takes back every token that the token endpoint issued: requests with one are answered with 401.
    pub fn revoke_tokens(&self) {
        self.state.tokens.revoke();
    }

    /// Stops listening, ends open connections and waits until both are done.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The only outcome is that the task was cancelled.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("base_url", &self.state.base_url).finish_non_exhaustive()
    }
}
