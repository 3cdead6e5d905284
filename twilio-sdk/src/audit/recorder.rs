use std::sync::Arc;

use super::{Audit, AuditError, Event};
use crate::types::SecretString;

/// Where a part records what it does, if anywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Option<Arc<dyn Audit>>);

impl Recorder {
    pub(crate) fn new(audit: impl Audit + 'static) -> Self {
        Self(Some(Arc::new(audit)))
    }

    /// Whether anybody takes the events.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Tells the recorder of a secret that never changes.
    pub(crate) fn guard(&self, secret: &SecretString) {
        if let Some(audit) = &self.0 {
            audit.guard(secret);
        }
    }

    /// Records on this thread, which may have to wait for a disk.
    #[cfg(feature = "listener")]
    pub(crate) fn record(&self, event: &Event) -> Result<(), AuditError> {
        self.0.as_ref().map_or(Ok(()), |audit| audit.record(event))
    }

    /// Records away from the threads that serve others.
    pub(crate) async fn record_aside(&self, events: Vec<Event>) -> Result<(), AuditError> {
        let Some(audit) = self.0.clone().filter(|_| !events.is_empty()) else { return Ok(()) };
        let recorded =
            tokio::task::spawn_blocking(move || events.iter().try_for_each(|event| audit.record(event)));
        recorded.await.unwrap_or_else(|error| Err(AuditError::Other(error.to_string())))
    }
}
