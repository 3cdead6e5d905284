//! The embedded Twilio: one process that answers for every host of every live product.
//!
//! It is made from the same specifications as the typed API, so it knows every operation, checks credentials
//! and parameters, answers in the shape that the specification documents and reflects what it was sent. It
//! keeps no state yet: what was created is not listed afterwards.
//!
//! A request says which Twilio host it means, in this order: by its first path segment
//! (`/api.twilio.com/2010-04-01/..`), by the header `X-Forwarded-Host`, by the header `Host` (regional names
//! such as `api.dublin.ie1.twilio.com` included); else the path alone decides where only one host knows it.
//!
//! ```no_run
//! use twilio_sdk::mock::MockTwilio;
//!
//! # async fn example() -> std::io::Result<()> {
//! let mock = MockTwilio::start().await?;
//! // .. send requests to mock.base_url() ..
//! assert_eq!(mock.requests()[0].operation_id, Some("CreateMessage"));
//! mock.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod auth;
mod check;
mod error;
mod magic;
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

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use answer::Reply;
use auth::Accepted;
pub use record::RecordedRequest;
use server::{Hook, State, lock};

/// A running mock; it stops when it is dropped.
pub struct MockTwilio {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl MockTwilio {
    /// Starts a mock with the defaults of [`MockTwilio::builder`]: loopback, a free port.
    ///
    /// Must be called within a tokio runtime with I/O and time enabled.
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings for a mock.
    pub fn builder() -> MockTwilioBuilder {
        MockTwilioBuilder::default()
    }

    /// Where the mock listens: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.state.base_url.clone()
    }

    /// The address that the mock listens on.
    pub fn address(&self) -> SocketAddr {
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
    pub fn respond_once(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json = (!typed).then_some(("Content-Type", "application/json"));
        let headers = headers.iter().copied().chain(json);
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        lock(&self.state.once).push_back(Reply { status, headers, body: Some(body.into()) });
    }

    /// Answers every valid request for an operation like this, until [`MockTwilio::clear_responses`].
    ///
    /// The operation is an `operationId` (`CreateMessage`, in every product that has one) or product and
    /// `operationId` (`api_v2010/CreateMessage`). Credentials and parameters are still checked first.
    pub fn respond_with(&self, operation: &str, status: u16, body: &Value) {
        lock(&self.state.scripted).insert(operation.to_owned(), Reply::json(status, body));
    }

    /// Takes back every answer set by [`MockTwilio::respond_once`] and [`MockTwilio::respond_with`].
    pub fn clear_responses(&self) {
        lock(&self.state.once).clear();
        lock(&self.state.scripted).clear();
    }

    /// Stops listening, ends open connections and waits until both are done.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The only outcome is that the task was cancelled.
        let _ = (&mut self.task).await;
    }
}

impl Drop for MockTwilio {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for MockTwilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockTwilio").field("base_url", &self.state.base_url).finish_non_exhaustive()
    }
}

/// Settings for a mock; each method says its default.
pub struct MockTwilioBuilder {
    address: SocketAddr,
    accepted: Accepted,
    collection_size: usize,
    real_hosts: bool,
    body_limit: usize,
    record_limit: usize,
    hook: Option<Hook>,
}

impl Default for MockTwilioBuilder {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            accepted: Accepted::default(),
            collection_size: 120,
            real_hosts: false,
            body_limit: 10 << 20,
            record_limit: 10_000,
            hook: None,
        }
    }
}

impl MockTwilioBuilder {
    /// The address to listen on; `127.0.0.1` with a free port by default. Other than loopback addresses let
    /// everyone on the network in.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Accepts these Basic credentials; may be called several times. Without any, every account SID or API key
    /// SID (`AC` or `SK` and 32 hexadecimal digits) is accepted with every password that is not empty.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.accepted.basic.push((user.into(), password.into()));
        self
    }

    /// Accepts this bearer token, beside the Basic credentials; may be called several times. None by default.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.accepted.bearer.extend(Some(token).filter(|token| !token.is_empty()));
        self
    }

    /// How many items each list has over all its pages; 120 by default.
    #[must_use]
    pub fn collection_size(mut self, items: usize) -> Self {
        self.collection_size = items;
        self
    }

    /// Whether links in answers name the real host (`https://api.twilio.com/..`) instead of the mock; they name
    /// the mock by default.
    #[must_use]
    pub fn real_hosts(mut self, real: bool) -> Self {
        self.real_hosts = real;
        self
    }

    /// The largest body in bytes, beyond which the answer is 413; 10 MiB by default.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How many requests are kept for [`MockTwilio::requests`], at least one; the last 10,000 by default.
    #[must_use]
    pub fn record_limit(mut self, requests: usize) -> Self {
        self.record_limit = requests;
        self
    }

    /// Called with every request before its answer goes out, for instance to log it. It must not block.
    #[must_use]
    pub fn on_request(mut self, hook: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// Starts the mock; fails when the address cannot be listened on.
    ///
    /// Must be called within a tokio runtime with I/O and time enabled.
    pub async fn start(self) -> std::io::Result<MockTwilio> {
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            base_url: format!("http://{address}"),
            accepted: self.accepted,
            collection_size: self.collection_size,
            real_hosts: self.real_hosts,
            body_limit: self.body_limit,
            record_limit: self.record_limit,
            hook: self.hook,
            records: Mutex::new(VecDeque::new()),
            once: Mutex::new(VecDeque::new()),
            scripted: Mutex::new(HashMap::new()),
            serial: AtomicU64::new(0),
        });
        let task = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        Ok(MockTwilio { address, state, task })
    }
}

impl fmt::Debug for MockTwilioBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockTwilioBuilder")
            .field("address", &self.address)
            .field("collection_size", &self.collection_size)
            .field("real_hosts", &self.real_hosts)
            .field("body_limit", &self.body_limit)
            .field("record_limit", &self.record_limit)
            .finish_non_exhaustive()
    }
}
