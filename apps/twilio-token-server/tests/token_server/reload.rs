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

const READ: &str = "users reloaded";
const BROKEN: &str = "users not reloaded; the previous users are kept";

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

const CONFIGURED: &str = "configuration and certificates reloaded";
const UNUSABLE: &str = "configuration not reloaded; the previous one is kept, including certificates";
const RESTART: &str = "changed settings need a restart";

#[tokio::test]
async fn review_70_sighup_rereads_rules_origins_hosts_limits_and_the_key() {
    use crate::client::{JSON, credentials, request, send};
    let folder = Folder::new();
    let program = Program::start(&folder.config("", &tables()));
    let ask = async |host: &str, origin: &str| {
        let headers = [JSON, ("Host", host), ("Origin", origin)];
        send(program.address, &request("POST", "/token", &headers, &credentials("susan", PASSWORD))).await
    };
    let reload = async |root: &str, tables: &str, key: &str, times: usize| {
        let text = crate::fixture::config(root, tables).replace(crate::KEY, key);
        folder.write("server.toml", &text);
        program.signal("-HUP");
        program.logged(CONFIGURED, times).await
    };
    let (app, other_key) = ("https://app.example.com", "SK0000000000000000000000000000000f");
    assert_eq!(ask("localhost", app).await.status, 403);
    assert_eq!(ask("tokens.example.com", "http://tokens.example.com").await.status, 421);

    let changed = "[[rules]]\nusers = [\"susan\"]\nidentity = \"other\"\nttl = 120\nvideo = { room = \"new\" }\n\
                   [cors]\nallowed_origins = [\"https://app.example.com\"]\n[limits]\nattempts_per_minute_per_user = 2\nbody = 200\n";
    reload("hosts = [\"tokens.example.com\"]", changed, other_key, 1).await;
    let claims = ask("tokens.example.com", app).await.claims();
    assert_eq!((claims.identity(), claims.key_sid()), (Some("other"), other_key));
    assert_eq!(claims.video().unwrap().room.as_deref(), Some("new"));
    assert_eq!(log_in(program.address, "bob", PASSWORD).await.status, 403, "no rule any more");
    assert_eq!(log_in(program.address, "susan", &"x".repeat(300)).await.status, 413);
    for status in [401, 401, 429] {
        assert_eq!(log_in(program.address, "carol", WRONG).await.status, status);
    }

    // A file that cannot be used changes nothing, and the users are read all the same.
    for (round, broken) in ["no TOML at all", "[twilio]\n", "colour = 1\n"].into_iter().enumerate() {
        folder.write("server.toml", broken);
        folder.write("users.toml", &[users(), user(&format!("user{round}"), &["voice"])].concat());
        program.signal("-HUP");
        let lines = program.logged(UNUSABLE, round + 1).await;
        assert_eq!(lines[round]["level"], "ERROR");
        program.logged(READ, round + 2).await;
        assert_eq!(ask("tokens.example.com", app).await.claims().identity(), Some("other"));
        assert_eq!(log_in(program.address, "carol", WRONG).await.status, 429, "counts stay");
    }
    folder.write("users.toml", &users());
    assert!(program.log().iter().all(|line| line["message"] != RESTART));
    reload("", &tables(), crate::KEY, 2).await;
    assert_eq!(ask("localhost", app).await.status, 403);
    assert_eq!(log_in(program.address, "bob", PASSWORD).await.claims().identity(), Some("bob"));
}

#[tokio::test]
async fn review_70_what_needs_a_restart_is_said_and_stays() {
    let folder = Folder::new();
    let program = Program::start(&folder.config("", &tables()));
    let text =
        crate::fixture::config("", &format!("{}connections = 7\n[audit]\nfile = \"audit.log\"\n", tables()));
    let text = text.replace("127.0.0.1:0", "127.0.0.1:1").replace("\"users.toml\"", "\"others.toml\"");
    folder.write("server.toml", &text);
    program.signal("-HUP");
    program.logged(CONFIGURED, 1).await;
    let lines = program.logged(RESTART, 1).await;
    assert_eq!(
        (&lines[0]["level"], &lines[0]["keys"]),
        (&"WARN".into(), &"listen, users.file, limits.connections, audit".into())
    );
    assert_eq!(log_in(program.address, "susan", PASSWORD).await.status, 200);
    assert!(!folder.path("audit.log").exists());
    // An address that would need TLS is no reason to listen to it, and no reason to give the other changes up.
    folder.write("server.toml", &text.replace("127.0.0.1:1", "0.0.0.0:1"));
    program.signal("-HUP");
    program.logged(CONFIGURED, 2).await;
}

#[tokio::test]
async fn settings_are_replaced_in_process_too() {
    use twilio_token_server::{TokenServer, TokenServerConfig};
    let folder = Folder::new();
    let read = |tables: &str| TokenServerConfig::from_file(folder.config("", tables)).unwrap();
    let server = TokenServer::bind(read(&tables())).await.unwrap();
    let reloader = server.reloader();
    let server = Server::serve(server);
    assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200);
    let rules = format!("[[rules]]\nusers = [\"bob\"]\nvideo = {{}}\n{NO_LIMITS}");
    assert_eq!(reloader.apply(read(&rules)).unwrap(), [""; 0]);
    assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 403);
    server.stop().await;
}
