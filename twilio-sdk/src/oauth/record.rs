use super::Provider;
use crate::audit::{AuditEvent, AuditEventKind};
use crate::auth::token::{recorded_as, unrecorded};
use crate::error::TokenResult;

impl Provider {
    /// How a request for tokens ended, for the record; `key` is that of the store that keeps them.
    pub(super) fn event<T>(
        &self,
        kind: AuditEventKind,
        key: Option<&str>,
        outcome: &TokenResult<T>,
    ) -> AuditEvent {
        let config = self.config();
        let event =
            recorded_as(kind, &config.client_id, &config.token_url, &config.scopes.join(" "), outcome);
        match key {
            Some(key) => event.resource(key),
            None => event,
        }
    }

    pub(super) async fn record(&self, event: AuditEvent) -> TokenResult<()> {
        self.config().recorder.record_off_thread(vec![event]).await.map_err(unrecorded)
    }

    /// Gives back what was answered, where it can be recorded.
    pub(super) async fn recorded<T>(&self, kind: AuditEventKind, outcome: TokenResult<T>) -> TokenResult<T> {
        self.record(self.event(kind, None, &outcome)).await?;
        outcome
    }
}
