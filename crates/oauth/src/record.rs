use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};
use twilio_sdk_http::OAuthError;
use twilio_sdk_http::internal::TokenResult;

use super::OAuthClient;

impl OAuthClient {
    /// Creates the audit event of a token request; `key` is the key of the store that keeps the tokens.
    pub(crate) fn event<T>(
        &self,
        kind: AuditEventKind,
        key: Option<&str>,
        outcome: &TokenResult<T>,
    ) -> AuditEvent {
        let config = self.config();
        let event = match outcome {
            Ok(_) => AuditEvent::new(kind, EventOutcome::Ok),
            Err(error) if error.is_rejected() => {
                AuditEvent::new(kind, EventOutcome::Denied).reason(error.audit_reason())
            }
            Err(error) => AuditEvent::new(kind, EventOutcome::Failed).reason(error.audit_reason()),
        };
        let url = config.token_url.split(['?', '#']).next().unwrap_or_default();
        let mut event = event.actor(&config.client_id).source(url);
        if !config.scopes.is_empty() {
            event = event.action(config.scopes.join(" "));
        }
        match key {
            Some(key) => event.resource(key),
            None => event,
        }
    }

    /// Records an event.
    pub(crate) async fn record(&self, event: AuditEvent) -> TokenResult<()> {
        let recorded = self.config().recorder.record_off_thread(vec![event]).await;
        recorded.map_err(|error| OAuthError::new(format!("the audit event could not be written: {error}")))
    }

    /// Returns an outcome if its event can be recorded.
    pub(crate) async fn recorded<T>(&self, kind: AuditEventKind, outcome: TokenResult<T>) -> TokenResult<T> {
        self.record(self.event(kind, None, &outcome)).await?;
        outcome
    }
}
