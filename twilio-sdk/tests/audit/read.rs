//! The end of a log, and what is looked for in it.

use time::{Duration, OffsetDateTime};
use twilio_sdk::audit::{Audit, AuditLog, Event, EventKind, Filter, Outcome, search, tail};

use crate::folder::Folder;
use crate::rotated;

#[test]
fn the_last_records_come_from_several_files_in_order() {
    let folder = Folder::new();
    let log = rotated(&folder, 20);
    for count in [0, 1, 2, 7, 19, 20, 50] {
        let numbers: Vec<u64> = tail(log.path(), count).unwrap().iter().map(|record| record.seq).collect();
        let first = 21_u64.saturating_sub(count as u64).max(1);
        assert_eq!(numbers, (first..=20).collect::<Vec<_>>(), "{count}");
    }
}

#[test]
fn records_are_found_by_each_of_their_fields() {
    let folder = Folder::new();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    let before = OffsetDateTime::now_utc() - Duration::seconds(60);
    let (read, unlock) = (EventKind::CredentialRead, EventKind::CredentialUnlock);
    for event in [
        Event::new(read, Outcome::Ok).actor("alice").resource("twilio").source("web"),
        Event::new(read, Outcome::Denied).actor("bob").resource("twilio").correlation_id("r-2"),
        Event::new(unlock, Outcome::Denied).actor("bob").reason("wrong"),
    ] {
        log.record(&event).unwrap();
    }
    let found = |filter: Filter| -> Vec<u64> {
        search(log.path(), filter).unwrap().map(|record| record.unwrap().seq).collect()
    };
    assert_eq!(found(Filter::new()), [1, 2, 3]);
    assert_eq!(found(Filter::new().kind(read)), [1, 2]);
    assert_eq!(found(Filter::new().kind(read).kind(unlock)), [1, 2, 3]);
    assert_eq!(found(Filter::new().outcome(Outcome::Denied)), [2, 3]);
    assert_eq!(found(Filter::new().actor("bob").resource("twilio")), [2]);
    assert_eq!(found(Filter::new().source("web")), [1]);
    assert_eq!(found(Filter::new().correlation_id("r-2")), [2]);
    assert_eq!(found(Filter::new().since(before)), [1, 2, 3]);
    assert_eq!(found(Filter::new().until(before)), [0; 0]);
    assert_eq!(found(Filter::new().kind(EventKind::UserAdd)), [0; 0]);
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let folder = Folder::new();
    let log = rotated(&folder, 2);
    let mut lines = crate::lines(log.path());
    lines[1] = "?".into();
    crate::put(log.path(), &lines);
    let error = tail(log.path(), 5).unwrap_err().to_string();
    assert!(error.ends_with("audit.log:2 is no record"), "{error}");
    assert!(search(log.path(), Filter::new()).unwrap().any(|record| record.is_err()));
}

#[test]
fn a_line_longer_than_any_hides_no_record_behind_it() {
    let folder = Folder::new();
    let log = rotated(&folder, 2);
    let mut lines = crate::lines(log.path());
    lines.insert(1, "x".repeat(100_000));
    crate::put(log.path(), &lines);
    assert!(tail(log.path(), 5).is_err());
    let found: Vec<_> = search(log.path(), Filter::new()).unwrap().collect();
    assert!(found.iter().any(|record| record.is_err()));
    assert_eq!(found.into_iter().filter_map(Result::ok).last().unwrap().seq, 2);
}
