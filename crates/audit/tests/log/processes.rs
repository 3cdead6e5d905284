//! Several processes that write to one log.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_audit::{
    AuditError, AuditLog, AuditLogOptions, AuditSink, RecordFilter, search_log, verify_log,
};

use crate::folder::Folder;
use crate::{event, write};

const RECORDS: u64 = 60;

/// This program again, as a process that does nothing but the test `as_another_process`.
fn another(folder: &Folder, number: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::as_another_process", "--nocapture"])
        .env("TWILIO_TEST_AUDIT_LOG", folder.file("audit.log"))
        .env("TWILIO_TEST_NUMBER", number.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn as_another_process() {
    let Some(path) = std::env::var_os("TWILIO_TEST_AUDIT_LOG") else { return };
    let number: u64 = std::env::var("TWILIO_TEST_NUMBER").unwrap().parse().unwrap();
    let log = AuditLogOptions::new(path).max_file_bytes(2000).open().unwrap();
    write(&log, number * 1000..number * 1000 + RECORDS);
}

#[test]
fn processes_and_threads_write_one_chain_and_lose_nothing() {
    let folder = Folder::new();
    let children: Vec<Child> = (1..=3).map(|number| another(&folder, number)).collect();
    let log = Arc::new(AuditLogOptions::new(folder.file("audit.log")).max_file_bytes(2000).open().unwrap());
    let threads: Vec<_> = (4..=5)
        .map(|number| {
            let log = Arc::clone(&log);
            std::thread::spawn(move || write(&log, number * 1000..number * 1000 + RECORDS))
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(log.verify().unwrap().head().seq(), 5 * RECORDS);
    for number in 1..=5 {
        let wanted = (number * 1000..number * 1000 + RECORDS).map(|n| format!("SK{n}"));
        let mine = format!("SK{number}");
        let found = search_log(log.path(), RecordFilter::new())
            .unwrap()
            .map(|record| record.unwrap().resource.unwrap());
        assert!(found.filter(|name| name.starts_with(&mine)).eq(wanted), "{number}");
    }
}

#[test]
fn a_writer_that_is_killed_leaves_a_log_that_holds() {
    let folder = Folder::new();
    let path = folder.file("audit.log");
    for round in 0..30 {
        let mut child = another(&folder, 1);
        std::thread::sleep(Duration::from_millis(3 + round * 2));
        child.kill().unwrap();
        child.wait().unwrap();
        let log = AuditLogOptions::new(&path).max_file_bytes(2000).open().unwrap();
        write(&log, round..round + 1);
        verify_log(&path, None).unwrap();
    }
    assert!(verify_log(&path, None).unwrap().head().seq() > 30);
}

#[test]
fn a_lock_that_does_not_come_in_time_is_an_error() {
    let folder = Folder::new();
    let log = AuditLogOptions::new(folder.file("audit.log"))
        .lock_timeout(Duration::from_millis(20))
        .open()
        .unwrap();
    let held = std::fs::File::open(folder.file("audit.log.lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(log.record(&event(1)), Err(AuditError::Locked)));
    held.unlock().unwrap();
    log.record(&event(1)).unwrap();
    assert!(AuditLog::open(folder.path().join("..")).is_err());
}
