use super::change::{Decision, Facts, event};
use super::{AccessControl, AuditEventKind};
use crate::{AccessError, Bindings, Change, Permission, Permissions, Principal};
use twilio_sdk_audit::AuditEvent;

impl AccessControl {
    /// Returns the audit log and the roles of this store; empty unless `twilio-admin` or [`bind`](Self::bind) has set them. Programs
    /// that take log or roles from arguments compare them with these.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn bindings(&self) -> Result<Bindings, AccessError> {
        Ok(self.0.store.snapshot().await?.bindings)
    }

    /// Returns the same users and roles with another audit sink.
    pub fn with_audit(&self, audit: impl twilio_sdk_audit::AuditSink + 'static) -> Self {
        let (store, roles) = (std::sync::Arc::clone(&self.0.store), self.0.roles.clone());
        Self::new(store, roles, audit)
    }

    /// Binds the store to an audit log and roles, replacing the bindings before. Roles define all permissions, so the principal
    /// needs all of them. Recorded as `config.change`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the audit log cannot be used.
    pub async fn bind(&self, principal: &Principal, bindings: Bindings) -> Result<(), AccessError> {
        let event =
            event(Some(principal), AuditEventKind::ConfigChange, "users").action(bindings.to_string());
        let rule = move |facts: &Facts<'_>, event: AuditEvent| match facts.own == Permissions::ALL {
            true => Ok(Decision { writes: vec![Change::Bind(bindings)], value: (), event }),
            false => Err(AccessError::Denied(missing(facts.own))),
        };
        self.change(Some(principal), event, rule).await
    }
}

/// Returns the first permission that is not in the set.
fn missing(own: Permissions) -> Permission {
    let missing = Permission::ALL.iter().copied().find(|permission| !own.contains(*permission));
    missing.unwrap_or(Permission::ManageUsers)
}
