//! Users that change while the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::client::log_in;
use crate::fixture::{Folder, NO_LIMITS, Server, user, users};
use crate::program::Program;
use crate::{PASSWORD, WRONG};

/// Everybody who is known gets a token.
fn tables() -> String {
    format!("[[rules]]\nvideo = {{}}\n{NO_LIMITS}")
}

const READ: &str = "the users were read again";
const BROKEN: &str = "the users cannot be read; those that were known stay known";

#[tokio::test]
async fn sighup_reads_the_users_again_and_a_broken_file_keeps_the_old_ones() {
    let folder = Folder::new();
    let program = Program::start(&folder.config("", &tables()));
    assert_eq!(log_in(program.address, "dave", PASSWORD).await.status, 401);
    assert_eq!(log_in(program.address, "susan", PASSWORD).await.status, 200);

    folder.write("users.toml", &[users(), user("dave", &[])].concat());
    program.signal("-HUP");
    program.logged(READ, 1).await;
    assert_eq!(log_in(program.address, "dave", PASSWORD).await.status, 200);

    for (round, broken) in ["[[auth.users]]\nusername = 5\n", "no TOML at all", ""].into_iter().enumerate() {
        folder.write("users.toml", broken);
        program.signal("-HUP");
        let lines = program.logged(BROKEN, round + 1).await;
        let line = &lines[round];
        assert_eq!(line["level"], "ERROR");
        assert!(line["error"].as_str().unwrap().contains("users.toml"), "{line}");
        assert_eq!(log_in(program.address, "dave", PASSWORD).await.status, 200);
        assert_eq!(log_in(program.address, "dave", WRONG).await.status, 401);
    }
    std::fs::remove_file(folder.path("users.toml")).unwrap();
    assert_eq!(log_in(program.address, "dave", PASSWORD).await.status, 200);

    // A user who is removed is gone, though the password was remembered.
    folder.write("users.toml", &user("bob", &[]));
    program.signal("-HUP");
    program.logged(READ, 2).await;
    assert_eq!(log_in(program.address, "dave", PASSWORD).await.status, 401);
    assert_eq!(log_in(program.address, "susan", PASSWORD).await.status, 401);
    assert_eq!(log_in(program.address, "bob", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_changed_file_is_read_without_a_signal() {
    let folder = Folder::new();
    let server = Server::start(&folder, "", &tables()).await;
    assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200);
    folder.write("users.toml", &user("dave", &[]));
    while log_in(server.address, "dave", PASSWORD).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 401);
    server.stop().await;
}

#[tokio::test]
async fn no_request_is_dropped_while_users_are_read() {
    let folder = Folder::new();
    let program = Program::start(&folder.config("", &tables()));
    let done = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (done, address) = (Arc::clone(&done), program.address);
            tokio::spawn(async move {
                let mut answers = 0;
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(log_in(address, "susan", PASSWORD).await.status, 200);
                    answers += 1;
                }
                answers
            })
        })
        .collect();
    for round in 1..=8 {
        folder.write("users.toml", &[users(), user(&format!("user{round}"), &[])].concat());
        program.signal("-HUP");
        program.logged(READ, round).await;
    }
    done.store(true, Ordering::Relaxed);
    for caller in callers {
        assert!(caller.await.unwrap() > 0);
    }
}
