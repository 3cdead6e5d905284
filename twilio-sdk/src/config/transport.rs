use std::time::Duration;

use crate::{Error, Result};

/// How connections are kept, and how many calls may be under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    pub(crate) max_active: Option<usize>,
    pub(crate) max_idle_per_host: usize,
    pub(crate) idle_timeout: Duration,
    pub(crate) wait: Duration,
    pub(crate) http2_window: Option<u32>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            max_active: None,
            max_idle_per_host: 100,
            idle_timeout: Duration::from_secs(90),
            wait: Duration::from_secs(30),
            http2_window: None,
        }
    }
}

impl PoolConfig {
    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many requests of the client, whatever its clones, may be under way at once; with HTTP/1.1 that is the
    /// number of connections in use. No bound unless set.
    ///
    /// Where an answer's `Twilio-Concurrent-Requests` tells that other programs of the account have requests
    /// under way too, theirs count towards this number, but one of ours is always let through.
    pub fn max_active(mut self, requests: usize) -> Self {
        self.max_active = Some(requests);
        self
    }

    /// How many idle connections to each host are kept; 100 unless set, 0 keeps none.
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.max_idle_per_host = connections;
        self
    }

    /// How long an idle connection is kept; 90 s unless set.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How long a call waits for its turn where [`max_active`](Self::max_active) is reached; 30 s unless set.
    /// The call's own time-out bounds the wait too.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// HTTP/2's initial window for each stream, in bytes (RFC 9113, section 6.9.2), at most 2,147,483,647; hyper's
    /// default, 2 MiB, unless set.
    pub fn http2_window(mut self, bytes: u32) -> Self {
        self.http2_window = Some(bytes);
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.max_active == Some(0) {
            return Err(Error::config("pool: max_active is 0, with which nothing could ever be sent"));
        }
        if self.http2_window.is_some_and(|bytes| bytes == 0 || bytes > i32::MAX as u32) {
            return Err(Error::config("pool: http2_window must be between 1 and 2147483647 bytes"));
        }
        Ok(())
    }
}

/// How large an answer may be. A larger one is an [error](Error::is_response_too_large) and takes no more memory than this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseLimits {
    pub(crate) headers: usize,
    pub(crate) body: u64,
}

impl Default for ResponseLimits {
    fn default() -> Self {
        Self { headers: 64 << 10, body: 64 << 20 }
    }
}

impl ResponseLimits {
    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most bytes of all headers together, names and values; 64 KiB unless set. HTTP/1.1 reads no more than
    /// 400 KiB and no more than 100 headers, whatever is set.
    pub fn headers(mut self, bytes: usize) -> Self {
        self.headers = bytes;
        self
    }

    /// The most bytes of a body, after decompression; 64 MiB unless set. Downloads of media are streamed and not
    /// bounded by it.
    pub fn body(mut self, bytes: u64) -> Self {
        self.body = bytes;
        self
    }
}
