//! Items for the other crates of the family. They are no API.

use std::sync::Arc;

use twilio_sdk_types::SecretString;

pub use crate::change::PendingChange;
#[cfg(feature = "log")]
pub use crate::log::files_of;
use crate::{AuditError, AuditEvent, AuditSink};

/// An optional sink.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Option<Arc<dyn AuditSink>>);

impl Recorder {
    /// Records to this sink.
    pub fn new(sink: impl AuditSink + 'static) -> Self {
        Self(Some(Arc::new(sink)))
    }

    /// Returns whether there is a sink.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Names a secret to the sink.
    pub fn redact_secret(&self, secret: &SecretString) {
        if let Some(sink) = &self.0 {
            sink.redact_secret(secret);
        }
    }

    /// Records on this thread, which may block on a disk.
    ///
    /// # Errors
    ///
    /// The error of the sink.
    pub fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        self.0.as_ref().map_or(Ok(()), |sink| sink.record(event))
    }

    /// Records on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// The error of the sink.
    #[cfg(feature = "tokio")]
    pub async fn record_off_thread(&self, events: Vec<AuditEvent>) -> Result<(), AuditError> {
        let Some(sink) = self.0.clone().filter(|_| !events.is_empty()) else { return Ok(()) };
        let recorded =
            tokio::task::spawn_blocking(move || events.iter().try_for_each(|event| sink.record(event)));
        recorded.await.unwrap_or_else(|error| Err(AuditError::Other(error.to_string())))
    }
}
