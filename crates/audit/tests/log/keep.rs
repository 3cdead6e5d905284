//! What is written, where, and what becomes of it after a crash.

use std::io::Write;
use std::time::Duration;

use twilio_sdk_audit::{
    AuditError, AuditEvent, AuditEventKind, AuditLog, AuditLogOptions, AuditSink, EventOutcome,
    NoopAuditSink, SyncPolicy, Tampering, VerifyError, read_tail, verify_log,
};

use crate::folder::{Folder, chmod, mode};
use crate::{event, lines, rotated, write};

#[test]
fn a_line_has_the_fields_in_their_order_and_leaves_out_what_is_not_known() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = AuditLog::open(&path).unwrap();
    let full = AuditEvent::new(AuditEventKind::Authorization, EventOutcome::Denied)
        .actor("bob")
        .role("viewer")
        .action("manage_users")
        .resource("users/alice")
        .source("198.51.100.7")
        .reason("the role lacks the permission\nand this is a second line")
        .correlation_id("r-1");
    log.record(&full).unwrap();
    log.record(&AuditEvent::new(AuditEventKind::ConfigChange, EventOutcome::Ok)).unwrap();
    let [first, second] = lines(&path).try_into().unwrap();
    let names: Vec<&str> =
        first.split('"').skip(1).step_by(2).filter(|name| first.contains(&format!("\"{name}\":"))).collect();
    assert_eq!(
        names,
        [
            "seq",
            "ts",
            "event",
            "outcome",
            "actor",
            "role",
            "action",
            "resource",
            "source",
            "reason",
            "correlation_id",
            "prev_hash"
        ],
        "{first}"
    );
    let value: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(value["event"], "authz");
    assert_eq!(value["outcome"], "denied");
    assert_eq!(value["prev_hash"], "0".repeat(64));
    assert!(value["ts"].as_str().unwrap().ends_with('Z'), "{value}");
    let hash = ring::digest::digest(&ring::digest::SHA256, first.as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let second: serde_json::Value = serde_json::from_str(&second).unwrap();
    assert_eq!(second["prev_hash"], hash);
    assert_eq!(second.as_object().unwrap().len(), 5);
}

#[test]
fn every_kind_and_outcome_has_a_name_that_leads_back_to_it() {
    for kind in AuditEventKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(*kind));
    }
    for outcome in [EventOutcome::Ok, EventOutcome::Denied, EventOutcome::Failed] {
        assert_eq!(outcome.as_str().parse(), Ok(outcome));
    }
    assert!("authn.ok".parse::<AuditEventKind>().is_err());
    NoopAuditSink.record(&event(1)).unwrap();
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone_and_others_are_not_opened() {
    let folder = Folder::new();
    let path = folder.path().join("below/audit.log");
    let log = AuditLogOptions::new(&path).max_file_bytes(300).open().unwrap();
    write(&log, 0..5);
    drop(log);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = entry.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    for file in ["audit.log", "audit.log.head"] {
        let file = path.with_file_name(file);
        chmod(&file, 0o640);
        assert!(
            matches!(AuditLog::open(&path), Err(AuditError::InsecurePermissions(_))),
            "{}",
            file.display()
        );
        chmod(&file, 0o600);
    }
    for file in ["audit.log.head", "audit.log"] {
        let file = path.with_file_name(file);
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(folder.file("elsewhere"), &file).unwrap();
        assert!(AuditLog::open(&path).is_err());
        assert!(!folder.file("elsewhere").exists());
        std::fs::remove_file(file).unwrap();
    }
}

#[test]
fn the_chain_goes_on_through_full_files_and_over_restarts() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    drop(rotated(&folder, 10));
    let log = rotated(&folder, 10);
    let verified = log.verify().unwrap();
    assert_eq!((verified.head().seq(), verified.first()), (20, 1));
    assert!(verified.files() > 3, "{verified:?}");
    assert_eq!(verified.head().hash(), log.head().unwrap().hash());
    assert!(folder.file("audit.log.000001").exists());
    let full = std::fs::metadata(folder.file("audit.log.000001")).unwrap().len();
    assert!(full <= 1000, "{full}");
    let numbers: Vec<u64> = read_tail(&path, 100).unwrap().iter().map(|record| record.seq).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}

#[test]
fn a_file_with_the_largest_number_or_a_strange_one_is_no_end_of_a_log() {
    let folder = Folder::new();
    let log = rotated(&folder, 10);
    for strange in ["0000001", "+00001", "1"] {
        std::fs::write(folder.file(&format!("audit.log.{strange}")), "?").unwrap();
    }
    drop(rotated(&folder, 10));
    assert_eq!(log.verify().unwrap().head().seq(), 20);
    std::fs::write(folder.file(&format!("audit.log.{}", u64::MAX)), "").unwrap();
    let mut numbers = 20..30;
    let error = numbers.find_map(|number| log.record(&event(number)).err()).unwrap();
    assert!(matches!(error, AuditError::Corrupt(_)), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_files_of_a_log_whose_name_is_no_text_are_all_kept() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"audit-\xff.log"));
    let log = AuditLogOptions::new(&path).max_file_bytes(1000).open().unwrap();
    write(&log, 0..20);
    assert_eq!(log.verify().unwrap().head().seq(), 20);
}

#[test]
fn lines_that_are_not_yet_on_disk_are_there_after_a_flush() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = AuditLogOptions::new(&path)
        .sync_policy(SyncPolicy::Interval(Duration::from_secs(3600)))
        .open()
        .unwrap();
    write(&log, 0..3);
    log.flush().unwrap();
    assert_eq!(verify_log(&path, None).unwrap().head().seq(), 3);
}

#[test]
fn half_a_line_that_a_crash_left_is_cut_off_and_a_whole_one_taken_over() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = AuditLog::open(&path).unwrap();
    write(&log, 0..3);
    let head = std::fs::read(folder.file("audit.log.head")).unwrap();
    write(&log, 3..4);
    drop(log);
    // The head of the last line was not written.
    std::fs::write(folder.file("audit.log.head"), &head).unwrap();
    assert_eq!(verify_log(&path, None).unwrap().head().seq(), 4);
    let log = AuditLog::open(&path).unwrap();
    assert_eq!(log.head().unwrap().seq(), 4);
    drop(log);
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"seq\":5,\"ts\"").unwrap();
    assert_eq!(verify_log(&path, None).unwrap().head().seq(), 4);
    let log = AuditLog::open(&path).unwrap();
    write(&log, 4..5);
    assert_eq!(log.verify().unwrap().head().seq(), 5);
    assert_eq!(lines(&path).len(), 5);
}

#[test]
fn a_rotation_that_a_crash_cut_short_is_ended() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = AuditLog::open(&path).unwrap();
    write(&log, 0..3);
    drop(log);
    std::fs::rename(&path, folder.file("audit.log.000001")).unwrap();
    let log = AuditLog::open(&path).unwrap();
    write(&log, 3..5);
    let verified = log.verify().unwrap();
    assert_eq!((verified.head().seq(), verified.files()), (5, 2));
}

#[test]
fn a_log_that_lacks_lines_is_not_written_to() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = AuditLog::open(&path).unwrap();
    write(&log, 0..3);
    let before = lines(&path);
    crate::put(&path, &before[..2]);
    assert!(matches!(log.record(&event(4)), Err(AuditError::Corrupt(_))));
    assert!(matches!(AuditLog::open(&path), Err(AuditError::Corrupt(_))));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(log.record(&event(4)), Err(AuditError::Corrupt(_))));
    let found = verify_log(&path, None).unwrap_err();
    assert!(matches!(found, VerifyError::Tampered { tampering: Tampering::Truncated, .. }), "{found}");
    crate::put(&path, &before);
    crate::folder::chmod(&path, 0o600);
    write(&log, 3..4);
    assert_eq!(log.verify().unwrap().head().seq(), 4);
}
