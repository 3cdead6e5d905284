//! What waits for a lock in PostgreSQL, and what does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use twilio_sdk_access::{AccessError, AccessStore, Permission};

use crate::server::server;
use crate::{add, control, first};

/// Holds the lock of a change until it is dropped, as another program would.
async fn held(server: &crate::server::Server) -> (tokio_postgres::Client, tokio::task::JoinHandle<()>) {
    let url = format!("{}?sslmode=disable", server.url("127.0.0.1", "postgres"));
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let task = tokio::spawn(async move { connection.await.unwrap() });
    let lock = "BEGIN; LOCK TABLE twilio_access_users, twilio_access_keys IN SHARE ROW EXCLUSIVE MODE";
    client.batch_execute(lock).await.unwrap();
    (client, task)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_72_reads_and_logins_do_not_wait_behind_a_note_of_last_use() {
    let Some(server) = server("notes") else { return };
    let store: Arc<dyn AccessStore> = Arc::new(server.connect("postgres").await.unwrap());
    let access = control(&store);
    let ada = first(&access).await;
    let olga = add(&access, &ada, "olga", "operator").await;
    let last = || async { store.snapshot().await.unwrap().keys[&olga.info.id].last_used_at };

    let (lock, connection) = held(&server).await;
    let began = Instant::now();
    // Each of these would be a note, for none is there yet.
    let logins: Vec<_> = (0..8)
        .map(|_| {
            let (access, key) = (access.clone(), olga.key.clone());
            tokio::spawn(async move { access.authenticate(&key).await })
        })
        .collect();
    let checks: Vec<_> = (0..8)
        .map(|_| {
            let (access, ada) = (access.clone(), ada.clone());
            tokio::spawn(async move { access.require(&ada, Permission::ManageUsers).await })
        })
        .collect();
    for check in checks {
        check.await.unwrap().unwrap();
    }
    let checked = began.elapsed();
    for login in logins {
        assert_eq!(login.await.unwrap().unwrap().name(), "olga");
    }
    // A change waits for the lock for 10 s; what only reads is far from that.
    assert!(checked < Duration::from_secs(5), "{checked:?}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(last().await, None, "the note is left out");

    drop(lock);
    connection.await.unwrap();
    // Later uses are noted.
    for _ in 0..100 {
        access.authenticate(&olga.key).await.unwrap();
        if last().await.is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no use was noted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_72_a_store_of_one_file_lets_in_while_another_program_writes() {
    let folder = crate::folder::Folder::new();
    let open = || twilio_sdk_access::SqliteAccessStore::open(folder.file("users.db")).unwrap();
    let store: Arc<dyn AccessStore> = Arc::new(open());
    let access = control(&store);
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    let other = open();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let change = tokio::spawn(async move {
        let decide = move |_: &twilio_sdk_access::StoreSnapshot| {
            begin.send(()).unwrap();
            let _ = released.recv();
            Ok(vec![])
        };
        other.transact(Box::new(decide)).await
    });
    begun.await.unwrap();
    let began = Instant::now();
    let ada = access.authenticate(&issued.key).await.unwrap();
    access.require(&ada, Permission::ManageUsers).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(release);
    change.await.unwrap().unwrap();
    access.authenticate(&issued.key).await.unwrap();
    assert!(store.snapshot().await.unwrap().keys[&issued.info.id].last_used_at.is_some());
    // A note that the store itself refuses is told apart from a busy one.
    let gone = store.record_key_use(
        "0123456789abcdef",
        time::OffsetDateTime::now_utc(),
        time::OffsetDateTime::now_utc(),
    );
    assert!(!matches!(gone.await, Err(AccessError::Locked)));
}
