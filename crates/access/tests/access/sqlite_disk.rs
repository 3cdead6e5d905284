//! A file of SQLite on a full disk, of an older version, and under a second name.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use twilio_sdk_access::{AccessStore, Bindings, SqliteAccessStore};

use crate::folder::{Folder, chmod};
use crate::{control, first};

/// Fills a disk of 1 MiB, or of a file's size limit, in a process of its own; what it prints is the errors.
#[tokio::test]
async fn as_another_process() {
    let Some(folder) = std::env::var_os("TWILIO_TEST_FULL_DISK") else { return };
    let path = Path::new(&folder).join("users.db");
    match SqliteAccessStore::open(&path) {
        Err(error) => println!("\nerror: {error}"),
        Ok(store) => {
            let store: Arc<dyn AccessStore> = Arc::new(store);
            let access = control(&store);
            let ada = first(&access).await;
            for number in 0..100_000 {
                if let Err(error) = access.add_user(&ada, &format!("user-{number}"), "viewer").await {
                    println!("\nerror: {error}");
                    return;
                }
            }
        }
    }
}

/// The errors of the process above, whose files can have so many blocks of 512 bytes.
fn errors(folder: &Path, blocks: u32) -> Vec<String> {
    // A file that would become too large ends a process that does not ignore the signal.
    let script = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact sqlite_disk::as_another_process --nocapture"
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("TWILIO_TEST_FULL_DISK", folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("error: ")).map(str::to_owned).collect();
    assert!(!found.is_empty(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    found
}

#[test]
fn review_77_a_full_disk_is_told_with_the_file_and_what_to_do() {
    // While it is opened, and while it is written.
    for blocks in [2, 400] {
        let folder = Folder::new();
        for error in errors(folder.path(), blocks) {
            let path = folder.file("users.db").display().to_string();
            assert!(error.contains(&path), "{blocks}: {error}");
            assert!(error.contains("free space"), "{blocks}: {error}");
        }
    }
}

/// The tables as version 1 made them.
const VERSION_1: &str = "
    CREATE TABLE users (name TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, created_at INTEGER NOT NULL)
        STRICT, WITHOUT ROWID;
    CREATE TABLE keys (
        id TEXT NOT NULL PRIMARY KEY, user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        hash BLOB NOT NULL CHECK (length(hash) = 32), created_at INTEGER NOT NULL, expires_at INTEGER,
        revoked_at INTEGER, last_used_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX keys_of_user ON keys (user);
    INSERT INTO users VALUES ('ada', 'admin', 0);
    PRAGMA application_id = 0x74776163;
    PRAGMA user_version = 1;
";

#[tokio::test]
async fn review_09_10_a_file_of_version_1_becomes_one_of_version_2() {
    let folder = Folder::new();
    let path = folder.file("users.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(VERSION_1).unwrap();
    chmod(&path, 0o600);
    for _ in 0..2 {
        let store = SqliteAccessStore::open(&path).unwrap();
        let records = store.snapshot().await.unwrap();
        assert_eq!((records.users.len(), records.bindings), (1, Bindings::default()));
    }
    let version: i64 = rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 2);
}

#[test]
fn review_09_a_file_of_several_names_is_refused() {
    let (folder, other) = (Folder::new(), Folder::new());
    let path = folder.file("users.db");
    drop(SqliteAccessStore::open(&path).unwrap());
    let second = other.file("users.db");
    std::fs::hard_link(&path, &second).unwrap();
    for path in [&path, &second] {
        let error = SqliteAccessStore::open(path).unwrap_err().to_string();
        assert!(error.contains("several hard links"), "{error}");
    }
    std::fs::remove_file(second).unwrap();
    SqliteAccessStore::open(&path).unwrap();
}
