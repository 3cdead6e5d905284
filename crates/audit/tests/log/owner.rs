//! Rejected logs: folders and files that other users can change, and links.
#![cfg(unix)]

use std::os::unix::fs::{chown, symlink};
use std::path::Path;

use twilio_sdk_audit::{AuditError, AuditLog, AuditLogOptions, AuditSink};

use crate::folder::{Folder, chmod};
use crate::{event, write};

/// A log of several files: the current one, one before it, the head and the lock.
fn log(folder: &Folder) -> AuditLog {
    let log = AuditLogOptions::new(folder.file("audit.log")).max_file_bytes(300).open().unwrap();
    write(&log, 0..5);
    assert!(folder.file("audit.log.000001").exists());
    log
}

#[track_caller]
fn is_open_to_others(found: Result<impl Sized, AuditError>, path: &Path, command: &str) {
    let error = found.err().expect("is rejected");
    assert!(matches!(error, AuditError::InsecurePermissions(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()) && text.contains(command), "{text}");
}

#[test]
fn review_15_a_folder_that_others_can_write_takes_no_log_and_no_record() {
    for mode in [0o777, 0o1777, 0o707, 0o702] {
        let folder = Folder::new();
        let open = log(&folder);
        chmod(folder.path(), mode);
        is_open_to_others(AuditLog::open(open.path()), folder.path(), "chmod go-w");
        is_open_to_others(open.record(&event(9)), folder.path(), "chmod go-w");
        let other = folder.file("other.log");
        is_open_to_others(AuditLog::open(&other), folder.path(), "chmod go-w");
        assert!(!other.exists() && !folder.file("other.log.lock").exists());
        chmod(folder.path(), 0o755);
        open.record(&event(9)).unwrap();
        assert_eq!(AuditLog::open(open.path()).unwrap().verify().unwrap().head().seq(), 6);
        chmod(folder.path(), 0o700);
    }
}

#[test]
fn review_15_no_file_of_a_log_is_found_through_a_link() {
    for name in ["audit.log", "audit.log.head", "audit.log.lock", "audit.log.000001"] {
        // No file is created or written through a link.
        for there in [false, true] {
            let (folder, elsewhere) = (Folder::new(), Folder::new());
            let path = log(&folder).path().to_owned();
            let target = elsewhere.file("target");
            if there {
                std::fs::write(&target, "mine").unwrap();
                chmod(&target, 0o600);
            }
            std::fs::remove_file(folder.file(name)).unwrap();
            symlink(&target, folder.file(name)).unwrap();
            let error = AuditLog::open(&path).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("it is a link"), "{error}");
            let kept = std::fs::read_to_string(&target).ok();
            assert_eq!(kept.as_deref(), there.then_some("mine"), "{name}");
        }
    }
}

#[test]
fn review_15_a_log_that_is_open_does_not_follow_its_lock_elsewhere() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let open = log(&folder);
    std::fs::remove_file(folder.file("audit.log.lock")).unwrap();
    symlink(elsewhere.file("made"), folder.file("audit.log.lock")).unwrap();
    assert!(open.record(&event(9)).is_err());
    assert!(!elsewhere.file("made").exists());
    assert!(twilio_sdk_audit::verify_log(open.path(), None).is_ok(), "what is read needs no lock to be made");
    assert!(!elsewhere.file("made").exists());
}

#[test]
fn review_15_a_pipe_in_the_place_of_a_file_keeps_no_one_waiting() {
    for name in ["audit.log", "audit.log.head", "audit.log.lock", "audit.log.000001"] {
        let folder = Folder::new();
        let path = log(&folder).path().to_owned();
        std::fs::remove_file(folder.file(name)).unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.file(name)).status().unwrap();
        assert!(made.success());
        let error = AuditLog::open(&path).unwrap_err().to_string();
        assert!(error.contains("it is not a file"), "{error}");
    }
}

#[test]
fn review_15_files_that_others_can_use_are_rejected_each() {
    for name in ["audit.log", "audit.log.head", "audit.log.lock", "audit.log.000001"] {
        for mode in [0o666, 0o640, 0o604, 0o602] {
            let folder = Folder::new();
            let path = log(&folder).path().to_owned();
            chmod(&folder.file(name), mode);
            is_open_to_others(AuditLog::open(&path), &folder.file(name), "chmod 600");
        }
    }
}

/// Only root can change the owner of files; otherwise the test does nothing.
#[test]
fn review_15_a_log_that_belongs_to_another_user_is_rejected() {
    for name in ["", "audit.log", "audit.log.head", "audit.log.lock", "audit.log.000001"] {
        let folder = Folder::new();
        let path = log(&folder).path().to_owned();
        let file = if name.is_empty() { folder.path().to_owned() } else { folder.file(name) };
        if chown(&file, Some(4242), None).is_err() {
            assert!(!rustix::process::geteuid().is_root());
            return;
        }
        is_open_to_others(AuditLog::open(&path), &file, "another user (uid 4242)");
        chown(&file, Some(0), None).unwrap();
        AuditLog::open(&path).unwrap();
    }
}
