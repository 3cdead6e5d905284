//! The audit log: format, redaction, search, verification, and several processes that share one log.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod folder;

mod full;
mod keep;
mod owner;
mod processes;
mod read;
mod secrets;
mod tamper;

use std::path::Path;

use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditLog, AuditLogOptions, AuditSink, EventOutcome};

use folder::Folder;

/// An event with a number.
fn event(number: u64) -> AuditEvent {
    AuditEvent::new(AuditEventKind::KeyIssue, EventOutcome::Ok).actor("alice").resource(format!("SK{number}"))
}

/// Records events with these numbers.
fn write(log: &AuditLog, numbers: std::ops::Range<u64>) {
    for number in numbers {
        log.record(&event(number)).unwrap();
    }
}

/// A log with `records` records, in files of a few lines.
fn rotated(folder: &Folder, records: u64) -> AuditLog {
    let log = AuditLogOptions::new(folder.file("audit.log")).max_file_bytes(1000).open().unwrap();
    write(&log, 0..records);
    log
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn put(path: &Path, lines: &[String]) {
    std::fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}
