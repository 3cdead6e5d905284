//! A process that is killed in the middle of a change leaves a whole database.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_access::{AccessControl, AccessStore, Roles, SqliteAccessStore};
use twilio_sdk_audit::{AuditError, AuditEvent, AuditEventKind, AuditSink, EventOutcome};

use crate::control;
use crate::folder::Folder;

const KILLS: u64 = 100;

fn open(path: &Path) -> (Arc<dyn AccessStore>, AccessControl) {
    let store: Arc<dyn AccessStore> = Arc::new(SqliteAccessStore::open(path).unwrap());
    let access = control(&store);
    (store, access)
}

/// Says that a change has been decided on, and is about to be written.
struct Told;

impl AuditSink for Told {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        if event.kind() == AuditEventKind::KeyRotate && event.outcome() == EventOutcome::Begun {
            println!("\nrecorded");
            std::io::stdout().flush().unwrap();
        }
        Ok(())
    }
}

/// Rotates a key without end: each change writes two records that belong together.
#[tokio::test]
async fn as_another_process() {
    let Some(path) = std::env::var_os("TWILIO_TEST_ACCESS_DB") else { return };
    let key = std::io::read_to_string(std::io::stdin()).unwrap();
    let (store, _) = open(path.as_ref());
    let access = AccessControl::new(Arc::clone(&store), Roles::new(), Told);
    let ada = access.authenticate(&key.into()).await.unwrap();
    let keys = store.snapshot().await.unwrap().keys;
    let bobs = keys.values().find(|key| key.user == "bob" && key.expires_at.is_none());
    let mut id = bobs.unwrap().id.clone();
    loop {
        let overlap = Duration::from_secs(3600);
        id = access.rotate_key(&ada, &id, overlap, None).await.unwrap().info.id;
        println!("\ndone {id}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn a_process_that_is_killed_in_the_middle_of_a_change_leaves_a_whole_database() {
    let folder = Folder::new();
    let path = folder.file("access.db");
    let (store, access) = open(&path);
    let admin = access.bootstrap_admin("ada", None).await.unwrap();
    let ada = access.authenticate(&admin.key).await.unwrap();
    access.add_user(&ada, "bob", "viewer").await.unwrap();
    access.issue_key(&ada, "bob", None).await.unwrap();
    drop((store, access));
    let (mut before, mut in_the_middle) = (1, 0);
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::as_another_process", "--nocapture"])
            .env("TWILIO_TEST_ACCESS_DB", &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(admin.key.expose_secret().as_bytes()).unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let done = |line: String| line.strip_prefix("done ").map(str::to_owned);
        let mut last = output.by_ref().find_map(done).unwrap();
        assert!(output.any(|line| line == "recorded"));
        std::thread::sleep(Duration::from_micros(round * 7919 % 1500));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut under_way = true;
        for line in output {
            under_way = line == "recorded" || (under_way && !line.starts_with("done "));
            last = done(line).unwrap_or(last);
        }
        in_the_middle += u64::from(under_way);

        // Opening checks the file as a whole.
        let (store, access) = open(&path);
        let keys = store.snapshot().await.unwrap().keys;
        let bobs: Vec<_> = keys.values().filter(|key| key.user == "bob").collect();
        let current: Vec<_> = bobs.iter().filter(|key| key.expires_at.is_none()).collect();
        assert_eq!(current.len(), 1, "round {round}: half of a change");
        let acknowledged = keys.get(&last).unwrap_or_else(|| panic!("round {round}: {last} was lost"));
        // The last change may have been made without being told of.
        assert!(acknowledged.id == current[0].id || acknowledged.expires_at.is_some());
        assert!(bobs.len() > before, "round {round}");
        before = bobs.len();
        let ada = access.authenticate(&admin.key).await.unwrap();
        access.set_role(&ada, "bob", if round % 2 == 0 { "operator" } else { "viewer" }).await.unwrap();
    }
    assert!(in_the_middle > KILLS / 10, "the kills came between changes: {in_the_middle}");
}
