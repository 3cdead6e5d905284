//! Each way to tamper with a log, and the line that is named.

use std::path::{Path, PathBuf};

use twilio_sdk_audit::{AuditLog, ChainHead, Tampering, VerifyError, verify_log};

use crate::folder::Folder;
use crate::{lines, put, rotated, write};

fn found(path: &Path) -> (Tampering, PathBuf, u64) {
    match verify_log(path, None).unwrap_err() {
        VerifyError::Tampered { tampering, file, line } => (tampering, file, line),
        other => panic!("{other}"),
    }
}

/// A way to spoil lines.
type Spoil<'a> = &'a dyn Fn(&mut Vec<String>);

/// A log of six lines that is spoilt, and what is found.
fn spoilt(spoil: Spoil<'_>) -> (Tampering, u64) {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    write(&AuditLog::open(&path).unwrap(), 0..6);
    let mut lines = lines(&path);
    spoil(&mut lines);
    put(&path, &lines);
    let (fault, file, line) = found(&path);
    assert_eq!(file, path);
    (fault, line)
}

#[test]
fn what_was_done_to_a_line_is_told_with_file_and_line() {
    let renamed = |line: &String| line.replace("alice", "mallory");
    let cases: [(&str, Spoil<'_>, Tampering, u64); 13] = [
        ("changed", &|l| l[2] = renamed(&l[2]), Tampering::Changed, 3),
        ("the first changed", &|l| l[0] = renamed(&l[0]), Tampering::Changed, 1),
        ("the last changed", &|l| l[5] = renamed(&l[5]), Tampering::Changed, 6),
        ("no record any more", &|l| l[3] = "{}".into(), Tampering::Changed, 4),
        (
            "a hash changed",
            &|l| l[3] = l[3].replace("\"prev_hash\":\"", "\"prev_hash\":\"0"),
            Tampering::Changed,
            4,
        ),
        ("removed", &|l| drop(l.remove(2)), Tampering::Removed, 3),
        ("the first removed", &|l| drop(l.remove(0)), Tampering::Removed, 1),
        ("several removed", &|l| drop(l.drain(1..4)), Tampering::Removed, 2),
        ("one inserted twice", &|l| l.insert(3, l[2].clone()), Tampering::Inserted, 4),
        ("one inserted later", &|l| l.insert(5, l[1].clone()), Tampering::Inserted, 6),
        ("two exchanged", &|l| l.swap(2, 3), Tampering::Moved, 3),
        ("cut off", &|l| l.truncate(4), Tampering::Truncated, 4),
        ("all cut off", &Vec::clear, Tampering::Truncated, 0),
    ];
    for (name, spoil, fault, line) in cases {
        assert_eq!(spoilt(spoil), (fault, line), "{name}");
    }
}

#[test]
fn a_forged_line_in_the_place_of_another_is_found_though_its_own_hash_is_right() {
    // The line claims to follow the second; the third comes behind it.
    let forged = |l: &mut Vec<String>| l.insert(2, l[2].replace("alice", "mallory"));
    assert_eq!(spoilt(&forged), (Tampering::Inserted, 3));
}

#[test]
fn half_of_the_last_line_is_found() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    write(&AuditLog::open(&path).unwrap(), 0..3);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    assert_eq!(found(&path), (Tampering::Truncated, path, 3));
}

#[test]
fn tampering_is_found_in_earlier_files_too() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = rotated(&folder, 20);
    let second = folder.file("audit.log.000002");
    let mut there = lines(&second);
    let last = there.len() - 1;
    there[last] = there[last].replace("alice", "mallory");
    put(&second, &there);
    assert_eq!(found(&path), (Tampering::Changed, second.clone(), last as u64 + 1));
    std::fs::remove_file(&second).unwrap();
    assert_eq!(found(&path), (Tampering::Removed, folder.file("audit.log.000003"), 1));
    drop(log);
}

#[test]
fn a_log_that_is_gone_as_a_whole_does_not_hold() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    drop(rotated(&folder, 10));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert!(matches!(verify_log(&path, None), Err(VerifyError::Io(_))));
    drop(AuditLog::open(&path).unwrap());
    assert_eq!(verify_log(&path, None).unwrap().head().seq(), 0);
}

#[test]
fn what_stands_behind_the_last_line_is_found_though_it_is_no_line() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    write(&AuditLog::open(&path).unwrap(), 0..3);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.resize(bytes.len() + (64 << 10), b'x');
    bytes.extend_from_slice(b"more\n");
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(found(&path), (Tampering::Inserted, path, 4));
}

#[test]
fn a_log_without_its_head_does_not_hold() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    drop(rotated(&folder, 10));
    std::fs::write(folder.file("audit.log.head"), "").unwrap();
    assert!(matches!(verify_log(&path, None), Err(VerifyError::MissingHead)));
    let largest = format!("{} {:020} {}\n", u64::MAX, 0, "ab".repeat(32));
    for head in ["9 9 x\n", &largest] {
        std::fs::write(folder.file("audit.log.head"), head).unwrap();
        assert!(matches!(verify_log(&path, None), Err(VerifyError::MissingHead)));
        assert!(AuditLog::open(&path).is_err());
    }
    std::fs::remove_file(folder.file("audit.log.head")).unwrap();
    assert!(matches!(verify_log(&path, None), Err(VerifyError::MissingHead)));
}

#[test]
fn a_head_that_is_kept_elsewhere_shows_a_log_that_was_written_anew() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    let log = AuditLog::open(&path).unwrap();
    write(&log, 0..4);
    let kept = log.head().unwrap();
    write(&log, 4..6);
    assert_eq!(verify_log(&path, Some(&kept)).unwrap().head().seq(), 6);
    drop(log);
    for file in ["audit.log", "audit.log.head"] {
        std::fs::remove_file(folder.file(file)).unwrap();
    }
    write(&AuditLog::open(&path).unwrap(), 0..3);
    assert!(verify_log(&path, None).is_ok());
    let short = verify_log(&path, Some(&kept)).unwrap_err();
    assert!(
        matches!(short, VerifyError::Tampered { tampering: Tampering::Truncated, line: 3, .. }),
        "{short}"
    );
    // As many lines as before: the log's own head has the number of the one that was kept.
    write(&AuditLog::open(&path).unwrap(), 3..4);
    let equal = verify_log(&path, Some(&kept)).unwrap_err();
    assert!(matches!(equal, VerifyError::Tampered { tampering: Tampering::Changed, line: 4, .. }), "{equal}");
    write(&AuditLog::open(&path).unwrap(), 4..9);
    let other = verify_log(&path, Some(&kept)).unwrap_err();
    assert!(matches!(other, VerifyError::Tampered { tampering: Tampering::Changed, line: 4, .. }), "{other}");
}

#[test]
fn files_may_be_taken_away_where_their_last_line_is_known() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    drop(rotated(&folder, 20));
    let first = folder.file("audit.log.000001");
    let gone = lines(&first);
    let digest = ring::digest::digest(&ring::digest::SHA256, gone.last().unwrap().as_bytes());
    let hash: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::remove_file(first).unwrap();
    assert_eq!(found(&path).0, Tampering::Removed);
    let anchor = ChainHead::new(gone.len() as u64, hash).unwrap();
    let verified = verify_log(&path, Some(&anchor)).unwrap();
    assert_eq!((verified.first(), verified.head().seq()), (gone.len() as u64 + 1, 20));
    let wrong = ChainHead::new(gone.len() as u64, "ab".repeat(32)).unwrap();
    assert!(verify_log(&path, Some(&wrong)).is_err());
    assert!(ChainHead::new(1, "no hash").is_none());
    assert!(ChainHead::new(u64::MAX, "ab".repeat(32)).is_none());
}
