//! New keys that cannot be printed, and changes that have no end in the log.
#![cfg(target_os = "linux")]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::program::{Ended, Home, ended, lines};

/// Runs it with a standard output that takes nothing: a full disk, or a pipe without a reader.
fn unprinted(command: &mut Command, stdin: &str, gone: bool) -> Ended {
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let out = match gone {
        false => full(),
        true => {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            writer.into()
        }
    };
    let mut child = command.stdin(Stdio::piped()).stdout(out).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    crate::program::finished(child)
}

#[test]
fn review_71_a_first_key_that_cannot_be_printed_leaves_no_user() {
    for (gone, arguments) in
        [(false, &["user", "bootstrap", "ada"][..]), (true, &["user", "bootstrap", "ada", "--json"])]
    {
        let home = Home::new();
        for _ in 0..2 {
            let failed = unprinted(&mut home.bare(arguments), "", gone).failed(1, "nothing was changed");
            assert!(failed.err.contains("cannot write to standard output"), "{failed:?}");
        }
        let records = home.records();
        let outcomes: Vec<_> = records.iter().map(|record| record["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["begun", "failed", "begun", "failed"]);
        // Whoever was to be the first still can.
        let key = ended(&mut home.bare(&["user", "bootstrap", "ada", "--json"]), "").ok().json();
        home.run_as(key["key"].as_str().unwrap(), &["user", "list"], &[]).ok();
    }
}

#[test]
fn review_71_a_key_that_cannot_be_printed_replaces_none() {
    let (home, ada) = Home::with_people();
    let id = ada.split('_').nth(1).unwrap();
    let before = home.json_as(&ada, &["key", "list"], &[]);
    for gone in [false, true] {
        for arguments in
            [&["key", "rotate", id][..], &["key", "issue", "ada"], &["key", "rotate", id, "--json"]]
        {
            let mut command = home.bare(arguments);
            unprinted(command.arg("--stdin"), &lines(&[&ada]), gone).failed(1, "nothing was changed");
            let after = home.json_as(&ada, &["key", "list"], &[]);
            assert_eq!(after, before, "{arguments:?}");
        }
    }
    home.run_as(&ada, &["key", "rotate", id], &[]);
    home.run_as(&ada, &["user", "list"], &[]).failed(4, "not accepted");
}

#[test]
fn review_71_an_admin_whose_key_was_lost_gets_one_and_it_is_recorded() {
    let (home, lost) = Home::with_people();
    ended(&mut home.bare(&["user", "bootstrap", "eve"]), "").failed(3, "twilio-admin user recover NAME");
    ended(&mut home.bare(&["user", "recover", "eve"]), "").failed(6, "does not exist");
    let failed = unprinted(&mut home.bare(&["user", "recover", "ada"]), "", false);
    failed.failed(1, "nothing was changed");
    let key = ended(&mut home.bare(&["user", "recover", "ada", "--json"]), "").ok().json();
    let key = key["key"].as_str().unwrap();
    let last = home.records().pop().unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("key.issue"), &json!("ok")));
    assert!(last["reason"].as_str().unwrap().contains("1 unused"), "{last}");
    home.run_as(&lost, &["user", "list"], &[]).failed(4, "not accepted");
    home.run_as(key, &["user", "list"], &[]).ok();
    ended(&mut home.bare(&["user", "recover", "ada"]), "").failed(3, "an admin has an active key");
}

#[test]
fn review_78_verify_lists_changes_that_have_no_end() {
    let (home, ada) = Home::with_people();
    let whole = home.run_as(&ada, &["audit", "verify"], &[]).ok();
    assert!(!whole.out.contains("without a record of their end"), "{whole:?}");
    // As a kill leaves it: the last record is that a change begins.
    let log = twilio_sdk::audit::AuditLog::open(home.file("audit.log")).unwrap();
    use twilio_sdk::audit::{AuditEvent, AuditEventKind, AuditSink as _, EventOutcome};
    let event = AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Begun).actor("ada").resource("bob");
    log.record(&event.correlation_id("change-1")).unwrap();
    drop(log);
    let found = home.run_as(&ada, &["audit", "verify"], &[]).ok();
    assert!(
        found.out.contains("Changes without a record of their end, which may or may not have been made: 1"),
        "{found:?}"
    );
    assert!(found.out.contains("begun user.add actor=\"ada\" resource=\"bob\""), "{found:?}");
    let found = home.json_as(&ada, &["audit", "verify"], &[]);
    assert_eq!((&found["ok"], found["open"].as_array().unwrap().len()), (&json!(true), 1));
    assert_eq!(found["open"][0]["correlation_id"], "change-1");
    assert_eq!(
        home.run_as(&ada, &["audit", "search", "--outcome", "begun"], &[]).ok().out.lines().count(),
        2
    );
}
