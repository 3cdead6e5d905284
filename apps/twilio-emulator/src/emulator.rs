//! The handle of a running emulator.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use tokio::task::JoinHandle;
use twilio_sdk_types::AuthTokenConfig;

use super::error::EmulatorError;
use super::fault::Fault;
use super::lock::lock;
use super::names;
use super::record::RecordedRequest;
use super::reply::Reply;
use super::rules::{FaultHandle, FaultRule, RequestMatcher};
use super::state::State;

/// A running emulator. Dropping it stops it.
pub struct Emulator {
    pub(super) address: SocketAddr,
    pub(super) state: Arc<State>,
    pub(super) task: JoinHandle<()>,
}

impl Emulator {
    /// Returns the URL of the emulator: `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> String {
        self.state.base_url.clone()
    }

    /// Returns the address that the emulator listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns an account and an auth token that this emulator accepts.
    ///
    /// The token is random. It is accepted in addition to the credentials of
    /// [`accept_basic`](super::EmulatorBuilder::accept_basic).
    pub fn credentials(&self) -> AuthTokenConfig {
        let (account, token) = &self.state.accepted.own;
        AuthTokenConfig::new(account.as_str(), token.clone())
    }

    /// Returns the requests so far, oldest first, including rejected ones.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state.records).iter().cloned().collect()
    }

    /// Deletes the recorded requests.
    pub fn clear_requests(&self) {
        lock(&self.state.records).clear();
    }

    /// Sets the response of the next request, whatever it is. The request is not checked. Several stubs queue up.
    ///
    /// The body is sent as `application/json` unless the headers name another type. A status that cannot end a response
    /// (below 200 or above 999) becomes 500, and headers that HTTP does not allow are left out.
    pub fn stub_next(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json = (!typed).then_some(("Content-Type", "application/json"));
        let headers = headers.iter().copied().chain(json);
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let reply = Reply { status, headers, body: Some(body.into()), pattern: None };
        lock(&self.state.next_stubs).push_back(reply);
    }

    /// Sets the response of every valid request for an operation, until [`clear_stubs`](Self::clear_stubs).
    ///
    /// The operation is an `operationId` (`CreateMessage`, in every product that has one) or product and
    /// `operationId` (`api_v2010/CreateMessage`). Credentials and parameters are still checked first.
    ///
    /// # Errors
    ///
    /// No product has the operation. The error names the nearest one.
    pub fn stub_operation(&self, operation: &str, status: u16, body: &Value) -> Result<(), EmulatorError> {
        names::check(operation)
            .map_err(|why| EmulatorError::new(format!("operation {operation:?} {why}")))?;
        lock(&self.state.operation_stubs).insert(operation.to_owned(), Reply::json(status, body));
        Ok(())
    }

    /// Removes the stubs of [`stub_next`](Self::stub_next) and [`stub_operation`](Self::stub_operation).
    pub fn clear_stubs(&self) {
        lock(&self.state.next_stubs).clear();
        lock(&self.state.operation_stubs).clear();
    }

    /// Injects a fault into every matching request, until [`clear_faults`](Self::clear_faults) or as the methods of the
    /// returned handle say.
    ///
    /// Rules apply in the order in which they were added; the first one that hits a request decides. A request that is
    /// not executed uses up no stub of [`stub_next`](Self::stub_next).
    ///
    /// # Errors
    ///
    /// The matcher names an operation or a host that Twilio does not have. The error names the nearest one.
    pub fn inject_fault(&self, matcher: RequestMatcher, fault: Fault) -> Result<FaultHandle, EmulatorError> {
        FaultHandle::add(&self.state.faults, FaultRule::new(matcher, fault))
    }

    /// Injects one fault after the other: the first step into the first matching request, and so on. `None`
    /// lets a request pass, as do requests after the last step.
    ///
    /// # Errors
    ///
    /// The same errors as [`inject_fault`](Self::inject_fault).
    pub fn inject_sequence(
        &self,
        matcher: RequestMatcher,
        steps: impl IntoIterator<Item = Option<Fault>>,
    ) -> Result<FaultHandle, EmulatorError> {
        FaultHandle::add(&self.state.faults, FaultRule::sequence(matcher, steps))
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        lock(&self.state.faults).clear();
    }

    /// Returns the number of connections accepted so far.
    pub fn connection_count(&self) -> u64 {
        self.state.counters.accepted.load(Ordering::Relaxed)
    }

    /// Returns the number of open connections. A connection that the client closed counts until the emulator notices.
    pub fn open_connection_count(&self) -> usize {
        self.state.counters.open.load(Ordering::Relaxed)
    }

    /// Returns the number of requests to the token endpoint, including rejected ones.
    pub fn token_request_count(&self) -> u64 {
        self.state.tokens.requests()
    }

    /// Revokes every token that the token endpoint issued: requests with one get 401.
    pub fn revoke_tokens(&self) {
        self.state.tokens.revoke();
    }

    /// Stops listening, closes open connections and waits until both are done.
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
