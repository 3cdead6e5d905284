//! People, their roles and their keys, in every store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

mod cases;
mod crash;
mod custom;
mod entry_points;
#[path = "../common/folder.rs"]
mod folder;
mod inbound;
mod log;
mod names;
mod open;
mod postgres;
mod postgres_notes;
mod postgres_tables;
mod processes;
#[path = "../common/recorder.rs"]
mod recorder;
mod server;
// Of it only some is used here.
#[allow(dead_code)]
#[path = "../../../crates/inbound-auth/tests/layer/service.rs"]
mod service;
mod spread;
mod sqlite;
mod sqlite_disk;

use std::sync::Arc;

use twilio_sdk::access::{AccessControl, AccessError, AccessStore, IssuedKey, Principal, Roles};
use twilio_sdk::audit::{AuditEvent, EventOutcome, NoopAuditSink};

/// People of a store, of whom nothing is recorded.
pub(crate) fn control(store: &Arc<dyn AccessStore>) -> AccessControl {
    AccessControl::new(Arc::clone(store), Roles::new(), NoopAuditSink)
}

/// An admin, who is the first user of the store.
pub(crate) async fn first(access: &AccessControl) -> Principal {
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    access.authenticate(&issued.key).await.unwrap()
}

/// A further user with a key.
pub(crate) async fn add(access: &AccessControl, admin: &Principal, name: &str, role: &str) -> IssuedKey {
    access.add_user(admin, name, role).await.unwrap();
    access.issue_key(admin, name, None).await.unwrap()
}

/// The same, logged in.
pub(crate) async fn person(access: &AccessControl, admin: &Principal, name: &str, role: &str) -> Principal {
    let issued = add(access, admin, name, role).await;
    access.authenticate(&issued.key).await.unwrap()
}

/// A record in memory, which can be made to fail.
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
