//! Users, roles and keys, in every store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

mod cases;
mod crash;
mod custom;
mod entry_points;
mod folder;
mod inbound;
mod log;
mod names;
mod open;
mod postgres;
mod postgres_notes;
mod postgres_tables;
mod processes;
mod recorder;
mod server;
mod service;
mod spread;
mod sqlite;
mod sqlite_disk;

use std::sync::Arc;

use twilio_sdk_access::{AccessControl, AccessError, AccessStore, IssuedKey, Principal, Roles};
use twilio_sdk_audit::{AuditEvent, EventOutcome, NoopAuditSink};

/// Access control of a store, without an audit sink.
pub(crate) fn control(store: &Arc<dyn AccessStore>) -> AccessControl {
    AccessControl::new(Arc::clone(store), Roles::new(), NoopAuditSink)
}

/// The first user of the store, an admin.
pub(crate) async fn first(access: &AccessControl) -> Principal {
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    access.authenticate(&issued.key).await.unwrap()
}

/// Another user with a key.
pub(crate) async fn add(access: &AccessControl, admin: &Principal, name: &str, role: &str) -> IssuedKey {
    access.add_user(admin, name, role).await.unwrap();
    access.issue_key(admin, name, None).await.unwrap()
}

/// Another user, authenticated.
pub(crate) async fn person(access: &AccessControl, admin: &Principal, name: &str, role: &str) -> Principal {
    let issued = add(access, admin, name, role).await;
    access.authenticate(&issued.key).await.unwrap()
}

/// An audit sink in memory, which can be made to fail.
pub(crate) type Recorder = Arc<recorder::Recorder>;

/// What was recorded since the last look, without the first of the two records of each change.
pub(crate) fn ended(recorder: &Recorder) -> Vec<AuditEvent> {
    recorder.events().into_iter().filter(|event| event.outcome() != EventOutcome::Begun).collect()
}

/// What was recorded and has ended since the last look, each as `event outcome actor role action resource`.
pub(crate) fn taken(recorder: &Recorder) -> Vec<String> {
    let line = |event: &AuditEvent| {
        let of = |name: &str| {
            event.fields().find(|(key, _)| *key == name).map_or("-", |(_, text)| text).to_owned()
        };
        let texts = ["actor", "role", "action", "resource"].map(of).join(" ");
        format!("{} {} {texts}", event.kind().as_str(), event.outcome().as_str())
    };
    ended(recorder).iter().map(line).collect()
}

pub(crate) fn is_rejected<T>(result: &Result<T, AccessError>) -> bool {
    matches!(result, Err(AccessError::Rejected))
}
