use std::fmt::Display;

use super::{AuthError, RequestContext, UserDetails};
use crate::audit::{AuditEventKind, Event, Outcome, Recorder};

/// Whose credentials were checked. A name that was given with wrong ones is not recorded: it may be a password in the wrong
/// field.
pub(super) fn authentication(
    known: Result<&UserDetails, &AuthError>,
    scopes: &[impl Display],
    facts: &RequestContext,
) -> Event {
    facts.put_into(asking(checked(known), scopes))
}

/// The same, of which nothing more is known.
pub(crate) fn checked(known: Result<&UserDetails, &AuthError>) -> Event {
    let event = |outcome| Event::new(AuditEventKind::Authentication, outcome);
    match known {
        Ok(user) => event(Outcome::Ok).actor(&user.username),
        Err(error @ (AuthError::Overloaded | AuthError::Unavailable(_) | AuthError::Unrecorded(_))) => {
            event(Outcome::Failed).reason(error.to_string())
        }
        Err(error) => event(Outcome::Denied).reason(error.to_string()),
    }
}

/// That a user has none of the scopes.
pub(super) fn refused(user: &UserDetails, scopes: &[impl Display], facts: &RequestContext) -> Event {
    let event = Event::new(AuditEventKind::Authorization, Outcome::Denied).actor(&user.username);
    facts.put_into(asking(event.reason(AuthError::Forbidden.to_string()), scopes))
}

fn asking(event: Event, scopes: &[impl Display]) -> Event {
    match scopes {
        [] => event,
        scopes => event.action(scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
    }
}

/// Records, or says that nobody is let in.
pub(super) async fn record(recorder: &Recorder, events: Vec<Event>) -> Result<(), AuthError> {
    recorder.record_aside(events).await.map_err(|error| AuthError::Unrecorded(error.to_string().into()))
}
