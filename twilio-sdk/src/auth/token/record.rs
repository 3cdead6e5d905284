use crate::audit::{AuditError, AuditEvent, AuditEventKind, EventOutcome};
use crate::error::{OAuthError, OAuthErrorCode, TokenResult};

/// How a request for a token ended: who asked, which server, for which scopes. What the server says in words is left out.
pub(crate) fn recorded_as<T>(
    kind: AuditEventKind,
    client_id: &str,
    url: &str,
    scopes: &str,
    outcome: &TokenResult<T>,
) -> AuditEvent {
    let event = match outcome {
        Ok(_) => AuditEvent::new(kind, EventOutcome::Ok),
        Err(problem) => {
            let reason = match &problem.code {
                Some(code) => format!("{}, {code}", problem.message),
                None => problem.message.clone(),
            };
            AuditEvent::new(kind, ended(problem)).reason(reason)
        }
    };
    let event = event.actor(client_id).source(url.split(['?', '#']).next().unwrap_or_default());
    if scopes.is_empty() { event } else { event.action(scopes) }
}

/// A server that says no has decided; everything else kept it from deciding.
fn ended(problem: &OAuthError) -> EventOutcome {
    match problem.code {
        None | Some(OAuthErrorCode::ServerError | OAuthErrorCode::TemporarilyUnavailable) => {
            EventOutcome::Failed
        }
        Some(_) => EventOutcome::Denied,
    }
}

pub(crate) fn unrecorded(error: AuditError) -> Box<OAuthError> {
    OAuthError::new(format!("it is not handed out without a record: {error}"))
}
