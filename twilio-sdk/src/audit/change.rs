use std::sync::atomic::{AtomicU64, Ordering};

use time::OffsetDateTime;

use super::{Audit, AuditError, Event, Outcome};

/// A change that is recorded as begun, and has no record of its end yet.
#[must_use]
pub(crate) struct Begun(Event);

impl Begun {
    /// Records that a change begins; where that fails, it must not be made.
    pub(crate) fn record(audit: &dyn Audit, event: Event) -> Result<Self, AuditError> {
        let event = match &event.correlation_id {
            Some(_) => event,
            None => event.correlation_id(id()),
        };
        audit.record(&event.clone().with_outcome(Outcome::Begun))?;
        Ok(Self(event))
    }

    /// Records how the change ended. A failure is logged and not returned: the change is made by now, and its first record
    /// stays open for `verify` to list.
    pub(crate) fn end(self, audit: &dyn Audit, outcome: Outcome, reason: Option<String>) {
        let event = self.0.with_outcome(outcome);
        let event = match reason {
            Some(reason) => event.reason(reason),
            None => event,
        };
        if let Err(error) = audit.record(&event) {
            tracing::error!(
                target: "twilio_sdk::audit",
                %error,
                correlation_id = event.correlation_id.as_deref().unwrap_or_default(),
                "a change has no record of its end"
            );
        }
    }
}

/// An id that no other change of any process of this machine has.
fn id() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let nanoseconds = OffsetDateTime::now_utc().unix_timestamp_nanos();
    format!("change-{nanoseconds:x}-{:x}-{number:x}", std::process::id())
}
