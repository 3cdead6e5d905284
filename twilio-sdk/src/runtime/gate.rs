use tokio::time::Instant;

use super::{Operation, Raw};
use crate::Result;
use crate::config::ConnectionConfig;

/// What every request passes on its way out: the client's own limits and the host's circuit breaker.
pub(crate) struct Gate {}

impl Gate {
    pub(crate) fn new(_config: &ConnectionConfig) -> Self {
        Self {}
    }

    /// Waits for the request's turn.
    pub(super) async fn enter(&self, _: &'static Operation, _: &str, _: Instant) -> Result<Pass> {
        Ok(Pass {})
    }
}

/// A request that is under way; dropping it gives its place back.
pub(super) struct Pass {}

impl Pass {
    /// Tells the gate how the request ended.
    pub(super) fn leave(&mut self, _: &Result<Raw>) {}
}
