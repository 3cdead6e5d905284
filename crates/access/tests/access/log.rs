//! The audit log of people in SQLite, as files on a disk.

use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_access::{AccessControl, AccessError, Roles, SqliteAccessStore};
use twilio_sdk_audit::{AuditEventKind, AuditLog, AuditLogOptions, EventOutcome, RecordFilter};

use crate::first;
use crate::folder::{Folder, holds};

#[tokio::test]
async fn a_log_on_a_disk_has_the_whole_story_and_no_file_has_a_key() {
    let folder = Folder::new();
    let log = Arc::new(AuditLog::open(folder.file("audit.log")).unwrap());
    let store = SqliteAccessStore::open(folder.file("access.db")).unwrap();
    let access = AccessControl::new(store, Roles::new(), Arc::clone(&log));
    let ada = first(&access).await;
    access.add_user(&ada, "vera", "viewer").await.unwrap();
    let old = access.issue_key(&ada, "vera", None).await.unwrap();
    let new = access.rotate_key(&ada, &old.info.id, Duration::from_secs(60), None).await.unwrap();
    // A program that says where a request came from may say too much.
    let vera = access.authenticate_from(&old.key, format!("curl {}", old.key.expose_secret())).await.unwrap();
    let view = access.guard_log(log.path());
    assert!(matches!(view.get(&vera).await, Err(AccessError::Denied(_))));
    access.revoke_key(&ada, &old.info.id).await.unwrap();
    assert!(access.authenticate(&old.key).await.is_err());
    access.remove_user(&ada, "vera").await.unwrap();

    let view = view.get(&ada).await.unwrap();
    assert!(view.verify(None).unwrap().open().is_empty(), "every change has its end");
    let kinds: Vec<_> = view
        .search(RecordFilter::new())
        .unwrap()
        .map(Result::unwrap)
        .filter(|record| record.outcome != EventOutcome::Begun)
        .map(|record| record.event.known().unwrap())
        .collect();
    use AuditEventKind::{
        Authentication, Authorization, KeyIssue, KeyRevoke, KeyRotate, UserAdd, UserRemove,
    };
    let expected = [
        UserAdd,
        Authentication,
        UserAdd,
        KeyIssue,
        KeyRotate,
        Authentication,
        Authorization,
        KeyRevoke,
        Authentication,
        UserRemove,
    ];
    assert_eq!(kinds, expected);
    let denied = RecordFilter::new().actor("vera").outcome(EventOutcome::Denied);
    assert_eq!(view.search(denied).unwrap().count(), 2, "the log, and the key that was revoked");
    let everything = folder.everything();
    assert!(holds(&everything, &old.info.id));
    for issued in [&old, &new] {
        let secret = &issued.key.expose_secret()[22..];
        for part in [secret, &secret[..32], &secret[32..64]] {
            assert!(!holds(&everything, part));
        }
    }
}

#[tokio::test]
async fn a_log_that_is_locked_by_another_process_stops_every_change() {
    let folder = Folder::new();
    let options = AuditLogOptions::new(folder.file("audit.log")).lock_timeout(Duration::from_millis(20));
    let store = SqliteAccessStore::open(folder.file("access.db")).unwrap();
    let access = AccessControl::new(store, Roles::new(), options.open().unwrap());
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    let ada = access.authenticate(&issued.key).await.unwrap();
    let held = std::fs::File::open(folder.file("audit.log.lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(access.add_user(&ada, "bob", "viewer").await, Err(AccessError::Audit(_))));
    assert!(matches!(access.authenticate(&issued.key).await, Err(AccessError::Audit(_))));
    held.unlock().unwrap();
    assert_eq!(access.list_users(&ada).await.unwrap().len(), 1);
    access.add_user(&ada, "bob", "viewer").await.unwrap();
}
