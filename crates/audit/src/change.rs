use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{AuditError, AuditEvent, AuditSink, EventOutcome};

/// A change whose start is recorded, and whose end is not yet.
#[must_use]
#[derive(Debug)]
pub struct PendingChange(AuditEvent);

impl PendingChange {
    /// Records that a change starts.
    ///
    /// # Errors
    ///
    /// The error of the sink. The change must not be made then.
    pub fn begin(sink: &dyn AuditSink, event: AuditEvent) -> Result<Self, AuditError> {
        let event = match event.field("correlation_id") {
            Some(_) => event,
            None => event.correlation_id(id()),
        };
        sink.record(&event.clone().with_outcome(EventOutcome::Begun))?;
        Ok(Self(event))
    }

    /// Records how the change ended. An error is logged and not returned: the change is made by now, and its first record
    /// stays open for `verify_log` to list.
    pub fn end(self, sink: &dyn AuditSink, outcome: EventOutcome, reason: Option<String>) {
        let event = self.0.with_outcome(outcome);
        let event = match reason {
            Some(reason) => event.reason(reason),
            None => event,
        };
        if let Err(error) = sink.record(&event) {
            tracing::error!(
                target: "twilio_sdk::audit",
                %error,
                correlation_id = event.field("correlation_id").unwrap_or_default(),
                "the end of a change could not be recorded"
            );
        }
    }
}

/// Returns an ID that no other change of any process on this machine has.
fn id() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("change-{nanoseconds:x}-{:x}-{number:x}", std::process::id())
}
