//! What a client is made of.

mod env;

use std::time::Duration;

use crate::auth::Auth;

/// Credentials and connection settings of a [`Client`](crate::Client).
#[derive(Clone, Debug)]
pub struct ConnectionConfig {
    pub(crate) auth: Auth,
    pub(crate) base_url: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) edge: Option<String>,
    pub(crate) timeout: Duration,
}

impl ConnectionConfig {
    /// The time in which a call must be answered, unless it says otherwise.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// Takes either kind of credentials; everything else has its default.
    pub fn new(auth: impl Into<Auth>) -> Self {
        Self { auth: auth.into(), base_url: None, region: None, edge: None, timeout: Self::DEFAULT_TIMEOUT }
    }

    /// Sends every request to this URL instead of Twilio's hosts: a mock, or a gateway.
    ///
    /// It needs `https://`, except on this machine. The product's host goes along as `X-Forwarded-Host`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The region whose data centre processes the calls, such as `ie1`; its credentials are its own.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The edge where requests enter Twilio's network, such as `dublin`. An edge alone is served in `us1`.
    pub fn edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    /// Bounds every call in time, the answer's body included; 30 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
