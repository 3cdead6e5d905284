//! The end of a log, and what is looked for in it.

use time::{Duration, OffsetDateTime};
use twilio_sdk_audit::{
    AuditEvent, AuditEventKind, AuditLog, AuditSink, EventOutcome, RecordFilter, read_tail, search_log,
};

use crate::folder::Folder;
use crate::rotated;

#[test]
fn the_last_records_come_from_several_files_in_order() {
    let folder = Folder::new();
    let log = rotated(&folder, 20);
    for count in [0, 1, 2, 7, 19, 20, 50] {
        let numbers: Vec<u64> =
            read_tail(log.path(), count).unwrap().iter().map(|record| record.seq).collect();
        let first = 21_u64.saturating_sub(count as u64).max(1);
        assert_eq!(numbers, (first..=20).collect::<Vec<_>>(), "{count}");
    }
}

#[test]
fn review_64_events_of_an_application_are_recorded_read_searched_and_verified() {
    const REFUND: AuditEventKind = match AuditEventKind::custom("order.refund") {
        Ok(kind) => kind,
        Err(_) => panic!("no kind"),
    };
    let folder = Folder::new();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    log.record(&AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Ok).actor("alice")).unwrap();
    log.record(&AuditEvent::new(REFUND, EventOutcome::Ok).actor("alice").resource("order 4711")).unwrap();
    let other = AuditEventKind::custom("order.refund-2.late_fee").unwrap();
    log.record(&AuditEvent::new(other, EventOutcome::Denied).actor("bob")).unwrap();
    assert_eq!(log.verify().unwrap().head().seq(), 3);
    let line = std::fs::read_to_string(log.path()).unwrap().lines().nth(1).unwrap().to_owned();
    assert!(line.contains(r#""event":"order.refund","outcome":"ok""#), "{line}");
    let found: Vec<_> =
        search_log(log.path(), RecordFilter::new().kind(REFUND)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].event.known(), found[0].resource.as_deref()), (Some(REFUND), Some("order 4711")));
    let both = RecordFilter::new().kind(other).kind(AuditEventKind::UserAdd);
    assert_eq!(search_log(log.path(), both).unwrap().count(), 2);
    assert_eq!(read_tail(log.path(), 1).unwrap()[0].event, other);
    assert_eq!(format!("{REFUND:?}"), r#"Custom("order.refund")"#);
}

#[test]
fn review_64_an_application_cannot_have_a_kind_that_is_or_may_become_the_sdks_own() {
    for kind in AuditEventKind::ALL {
        assert!(AuditEventKind::custom(kind.as_str()).is_err(), "{kind:?}");
        assert_eq!(kind.as_str().parse(), Ok(*kind));
        let namespace = kind.as_str().split('.').next().unwrap();
        assert!(AuditEventKind::custom(&format!("{namespace}.anything")).is_err(), "{kind:?}");
    }
    let longest = format!("a.{}", "b".repeat(62));
    for good in ["order.refund", "a.b", "users.add", "a-b.c_d.e9", "authn-2.x", longest.as_str()] {
        let kind = AuditEventKind::custom(good).unwrap();
        assert_eq!((kind.as_str(), good.parse()), (good, Ok(kind)));
    }
    for bad in [
        "",
        "order",
        "Order.refund",
        "order.Refund",
        ".refund",
        "order.",
        "order..refund",
        "order refund",
        "order.refund\n",
        "9order.refund",
        "order.9",
        "-a.b",
        "a._b",
        "örder.refund",
        "order/refund.x",
        "user.add\0",
        &format!("{longest}c"),
    ] {
        let error = AuditEventKind::custom(bad).expect_err(bad).to_string();
        assert!(error.contains("order.refund") && error.contains("credential."), "{error}");
        assert!(bad.parse::<AuditEventKind>().is_err(), "{bad}");
    }
}

#[test]
fn records_are_found_by_each_of_their_fields() {
    let folder = Folder::new();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    let before = OffsetDateTime::now_utc() - Duration::seconds(60);
    let (read, unlock) = (AuditEventKind::CredentialRead, AuditEventKind::CredentialUnlock);
    for event in [
        AuditEvent::new(read, EventOutcome::Ok).actor("alice").resource("twilio").source("web"),
        AuditEvent::new(read, EventOutcome::Denied).actor("bob").resource("twilio").correlation_id("r-2"),
        AuditEvent::new(unlock, EventOutcome::Denied).actor("bob").reason("wrong"),
    ] {
        log.record(&event).unwrap();
    }
    let found = |filter: RecordFilter| -> Vec<u64> {
        search_log(log.path(), filter).unwrap().map(|record| record.unwrap().seq).collect()
    };
    assert_eq!(found(RecordFilter::new()), [1, 2, 3]);
    assert_eq!(found(RecordFilter::new().kind(read)), [1, 2]);
    assert_eq!(found(RecordFilter::new().kind(read).kind(unlock)), [1, 2, 3]);
    assert_eq!(found(RecordFilter::new().outcome(EventOutcome::Denied)), [2, 3]);
    assert_eq!(found(RecordFilter::new().actor("bob").resource("twilio")), [2]);
    assert_eq!(found(RecordFilter::new().source("web")), [1]);
    assert_eq!(found(RecordFilter::new().correlation_id("r-2")), [2]);
    assert_eq!(found(RecordFilter::new().since(before)), [1, 2, 3]);
    assert_eq!(found(RecordFilter::new().until(before)), [0; 0]);
    assert_eq!(found(RecordFilter::new().kind(AuditEventKind::UserAdd)), [0; 0]);
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let folder = Folder::new();
    let log = rotated(&folder, 2);
    let mut lines = crate::lines(log.path());
    lines[1] = "?".into();
    crate::put(log.path(), &lines);
    let error = read_tail(log.path(), 5).unwrap_err().to_string();
    assert!(error.contains("audit.log:2 is not a record"), "{error}");
    assert!(search_log(log.path(), RecordFilter::new()).unwrap().any(|record| record.is_err()));
}

#[test]
fn a_line_longer_than_any_hides_no_record_behind_it() {
    let folder = Folder::new();
    let log = rotated(&folder, 2);
    let mut lines = crate::lines(log.path());
    lines.insert(1, "x".repeat(100_000));
    crate::put(log.path(), &lines);
    assert!(read_tail(log.path(), 5).is_err());
    let found: Vec<_> = search_log(log.path(), RecordFilter::new()).unwrap().collect();
    assert!(found.iter().any(|record| record.is_err()));
    assert_eq!(found.into_iter().filter_map(Result::ok).last().unwrap().seq, 2);
}
