use std::fmt::Display;

use super::{AuthError, RequestContext, UserDetails};
use crate::audit::{AuditEvent, AuditEventKind, EventOutcome, Recorder};

/// Whose credentials were checked. A name that was given with wrong ones is not recorded: it may be a password in the wrong
/// field.
pub(super) fn authentication(
    known: Result<&UserDetails, &AuthError>,
    scopes: &[impl Display],
    facts: &RequestContext,
) -> AuditEvent {
    facts.put_into(asking(checked(known), scopes))
}

/// The same, of which nothing more is known.
pub(crate) fn checked(known: Result<&UserDetails, &AuthError>) -> AuditEvent {
    let event = |outcome| AuditEvent::new(AuditEventKind::Authentication, outcome);
    match known {
        Ok(user) => event(EventOutcome::Ok).actor(&user.username),
        Err(error @ (AuthError::Overloaded | AuthError::Unavailable(_) | AuthError::Unrecorded(_))) => {
            event(EventOutcome::Failed).reason(error.to_string())
        }
        Err(error) => event(EventOutcome::Denied).reason(error.to_string()),
    }
}

/// That a user has none of the scopes.
pub(super) fn refused(user: &UserDetails, scopes: &[impl Display], facts: &RequestContext) -> AuditEvent {
    let event = AuditEvent::new(AuditEventKind::Authorization, EventOutcome::Denied).actor(&user.username);
    facts.put_into(asking(event.reason(AuthError::Forbidden.to_string()), scopes))
}

fn asking(event: AuditEvent, scopes: &[impl Display]) -> AuditEvent {
    match scopes {
        [] => event,
        scopes => event.action(scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
    }
}

/// Records, or says that nobody is let in.
pub(super) async fn record(recorder: &Recorder, events: Vec<AuditEvent>) -> Result<(), AuthError> {
    recorder.record_off_thread(events).await.map_err(|error| AuthError::Unrecorded(error.to_string().into()))
}
