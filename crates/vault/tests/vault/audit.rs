//! What the vault records, and that no secret of the run is in any file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use time::OffsetDateTime;
use twilio_sdk_audit::{AuditError, AuditEvent, AuditLog, AuditSink, EventOutcome, read_tail};
use twilio_sdk_config::{SecretError, SecretSource as _};
use twilio_sdk_vault::{VaultError, VaultOptions};

use crate::folder::{Folder, holds};
use crate::{cheap, passphrase};

#[test]
fn weakness_38_every_use_is_recorded_and_no_secret_is() {
    let folder = Folder::new();
    let log = Arc::new(AuditLog::open(folder.file("audit.log")).unwrap());
    let path = folder.file("secrets.vault");
    let options = || VaultOptions::new(&path).argon2_params(cheap()).audit(Arc::clone(&log)).actor("alice");
    let vault = options().create(&passphrase()).unwrap();
    vault.set("twilio", "s3cret-of-a-key", None).unwrap();
    vault
        .set("tokens", json!({"token": "t0ken-text", "list": {"secret": ["in-a-list-s3cret"]}}), None)
        .unwrap();
    vault.set("old", "old-s3cret", Some(OffsetDateTime::UNIX_EPOCH)).unwrap();
    // Somebody takes the secret for the name.
    vault.set("s3cret-of-a-key", "x", None).unwrap();
    vault.set("in-a-list-s3cret", "x", None).unwrap();
    vault.get("twilio").unwrap();
    vault.get("old").unwrap_err();
    vault.get("nobody").unwrap_err();
    vault.delete("old").unwrap();
    options().open(&"wrong-passphrase-s3cret".into()).unwrap_err();
    options().open(&passphrase()).unwrap();
    vault.rekey(&"next-passphrase-s3cret".into(), cheap()).unwrap();
    let records = read_tail(log.path(), 100).unwrap();
    let shown: Vec<String> = records
        .iter()
        .filter(|record| record.outcome != EventOutcome::Begun)
        .map(|record| {
            assert_eq!(record.actor.as_deref(), Some("alice"));
            assert_eq!(record.source.as_deref(), Some(path.to_str().unwrap()));
            format!("{} {} {}", record.event, record.outcome, record.resource.as_deref().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "credential.unlock ok -",
            "credential.store ok twilio",
            "credential.store ok tokens",
            "credential.store ok old",
            "credential.store ok [REDACTED]",
            "credential.store ok [REDACTED]",
            "credential.read ok twilio",
            "credential.read denied old",
            "credential.read failed nobody",
            "credential.delete ok old",
            "credential.unlock denied -",
            "credential.unlock ok -",
            "credential.rekey ok -",
        ]
    );
    assert!(log.verify().unwrap().open().is_empty(), "every change has its end");
    for secret in [
        "correct horse battery staple",
        "s3cret-of-a-key",
        "t0ken-text",
        "in-a-list-s3cret",
        "old-s3cret",
        "wrong-passphrase-s3cret",
        "next-passphrase-s3cret",
    ] {
        assert!(!holds(&folder.everything(), secret), "{secret}");
    }
}

#[test]
fn what_somebody_else_does_with_an_open_vault_is_recorded_as_theirs() {
    let folder = Folder::new();
    let log = Arc::new(AuditLog::open(folder.file("audit.log")).unwrap());
    let options = VaultOptions::new(folder.file("secrets.vault")).argon2_params(cheap());
    let vault = options.audit(Arc::clone(&log)).create(&passphrase()).unwrap();
    let bobs = vault.with_actor("bob");
    bobs.set("twilio", "s3cret-of-a-key", None).unwrap();
    vault.get("twilio").unwrap();
    bobs.rekey(&"another one".into(), cheap()).unwrap();
    assert_eq!(vault.get("twilio").unwrap().string().unwrap().expose_secret(), "s3cret-of-a-key");
    let ended = read_tail(log.path(), 100)
        .unwrap()
        .into_iter()
        .filter(|record| record.outcome != EventOutcome::Begun);
    let actors: Vec<_> = ended.map(|record| record.actor).collect();
    let bob = Some("bob".to_owned());
    assert_eq!(actors, [None, bob.clone(), None, bob, None]);
}

/// Takes nothing down, from some moment on.
#[derive(Default)]
pub(crate) struct Full(pub(crate) AtomicBool);

impl AuditSink for Full {
    fn record(&self, _: &AuditEvent) -> Result<(), AuditError> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(AuditError::Other("the disk is full".into())),
            false => Ok(()),
        }
    }
}

#[test]
fn review_11_what_cannot_be_recorded_leaves_the_file_as_it_is() {
    let folder = Folder::new();
    let full = Arc::new(Full::default());
    let path = folder.file("secrets.vault");
    let options = || VaultOptions::new(&path).argon2_params(cheap()).audit(Arc::clone(&full));
    full.0.store(true, Ordering::Relaxed);
    assert!(matches!(options().create(&passphrase()), Err(VaultError::Audit(_))));
    assert!(!path.exists(), "no vault is begun");
    full.0.store(false, Ordering::Relaxed);
    let vault = options().create(&passphrase()).unwrap();
    vault.set("a", "s3cret", None).unwrap();
    let before = std::fs::read(&path).unwrap();

    full.0.store(true, Ordering::Relaxed);
    let unrecorded = |what: &str, result: Result<(), VaultError>| {
        assert!(matches!(result, Err(VaultError::Audit(_))), "{what}");
        assert!(std::fs::read(&path).unwrap() == before, "{what} was done");
        assert!(!folder.file("secrets.vault.new").exists(), "{what}");
    };
    unrecorded("set", vault.set("b", "x", None).map(drop));
    unrecorded("set again", vault.set("a", "x", None).map(drop));
    unrecorded("delete", vault.delete("a").map(drop));
    unrecorded("delete nothing", vault.delete("none").map(drop));
    unrecorded("rekey", vault.rekey(&"another passphrase".into(), cheap()));
    unrecorded("get", vault.get("a").map(drop));
    unrecorded("open", options().open(&passphrase()).map(drop));
    unrecorded("with_actor", vault.with_actor("eve").delete("a").map(drop));

    full.0.store(false, Ordering::Relaxed);
    assert_eq!(
        vault.get("a").unwrap().string().unwrap().expose_secret(),
        "s3cret",
        "the passphrase is the old one too"
    );
    options().open(&passphrase()).unwrap();
    assert_eq!(vault.list().unwrap().len(), 1);
    assert!(vault.delete("a").unwrap());
}

/// Takes so many events down, and fails for all others.
struct Few(std::sync::atomic::AtomicUsize);

impl AuditSink for Few {
    fn record(&self, _: &AuditEvent) -> Result<(), AuditError> {
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| AuditError::Other("the disk is full".into()))
    }
}

#[test]
fn review_11_an_error_means_that_nothing_was_changed_wherever_the_recorder_fails() {
    for events in 0..4 {
        let folder = Folder::new();
        let vault = crate::create(&folder);
        vault.set("a", "s3cret", None).unwrap();
        // The first of the events is that the vault is opened.
        let audit = Few(std::sync::atomic::AtomicUsize::new(events + 1));
        let options = VaultOptions::new(vault.path()).audit(audit);
        let opened = options.open(&passphrase()).unwrap();
        let before = std::fs::read(vault.path()).unwrap();
        let set = opened.set("b", "x", None);
        let same = std::fs::read(vault.path()).unwrap() == before;
        assert_eq!(set.is_err(), same, "{events}");
        assert_eq!(set.is_err(), events == 0, "{events}: a change that is recorded as begun is made");
    }
}

#[test]
fn review_78_a_change_of_a_vault_is_recorded_as_begun_and_as_ended() {
    let folder = Folder::new();
    let log = Arc::new(AuditLog::open(folder.file("audit.log")).unwrap());
    let options = VaultOptions::new(folder.file("secrets.vault")).argon2_params(cheap());
    let vault = options.audit(Arc::clone(&log)).create(&passphrase()).unwrap();
    vault.set("a", "x", None).unwrap();
    let records = read_tail(log.path(), 100).unwrap();
    let outcomes: Vec<_> = records.iter().map(|record| record.outcome.known().unwrap()).collect();
    assert_eq!(outcomes, [EventOutcome::Begun, EventOutcome::Ok, EventOutcome::Begun, EventOutcome::Ok]);
    assert_eq!(records[2].correlation_id, records[3].correlation_id);
    assert_ne!(records[0].correlation_id, records[2].correlation_id);
    // The file cannot be put in its place: its name is a folder's now.
    std::fs::create_dir(folder.file("secrets.vault.new")).unwrap();
    vault.set("b", "x", None).unwrap_err();
    let last = read_tail(log.path(), 2).unwrap();
    assert_eq!(last[1].outcome, EventOutcome::Failed);
    assert_eq!(last[0].correlation_id, last[1].correlation_id);
    assert!(log.verify().unwrap().open().is_empty());
}

#[test]
fn what_cannot_be_recorded_is_an_error_and_no_secret_is_handed_out() {
    let folder = Folder::new();
    let vault = crate::create(&folder);
    vault.set("a", "s3cret", None).unwrap();
    let full = Arc::new(Full::default());
    let opened = VaultOptions::new(vault.path()).audit(Arc::clone(&full)).open(&passphrase()).unwrap();
    assert_eq!(opened.get("a").unwrap().string().unwrap().expose_secret(), "s3cret");
    full.0.store(true, Ordering::Relaxed);
    for result in [
        opened.get("a").map(drop),
        opened.get("nobody").map(drop),
        opened.set("b", "x", None).map(drop),
        opened.delete("a").map(drop),
        opened.rekey(&passphrase(), cheap()),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error, VaultError::Audit(_)), "{error}");
    }
    assert!(matches!(opened.resolve("b"), Err(SecretError::Unavailable(_))));
    let options = || VaultOptions::new(vault.path()).audit(Arc::clone(&full));
    assert!(matches!(options().open(&passphrase()), Err(VaultError::Audit(_))));
    let other = VaultOptions::new(folder.file("other")).argon2_params(cheap()).audit(full);
    assert!(matches!(other.create(&passphrase()), Err(VaultError::Audit(_))));
}
