use std::fmt;
use std::sync::Arc;

use twilio_sdk_types::SecretString;

use crate::{AuditError, AuditEvent};

/// Receives audit events.
///
/// ```
/// use std::sync::Mutex;
/// use twilio_sdk_audit::{AuditError, AuditEvent, AuditEventKind, AuditSink, EventOutcome};
///
/// #[derive(Default)]
/// struct InMemory(Mutex<Vec<AuditEvent>>);
///
/// impl AuditSink for InMemory {
///     fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
///         let mut events = self.0.lock().map_err(|_| AuditError::Other("a thread panicked".into()))?;
///         events.push(event.clone());
///         Ok(())
///     }
/// }
///
/// let sink = InMemory::default();
/// sink.record(&AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Ok).actor("alice"))?;
/// # Ok::<(), AuditError>(())
/// ```
pub trait AuditSink: Send + Sync {
    /// Records an event. When it returns, the event is as durable as the sink makes it, such as on disk.
    ///
    /// This may block. Asynchronous callers run it on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// The event could not be recorded. Callers fail closed: what is not recorded is not done.
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError>;

    /// Names a secret in use, so that the sink can redact it from later events. Default: does nothing.
    fn redact_secret(&self, secret: &SecretString) {
        let _ = secret;
    }
}

impl fmt::Debug for dyn AuditSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditSink")
    }
}

impl<A: AuditSink + ?Sized> AuditSink for Arc<A> {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        (**self).record(event)
    }

    fn redact_secret(&self, secret: &SecretString) {
        (**self).redact_secret(secret);
    }
}

impl<A: AuditSink + ?Sized> AuditSink for Box<A> {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        (**self).record(event)
    }

    fn redact_secret(&self, secret: &SecretString) {
        (**self).redact_secret(secret);
    }
}

/// Discards all events. It is the default wherever a sink can be set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoopAuditSink;

impl AuditSink for NoopAuditSink {
    fn record(&self, _: &AuditEvent) -> Result<(), AuditError> {
        Ok(())
    }
}
