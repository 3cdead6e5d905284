//! A log on a full disk.
#![cfg(target_os = "linux")]

use std::process::Command;

use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditLog, AuditSink as _, EventOutcome, verify_log};

use crate::folder::Folder;

/// Writes until that fails, in a process whose files are limited.
#[test]
fn as_another_process() {
    let Some(path) = std::env::var_os("TWILIO_TEST_FULL_LOG") else { return };
    let log = AuditLog::open(path).unwrap();
    let event = AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Ok).actor("ada").resource("bob");
    let error = (0..10_000).find_map(|_| log.record(&event).err()).unwrap();
    println!("\nerror: {error}");
}

#[test]
fn review_77_a_log_that_cannot_be_written_is_told_with_its_path() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    // A file that would become too large ends a process that does not ignore the signal.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact full::as_another_process --nocapture";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("TWILIO_TEST_FULL_LOG", &path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error =
        text.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_else(|| panic!("{text}"));
    assert!(error.contains(&path.display().to_string()) && error.contains("a line of the log"), "{error}");
    // What was written before is whole.
    verify_log(&path, None).unwrap();
    let full = twilio_sdk_audit::AuditError::Io {
        what: "x".to_owned(),
        source: std::io::Error::from(std::io::ErrorKind::StorageFull),
    };
    assert!(full.to_string().contains("free space"), "{full}");
}
