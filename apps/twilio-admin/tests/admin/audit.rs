//! `audit`

use serde_json::{Value, json};

use crate::program::{Ended, Home, PASSPHRASE, ended};

/// A home whose log has some records.
fn home() -> Home {
    let home = Home::with_vault();
    home.run(&["vault", "set", "first"], &[PASSPHRASE, "s"]).ok();
    home.run(&["vault", "set", "second"], &[PASSPHRASE, "s"]).ok();
    home.run(&["vault", "list"], &["wrong"]).failed(4, "wrong");
    home
}

fn records(ended: &Ended) -> Vec<Value> {
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(home: &Home, arguments: &[&str]) -> Ended {
    ended(&mut home.command(arguments), "")
}

#[test]
fn a_whole_log_is_told_by_its_last_line_which_the_next_check_takes() {
    let home = home();
    let verified = read(&home, &["audit", "verify", "--json"]).ok().json();
    assert_eq!(
        (&verified["ok"], &verified["first"], &verified["last"]),
        (&json!(true), &json!(1), &json!(9))
    );
    let text = read(&home, &["audit", "verify"]).ok().out;
    let anchor = text.lines().nth(1).unwrap();
    assert_eq!(anchor, format!("9:{}", verified["hash"].as_str().unwrap()));
    home.run(&["vault", "list"], &[PASSPHRASE]).ok();
    read(&home, &["audit", "verify", "--anchor", anchor]).ok();
    read(&home, &["audit", "verify", "--anchor", &format!("8{}", &anchor[1..])]).failed(5, "");
    read(&home, &["audit", "verify", "--anchor", "five"]).failed(2, "NUMBER:HASH");
}

#[test]
fn a_line_that_was_tampered_with_is_found_though_nothing_can_be_recorded_any_more() {
    let home = home();
    let log = home.file("audit.log");
    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let whole = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut removed = lines.clone();
    removed.remove(2);
    let cases = [
        (text.replacen("first", "worse", 1), "changed", 4),
        (whole(&removed), "removed", 3),
        (whole(&lines[..4]), "truncated", 4),
    ];
    for (changed, fault, line) in cases {
        std::fs::write(&log, changed).unwrap();
        let found = read(&home, &["audit", "verify", "--json"]);
        assert_eq!(found.code, 5, "{found:?}");
        let found = found.json();
        assert_eq!(
            (&found["ok"], &found["fault"], &found["line"]),
            (&json!(false), &json!(fault), &json!(line))
        );
        assert_eq!(found["file"], log.display().to_string());
        let found = read(&home, &["audit", "verify"]);
        assert!(found.code == 5 && found.out.starts_with("Tampered with: "), "{found:?}");
    }
    // The log is not written to any more, so nothing else is done.
    home.run(&["vault", "get", "first"], &[PASSPHRASE]).failed(1, "audit:");
    std::fs::remove_file(home.file("audit.log.head")).unwrap();
    let found = read(&home, &["audit", "verify", "--json"]);
    assert_eq!((found.code, &found.json()["fault"]), (5, &json!("no_head")));
}

#[test]
fn review_64_events_of_an_application_are_searched_by_their_kind() {
    use twilio_sdk::audit::{AuditEvent, AuditEventKind, AuditLog, AuditSink as _, EventOutcome};
    let home = home();
    let log = AuditLog::open(home.file("audit.log")).unwrap();
    let refund = AuditEventKind::custom("order.refund").unwrap();
    log.record(&AuditEvent::new(refund, EventOutcome::Ok).actor("alice").resource("order 4711")).unwrap();
    drop(log);
    for option in ["--kind", "--event"] {
        let found = records(&read(&home, &["audit", "search", option, "order.refund", "--json"]).ok());
        assert_eq!((found.len(), &found[0]["resource"]), (1, &json!("order 4711")), "{found:?}");
    }
    assert!(read(&home, &["audit", "search", "--kind", "order.refund"]).ok().out.contains("order.refund"));
    assert!(read(&home, &["audit", "search", "--kind", "order.refunds"]).ok().out.is_empty());
    read(&home, &["audit", "search", "--kind", "Refund"])
        .failed(2, "or a kind of an application, such as order.refund");
    read(&home, &["audit", "search", "--kind", "user.ad"]).failed(2, "expected authn, authz");
    read(&home, &["audit", "verify"]).ok();
}

#[test]
fn the_last_records_are_printed_as_they_are_in_the_log() {
    let home = home();
    let log = std::fs::read_to_string(home.file("audit.log")).unwrap();
    let printed = read(&home, &["audit", "tail", "--json"]).ok();
    assert_eq!(printed.out, log);
    let two = read(&home, &["audit", "tail", "-n", "2", "--json"]).ok();
    assert_eq!(records(&two), records(&printed)[7..]);
    let text = read(&home, &["audit", "tail", "-n", "1"]).ok().out;
    assert!(text.starts_with("9 2") && text.contains(" denied credential.unlock actor=\""), "{text}");
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn records_are_found_by_everything_that_is_known_of_them() {
    let home = home();
    let search = |arguments: &[&str]| {
        let all = [&["audit", "search", "--json"], arguments].concat();
        records(&read(&home, &all).ok()).len()
    };
    assert_eq!(search(&[]), 9);
    assert_eq!(search(&["--event", "credential.store"]), 4);
    assert_eq!(search(&["--event", "credential.store", "--outcome", "begun"]), 2);
    assert_eq!(search(&["--event", "credential.store", "--event", "credential.unlock"]), 9);
    assert_eq!(search(&["--outcome", "denied"]), 1);
    assert_eq!(search(&["--resource", "second"]), 2);
    assert_eq!(search(&["--actor", "nobody"]), 0);
    assert_eq!(search(&["--source", &home.file("secrets.vault").display().to_string()]), 9);
    assert_eq!(search(&["--correlation-id", "x"]), 0);
    assert_eq!(search(&["--since", "1h"]), 9);
    assert_eq!(search(&["--until", "1h"]), 0);
    assert_eq!(search(&["--since", "2020-01-01T00:00:00Z", "--until", "2020-01-02T00:00:00Z"]), 0);
    read(&home, &["audit", "search", "--event", "credential.lick"]).failed(2, "expected authn, authz");
    read(&home, &["audit", "search", "--outcome", "good"]).failed(2, "expected begun, ok, denied or failed");
    read(&home, &["audit", "search", "--since", "yesterday"]).failed(2, "a duration before now such as 24h");
}

#[test]
fn another_log_is_read_where_it_is_named_and_one_that_is_not_there_is_an_error() {
    let home = home();
    let copy = home.file("copy.log");
    for end in ["", ".head"] {
        std::fs::copy(home.file(&format!("audit.log{end}")), home.file(&format!("copy.log{end}"))).unwrap();
    }
    read(&home, &["audit", "verify", "--audit-log", copy.to_str().unwrap()]).ok();
    assert!(!home.file("copy.log.lock").exists());
    for action in ["verify", "tail", "search"] {
        read(&home, &["audit", action, "--audit-log", "/nowhere/audit.log"]).failed(6, "no such log");
    }
    let other = Home::new();
    for action in ["verify", "tail", "search"] {
        read(&other, &["audit", action]).failed(6, "no such log");
    }
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0, "reading begins no log");
}

#[test]
fn texts_of_records_command_no_terminal() {
    let home = home();
    home.run(&["vault", "get", "a\u{1b}[2J\"b"], &[PASSPHRASE]).failed(6, "no entry");
    let text = read(&home, &["audit", "tail", "-n", "1"]).ok().out;
    assert!(text.contains(r#"resource="a\u{1b}[2J\"b""#) && !text.contains('\u{1b}'), "{text}");
}
