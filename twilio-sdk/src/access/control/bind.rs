use super::change::{Decision, Facts, event};
use super::{AccessControl, AuditEventKind};
use crate::access::{AccessError, Bindings, Change, Permission, Permissions, Principal};
use crate::audit::AuditEvent;

impl AccessControl {
    /// The audit log and the roles that belong to these people; empty unless `twilio-admin` or
    /// [`bind`](Self::bind) has set them. A program that takes its log or its roles from arguments compares them with these.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn bindings(&self) -> Result<Bindings, AccessError> {
        Ok(self.0.store.snapshot().await?.bindings)
    }

    /// The same people and roles, recorded by something else.
    #[cfg(feature = "admin")]
    pub(crate) fn recorded_by(&self, audit: impl crate::audit::AuditSink + 'static) -> Self {
        let (store, roles) = (std::sync::Arc::clone(&self.0.store), self.0.roles.clone());
        Self::new(store, roles, audit)
    }

    /// Binds these people to an audit log and to roles, in place of those before. Whoever defines roles can give any
    /// permission, so the principal needs all of them. Recorded as `config.change`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the record cannot be used.
    pub async fn bind(&self, principal: &Principal, bindings: Bindings) -> Result<(), AccessError> {
        let event =
            event(Some(principal), AuditEventKind::ConfigChange, "people").action(bindings.to_string());
        let rule = move |facts: &Facts<'_>, event: AuditEvent| match facts.own == Permissions::ALL {
            true => Ok(Decision { writes: vec![Change::Bind(bindings)], value: (), event }),
            false => Err(AccessError::Denied(missing(facts.own))),
        };
        self.change(Some(principal), event, rule).await
    }
}

/// The first permission that is not among these.
fn missing(own: Permissions) -> Permission {
    let missing = Permission::ALL.iter().copied().find(|permission| !own.contains(*permission));
    missing.unwrap_or(Permission::ManageUsers)
}
