//! What a file of SQLite must be.

use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_access::{AccessError, AccessStore, SqliteAccessStore, SqliteOptions};

use crate::folder::{Folder, chmod, holds, mode};
use crate::{add, control, first};

#[tokio::test]
async fn weakness_24_people_and_keys_are_there_after_a_restart() {
    let folder = Folder::new();
    let path = folder.file("a/b/access.db");
    let open = || -> Arc<dyn AccessStore> { Arc::new(SqliteAccessStore::open(&path).unwrap()) };
    let issued = {
        let access = control(&open());
        let ada = first(&access).await;
        add(&access, &ada, "bob", "operator").await
    };
    let store = open();
    let bob = control(&store).authenticate(&issued.key).await.unwrap();
    assert_eq!((bob.name(), bob.role()), ("bob", "operator"));
    for folder in ["a", "a/b"] {
        assert_eq!(mode(&path.parent().unwrap().parent().unwrap().parent().unwrap().join(folder)), 0o700);
    }
    let files: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 1, "with what SQLite keeps beside it: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        let bytes = std::fs::read(&file).unwrap();
        assert!(!holds(&bytes, &issued.key.expose_secret()[22..]), "{}", file.display());
    }
}

#[test]
fn what_others_may_use_is_refused() {
    let folder = Folder::new();
    let path = folder.file("access.db");
    drop(SqliteAccessStore::open(&path).unwrap());
    for (what, open, closed) in [(folder.path(), 0o755, 0o700), (&path, 0o644, 0o600), (&path, 0o660, 0o600)]
    {
        chmod(what, open);
        let error = SqliteAccessStore::open(&path).unwrap_err();
        assert!(
            matches!(&error, AccessError::InsecurePermissions(which) if which.contains(what.to_str().unwrap())),
            "{error}"
        );
        chmod(what, closed);
        SqliteAccessStore::open(&path).unwrap();
    }
    let link = folder.file("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(SqliteAccessStore::open(&link), Err(AccessError::Store(_))));
    assert!(matches!(
        SqliteAccessStore::open(folder.path()),
        Err(AccessError::Store(_) | AccessError::InsecurePermissions(_))
    ));
}

#[test]
fn a_new_file_is_made_once_by_those_who_open_it_at_once() {
    for _ in 0..10 {
        let folder = Folder::new();
        let path = folder.file("access.db");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                SqliteAccessStore::open(&path).unwrap()
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().for_each(|thread| drop(thread.join().unwrap()));
        });
    }
}

#[tokio::test]
async fn other_files_are_refused_and_stay_as_they_are() {
    let folder = Folder::new();
    let path = folder.file("access.db");
    let text = "no database, but somebody's notes. ".repeat(100);
    std::fs::write(&path, &text).unwrap();
    chmod(&path, 0o600);
    assert!(matches!(SqliteAccessStore::open(&path), Err(AccessError::Store(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    std::fs::remove_file(&path).unwrap();

    let store: Arc<dyn AccessStore> = Arc::new(SqliteAccessStore::open(&path).unwrap());
    first(&control(&store)).await;
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    // Where SQLite has the version of the tables and the program that made them (section 1.3 of its file format).
    for (offset, value, told) in
        [(60, [0, 0, 0, 3], "use a newer program"), (68, *b"abcd", "a database of another program")]
    {
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all_at(&value, offset).unwrap();
        // As a database without a write-ahead log, which it must stay.
        file.write_all_at(&[1, 1], 18).unwrap();
        let found = std::fs::read(&path).unwrap();
        let error = SqliteAccessStore::open(&path).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        assert!(std::fs::read(&path).unwrap() == found, "it was changed");
        file.write_all_at(&whole[offset as usize..offset as usize + 4], offset).unwrap();
    }
    let store = SqliteAccessStore::open(&path).unwrap();
    assert_eq!(store.snapshot().await.unwrap().users.len(), 1);
    drop(store);

    // A page of the file that holds something else.
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0xab; 4000], 4096).unwrap();
    let error = SqliteAccessStore::open(&path).unwrap_err();
    assert!(matches!(error, AccessError::Store(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_waits_for_others_as_long_as_it_may() {
    let folder = Folder::new();
    let path = folder.file("access.db");
    let slow = SqliteAccessStore::open(&path).unwrap();
    let hasty = SqliteOptions::new(&path).lock_timeout(Duration::from_millis(50)).open().unwrap();
    let patient = SqliteAccessStore::open(&path).unwrap();
    crate::cases::waits_for_a_slow_change(slow, hasty, patient, Duration::from_millis(600)).await;
}
