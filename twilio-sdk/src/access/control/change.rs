use std::sync::Arc;
use std::sync::atomic::Ordering;

use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::{AccessControl, Inner, admins, ended, event_of};
use crate::access::error::shown;
use crate::access::record::now;
use crate::access::store::Decide;
use crate::access::{AccessError, Actor, Permission, Permissions, Records, Role, Roles, Write};
use crate::audit::{Event, EventKind, Outcome};

/// What a rule decides by.
pub(super) struct Facts<'a> {
    pub(super) records: &'a Records,
    pub(super) roles: &'a Roles,
    /// What whoever asks for the change may do.
    pub(super) own: Permissions,
    pub(super) now: OffsetDateTime,
}

impl Facts<'_> {
    /// Nobody gives, takes or uses what goes beyond the own role: with `manage_users` alone one could become anything. A
    /// role that there is not may allow everything where another program knows it.
    pub(super) fn within_own_role(&self, role: &str) -> Result<(), AccessError> {
        let permissions = self.roles.get(role).map_or(Permissions::ALL, Role::permissions);
        match self.own.contains_all(permissions) {
            true => Ok(()),
            false => Err(AccessError::AboveOwnRole),
        }
    }
}

/// What a rule has decided.
pub(super) struct Decision<T> {
    pub(super) writes: Vec<Write>,
    pub(super) value: T,
    /// What is to be recorded as done, where more is known than before.
    pub(super) event: Event,
}

impl AccessControl {
    /// Makes a change, for an actor who may manage users, or for nobody where there is none who could.
    ///
    /// It is recorded when all is decided, and made final after that; where it cannot be recorded, it is not made. The
    /// caller's going away does not stop it halfway.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        actor: Option<&Actor>,
        event: Event,
        rule: impl FnOnce(&Facts<'_>, Event) -> Result<Decision<T>, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let (inner, actor) = (Arc::clone(&self.0), actor.cloned());
        let task = tokio::spawn(async move {
            let (sender, receiver) = oneshot::channel();
            let decide = inner.decide(actor, event.clone(), rule, sender);
            let changed = inner.store.change(decide).await;
            // Where the answer was lost, it may have been made.
            if matches!(changed, Ok(()) | Err(AccessError::Store(_))) {
                inner.generation.fetch_add(1, Ordering::AcqRel);
            }
            let error = match changed {
                Ok(()) => match receiver.await {
                    Ok(value) => return Ok(value),
                    Err(_) => AccessError::Store("the store did not ask what to change".to_owned()),
                },
                Err(error) => error,
            };
            if !matches!(error, AccessError::Audit(_)) {
                let (audit, event) = (Arc::clone(&inner.audit), ended(event, &error));
                crate::access::store::blocking(move || Ok(audit.record(&event)?)).await?;
            }
            Err(error)
        });
        task.await
            .unwrap_or_else(|_| Err(AccessError::Store("the change did not end as it should".to_owned())))
    }
}

impl Inner {
    fn decide<T: Send + 'static>(
        self: &Arc<Self>,
        actor: Option<Actor>,
        event: Event,
        rule: impl FnOnce(&Facts<'_>, Event) -> Result<Decision<T>, AccessError> + Send + 'static,
        done: oneshot::Sender<T>,
    ) -> Decide {
        let inner = Arc::clone(self);
        Box::new(move |records| {
            let now = now();
            let (own, event) = match &actor {
                None => (Permissions::ALL, event),
                Some(actor) => {
                    let key = records.keys.get(&actor.key);
                    let found = key.and_then(|key| Some((key, records.users.get(&key.user)?)));
                    let standing = inner.standing(actor, found, now);
                    if !standing.permissions.contains(Permission::ManageUsers) {
                        return Err(AccessError::Denied(Permission::ManageUsers));
                    }
                    let role = standing.role.unwrap_or_default();
                    (standing.permissions, event.role(role))
                }
            };
            let facts = Facts { records, roles: &inner.roles, own, now };
            let Decision { writes, value, event } = rule(&facts, event)?;
            keeps_an_admin(records, &writes, now)?;
            inner.audit.record(&event)?;
            let _ = done.send(value);
            Ok(writes)
        })
    }
}

/// Where somebody could manage everything, somebody can after the change.
fn keeps_an_admin(before: &Records, writes: &[Write], now: OffsetDateTime) -> Result<(), AccessError> {
    let mut after = before.clone();
    writes.iter().for_each(|write| after.apply(write));
    let ((there, able), (still_there, still_able)) = (admins(before, now), admins(&after, now));
    match (there && !still_there) || (able && !still_able) {
        true => Err(AccessError::LastAdmin),
        false => Ok(()),
    }
}

/// The event of a change that somebody asks for, to a user or a key.
pub(super) fn event(actor: Option<&Actor>, kind: EventKind, resource: &str) -> Event {
    let event = match actor {
        Some(actor) => event_of(actor, kind),
        None => Event::new(kind, Outcome::Ok),
    };
    event.resource(shown(resource))
}
