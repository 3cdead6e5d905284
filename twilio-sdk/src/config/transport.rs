use std::time::Duration;

use crate::{Error, Result};

/// Connections that are kept, and the number of requests in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolConfig {
    /// Maximum number of requests in flight; `None` for no limit.
    pub max_in_flight: Option<usize>,
    /// Maximum number of idle connections per host.
    pub max_idle_per_host: usize,
    /// Time after which an idle connection is closed.
    pub idle_timeout: Duration,
    /// Maximum time that a request waits for a free slot.
    pub acquire_timeout: Duration,
    /// HTTP/2's initial window of a stream in bytes; `None` for hyper's default.
    pub http2_initial_stream_window_size: Option<u32>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            max_in_flight: None,
            max_idle_per_host: 100,
            idle_timeout: Duration::from_secs(90),
            acquire_timeout: Duration::from_secs(30),
            http2_initial_stream_window_size: None,
        }
    }
}

impl PoolConfig {
    /// Creates the default settings, which each setter names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of requests that a client and its clones have in flight. With HTTP/1.1 that is the number
    /// of connections in use. Default: no limit.
    ///
    /// If the header `Twilio-Concurrent-Requests` of a response shows that other programs of the account have requests in
    /// flight, these count too, but one request of this client is always allowed.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = Some(requests);
        self
    }

    /// Sets the maximum number of idle connections to each host. Default: 100; 0 keeps none.
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.max_idle_per_host = connections;
        self
    }

    /// Sets how long an idle connection is kept. Default: 90 s.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Sets how long a request waits for a free slot at [`max_in_flight`](Self::max_in_flight). Default: 30 s. The request's
    /// own timeout limits the wait too.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// Sets HTTP/2's initial window of each stream in bytes (RFC 9113, section 6.9.2), at most 2,147,483,647. Default:
    /// hyper's, 2 MiB.
    pub fn http2_initial_stream_window_size(mut self, bytes: u32) -> Self {
        self.http2_initial_stream_window_size = Some(bytes);
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.max_in_flight == Some(0) {
            return Err(Error::config("pool: max_in_flight is 0, which allows no request; give at least 1"));
        }
        if self.http2_initial_stream_window_size.is_some_and(|bytes| bytes == 0 || bytes > i32::MAX as u32) {
            return Err(Error::config(
                "pool: http2_initial_stream_window_size must be between 1 and 2147483647 bytes",
            ));
        }
        Ok(())
    }
}

/// Maximum size of a response.
///
/// A larger response is an [error](Error::is_response_too_large) and takes no more memory than the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseLimits {
    /// Maximum number of bytes of all headers.
    pub max_header_bytes: usize,
    /// Maximum number of bytes of the body after decompression.
    pub max_body_bytes: u64,
}

impl Default for ResponseLimits {
    fn default() -> Self {
        Self { max_header_bytes: 64 << 10, max_body_bytes: 64 << 20 }
    }
}

impl ResponseLimits {
    /// Creates the default limits, which each setter names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of bytes of all headers together, names and values. Default: 64 KiB. With HTTP/1.1, at most
    /// 400 KiB and 100 headers are read, whatever the limit is.
    pub fn max_header_bytes(mut self, bytes: usize) -> Self {
        self.max_header_bytes = bytes;
        self
    }

    /// Sets the maximum number of bytes of a body, after decompression. Default: 64 MiB. Media downloads are streamed and
    /// not limited.
    pub fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.max_body_bytes = bytes;
        self
    }
}
