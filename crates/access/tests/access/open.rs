//! Which changes of a log that was left by kills were made, and which are open.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use twilio_sdk_access::{AccessControl, AccessStore as _, Roles, SqliteAccessStore};
use twilio_sdk_audit::{AuditLog, EventOutcome, RecordFilter, search_log, verify_log};

use crate::folder::Folder;

const KILLS: u64 = 40;

/// Adds users without end.
#[tokio::test]
async fn as_another_process() {
    let Some(folder) = std::env::var_os("TWILIO_TEST_OPEN_CHANGES").map(std::path::PathBuf::from) else {
        return;
    };
    let key = std::io::read_to_string(std::io::stdin()).unwrap();
    let store = SqliteAccessStore::open(folder.join("users.db")).unwrap();
    let log = AuditLog::open(folder.join("audit.log")).unwrap();
    let access = AccessControl::new(store, Roles::new(), log);
    let ada = access.authenticate(&key.into()).await.unwrap();
    println!("\nready");
    for number in 0.. {
        let name = format!("user-{}-{number}", std::process::id());
        access.add_user(&ada, &name, "viewer").await.unwrap();
        println!("\ndone {name}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn review_78_the_log_does_not_say_done_of_a_change_that_a_kill_prevented() {
    let folder = Folder::new();
    let (people, log) = (folder.file("users.db"), folder.file("audit.log"));
    let admin = {
        let store = SqliteAccessStore::open(&people).unwrap();
        let access = AccessControl::new(store, Roles::new(), AuditLog::open(&log).unwrap());
        access.bootstrap_admin("ada", None).await.unwrap()
    };
    let mut acknowledged = HashSet::new();
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "open::as_another_process", "--nocapture"])
            .env("TWILIO_TEST_OPEN_CHANGES", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(admin.key.expose_secret().as_bytes()).unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let done = |line: String| line.strip_prefix("done ").map(str::to_owned);
        acknowledged.insert(output.by_ref().find_map(done).unwrap());
        std::thread::sleep(Duration::from_micros(round * 7919 % 9000));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(output.filter_map(done));
    }
    let store = SqliteAccessStore::open(&people).unwrap();
    let users: HashSet<String> = store.snapshot().await.unwrap().users.into_keys().collect();
    let verified = verify_log(&log, None).unwrap();
    let open: HashSet<String> =
        verified.open().iter().map(|record| record.resource.clone().unwrap()).collect();
    assert!(open.len() <= KILLS as usize, "one for each kill at most: {open:?}");
    let of = |outcome| -> HashSet<String> {
        let filter = RecordFilter::new().kind(twilio_sdk_audit::AuditEventKind::UserAdd).outcome(outcome);
        search_log(&log, filter).unwrap().map(|record| record.unwrap().resource.unwrap()).collect()
    };
    let (begun, ok) = (of(EventOutcome::Begun), of(EventOutcome::Ok));
    assert!(ok.is_subset(&users), "said to be done and not there: {:?}", ok.difference(&users));
    assert!(acknowledged.is_subset(&users) && acknowledged.is_subset(&begun));
    assert_eq!(begun.difference(&ok).cloned().collect::<HashSet<_>>(), open);
    assert!(
        users.iter().all(|user| ok.contains(user) || open.contains(user)),
        "there and nowhere in the log"
    );
    assert!(!open.is_empty(), "the kills all came between two changes");
}
