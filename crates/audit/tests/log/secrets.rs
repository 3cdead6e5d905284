//! No secret comes into a log, wherever somebody puts it.

use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditLog, AuditSink, EventOutcome, read_tail};

use crate::folder::{Folder, holds};

const GUARDED: &[&str] = &["correct horse battery staple", "tünnel-ü-s3cret", "pin42", "quo\"ted\\s3cret"];
const KNOWN_BY_FORM: &[(&str, &str)] = &[
    ("authorization: Bearer abc.def.ghi-s3cret", "abc.def.ghi-s3cret"),
    ("https://example.com/cb?access_token=s3cretly&x=1", "s3cretly"),
    ("{\"password\": \"hunter2-s3cret\"}", "hunter2-s3cret"),
    ("client_secret=cl13nt-s3cret", "cl13nt-s3cret"),
];

#[test]
fn weakness_38_the_secrets_of_a_run_are_nowhere_in_its_files() {
    let folder = Folder::new();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    for secret in GUARDED {
        log.redact_secret(&(*secret).into());
    }
    let within =
        |secret: &str| if secret.len() < 6 { secret.to_owned() } else { format!("entry {secret} of it") };
    let texts = GUARDED
        .iter()
        .flat_map(|secret| [(*secret).to_owned(), within(secret)])
        .chain(KNOWN_BY_FORM.iter().map(|(text, _)| (*text).to_owned()));
    for text in texts {
        let event = AuditEvent::new(AuditEventKind::CredentialStore, EventOutcome::Failed)
            .actor(&text)
            .role(&text)
            .action(&text)
            .resource(&text)
            .source(&text)
            .reason(&text)
            .correlation_id(&text);
        log.record(&event).unwrap();
    }
    let everything = folder.everything();
    for secret in GUARDED.iter().copied().chain(KNOWN_BY_FORM.iter().map(|(_, secret)| *secret)) {
        assert!(!holds(&everything, secret), "{secret}");
        let escaped = serde_json::to_string(secret).unwrap();
        assert!(!holds(&everything, escaped.trim_matches('"')), "{secret}");
    }
    assert!(!format!("{log:?}").contains("s3cret"));
    let records = read_tail(log.path(), 100).unwrap();
    assert_eq!(records.len(), 2 * GUARDED.len() + KNOWN_BY_FORM.len());
    assert_eq!(records[0].actor.as_deref(), Some("[REDACTED]"));
    assert_eq!(records[1].actor.as_deref(), Some("entry [REDACTED] of it"));
    log.verify().unwrap();
}

#[test]
fn nothing_is_left_of_a_secret_that_holds_another_or_is_shown_with_escapes() {
    let folder = Folder::new();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIB\"ab\\c\"\n";
    for secret in ["s3cret", "s3cret-of-a-key", "a-s3cret", pem] {
        log.redact_secret(&secret.into());
    }
    let reason = format!("neither s3cret-of-a-key nor a-s3cret nor {pem:?} nor {:?}", "\"");
    log.record(&AuditEvent::new(AuditEventKind::CredentialRead, EventOutcome::Failed).reason(reason))
        .unwrap();
    let record = read_tail(log.path(), 1).unwrap().remove(0);
    let expected = "neither [REDACTED] nor [REDACTED] nor \"[REDACTED]\" nor \"\\\"\"";
    assert_eq!(record.reason.as_deref(), Some(expected));
}

#[test]
fn names_stay_as_they_are_and_long_texts_are_cut() {
    let folder = Folder::new();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    log.redact_secret(&"abc".into());
    let names = ["+15558675310", "alice@example.com", "SK0123", "abcdef", "users/ü", ""];
    for name in names {
        log.record(&AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Ok).resource(name)).unwrap();
    }
    log.record(&AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Ok).resource("ü".repeat(5000)))
        .unwrap();
    let records = read_tail(log.path(), 100).unwrap();
    let found: Vec<&str> = records.iter().filter_map(|record| record.resource.as_deref()).collect();
    assert_eq!(found[..names.len()], names);
    assert_eq!(found[names.len()].chars().count(), 513);
}
