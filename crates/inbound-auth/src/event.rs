use std::fmt::Display;

use crate::{AuthError, RequestContext, UserDetails};
use twilio_sdk_audit::internal::Recorder;
use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};

/// Creates the event of an authentication. It does not record a rejected username, which may be a password in the wrong
/// field.
pub(super) fn authentication(
    known: Result<&UserDetails, &AuthError>,
    scopes: &[impl Display],
    facts: &RequestContext,
) -> AuditEvent {
    facts.add_to(with_scopes(authentication_event(known), scopes))
}

/// Creates the event of an authentication without context.
pub fn authentication_event(known: Result<&UserDetails, &AuthError>) -> AuditEvent {
    let event = |outcome| AuditEvent::new(AuditEventKind::Authentication, outcome);
    match known {
        Ok(user) => event(EventOutcome::Ok).actor(&user.username),
        Err(error @ (AuthError::Overloaded | AuthError::Unavailable(_) | AuthError::AuditFailed(_))) => {
            event(EventOutcome::Failed).reason(error.to_string())
        }
        Err(error) => event(EventOutcome::Denied).reason(error.to_string()),
    }
}

/// Creates the event of a user without the required scopes.
pub(super) fn denied(user: &UserDetails, scopes: &[impl Display], facts: &RequestContext) -> AuditEvent {
    let event = AuditEvent::new(AuditEventKind::Authorization, EventOutcome::Denied).actor(&user.username);
    facts.add_to(with_scopes(event.reason(AuthError::InsufficientScope.to_string()), scopes))
}

fn with_scopes(event: AuditEvent, scopes: &[impl Display]) -> AuditEvent {
    match scopes {
        [] => event,
        scopes => event.action(scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
    }
}

/// Records events, or rejects the request.
pub(super) async fn record(recorder: &Recorder, events: Vec<AuditEvent>) -> Result<(), AuthError> {
    recorder.record_off_thread(events).await.map_err(|error| AuthError::AuditFailed(error.to_string().into()))
}
