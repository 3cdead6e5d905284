//! Several processes that share one file of SQLite.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use twilio_sdk_access::{AccessControl, AccessError, AccessStore, SqliteAccessStore};
use twilio_sdk_types::SecretString;

use crate::folder::Folder;
use crate::{add, control, first};

const PEOPLE: usize = 15;

fn open(path: &Path) -> (Arc<dyn AccessStore>, AccessControl) {
    let store: Arc<dyn AccessStore> = Arc::new(SqliteAccessStore::open(path).unwrap());
    let access = control(&store);
    (store, access)
}

/// This program again, as a process that does nothing but the test `as_another_process`; keys come by its input.
fn another(folder: &Folder, job: &str, key: &SecretString) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::as_another_process", "--nocapture"])
        .env("TWILIO_TEST_ACCESS_FOLDER", folder.path())
        .env("TWILIO_TEST_JOB", job)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), key.expose_secret().as_bytes()).unwrap();
    child
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_another_process() {
    let Some(folder) = std::env::var_os("TWILIO_TEST_ACCESS_FOLDER") else { return };
    let folder = Path::new(&folder);
    let key = std::io::read_to_string(std::io::stdin()).unwrap();
    let (_, access) = open(&folder.join("access.db"));
    let actor = access.authenticate(&key.into()).await.unwrap();
    let job = std::env::var("TWILIO_TEST_JOB").unwrap();
    match job.split_once(' ').unwrap() {
        ("add", prefix) => work(&access, &actor, prefix).await,
        ("remove", name) => {
            std::fs::write(folder.join(format!("ready-{}", actor.name())), "").unwrap();
            while !folder.join("go").exists() {
                std::hint::spin_loop();
            }
            match access.remove_user(&actor, name).await {
                Ok(()) => std::fs::write(folder.join(format!("won-{}", actor.name())), "").unwrap(),
                Err(error) => assert!(matches!(error, AccessError::Denied(_)), "{error}"),
            }
        }
        other => panic!("{other:?}"),
    }
}

/// Adds people, each with a key that is rotated, and removes every third.
async fn work(access: &AccessControl, actor: &twilio_sdk_access::Principal, prefix: &str) {
    for at in 0..PEOPLE {
        let name = format!("{prefix}{at}");
        let issued = add(access, actor, &name, "viewer").await;
        let next = access.rotate_key(actor, &issued.info.id, std::time::Duration::ZERO, None).await.unwrap();
        assert_eq!(access.authenticate(&next.key).await.unwrap().name(), name);
        if at % 3 == 0 {
            access.remove_user(actor, &name).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_change_one_file_at_once_and_nothing_is_lost() {
    let folder = Folder::new();
    let (store, access) = open(&folder.file("access.db"));
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    let ada = access.authenticate(&issued.key).await.unwrap();
    let children = ["b", "c"].map(|prefix| another(&folder, &format!("add {prefix}"), &issued.key));
    work(&access, &ada, "a").await;
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let records = store.snapshot().await.unwrap();
    let left = PEOPLE - PEOPLE.div_ceil(3);
    assert_eq!(records.users.len(), 1 + 3 * left);
    assert_eq!(records.keys.len(), 1 + 2 * 3 * left, "an old and a new key of each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_remove_each_others_admin_leave_one() {
    for round in 0..6 {
        let folder = Folder::new();
        let (store, access) = open(&folder.file("access.db"));
        let ada = first(&access).await;
        let issued = access.issue_key(&ada, "ada", None).await.unwrap();
        let bea = add(&access, &ada, "bea", "admin").await;
        let children =
            [another(&folder, "remove bea", &issued.key), another(&folder, "remove ada", &bea.key)];
        while !folder.file("ready-ada").exists() || !folder.file("ready-bea").exists() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        std::fs::write(folder.file("go"), "").unwrap();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        let users = store.snapshot().await.unwrap().users;
        assert_eq!(users.len(), 1, "round {round}: {users:?}");
        let left = users.values().next().unwrap();
        assert_eq!(left.role, "admin");
        let won = ["ada", "bea"].map(|name| folder.file(&format!("won-{name}")).exists());
        assert_eq!(won, [left.name == "ada", left.name == "bea"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_changes_another_sees_at_its_next_check() {
    let folder = Folder::new();
    let (_, here) = open(&folder.file("access.db"));
    let ada = first(&here).await;
    let issued = here.issue_key(&ada, "ada", None).await.unwrap();
    let bea = add(&here, &ada, "b0", "admin").await;
    let bea = here.authenticate(&bea.key).await.unwrap();
    std::fs::write(folder.file("go"), "").unwrap();
    assert!(another(&folder, "remove b0", &issued.key).wait().unwrap().success());
    assert!(folder.file("won-ada").exists());
    assert!(here.permissions(&bea).await.unwrap().is_empty());
}
