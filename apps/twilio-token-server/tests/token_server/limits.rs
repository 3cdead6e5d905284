//! How often a client may fail, and that others do not pay for it.

use std::time::Duration;

use crate::client::{Answer, log_in, log_in_from, send_from, token_request};
use crate::fixture::{Folder, RULES, Server};
use crate::program::Program;
use crate::{PASSWORD, WRONG};

fn refused(answer: &Answer) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let wait: u64 = answer.header("retry-after").expect("a time to wait").parse().unwrap();
    // Three a minute is one every twenty seconds.
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(answer.json(), serde_json::json!({ "error": "too many failed attempts; retry later" }));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// A server that remembers no password, so that each is checked.
async fn forgetful(folder: &Folder, root: &str, limits: &str) -> Server {
    let text = std::fs::read_to_string(folder.config(root, &[RULES, limits].concat())).unwrap();
    let text = text.replace("[users]", "[users]\npassword_cache_ttl = 0");
    Server::run(&folder.write("server.toml", &text)).await
}

const ATTACKER: &str = "127.0.0.2";
const USER: &str = "127.0.0.3";

async fn status(server: &Server, from: &str, name: &str, password: &str) -> u16 {
    send_from(from, server.address, &token_request(name, password)).await.status
}

#[tokio::test]
async fn review_05_no_client_locks_a_user_out() {
    let folder = Folder::new();
    let server = forgetful(&folder, "", "[limits]\nattempts_per_minute_per_user = 3\n").await;
    for _ in 0..20 {
        let found = status(&server, ATTACKER, "susan", WRONG).await;
        assert!(matches!(found, 401 | 429), "{found}");
        assert_eq!(status(&server, USER, "susan", PASSWORD).await, 200, "a user elsewhere");
    }
    refused(&send_from(ATTACKER, server.address, &token_request("susan", PASSWORD)).await);
    assert_eq!(status(&server, ATTACKER, "bob", PASSWORD).await, 200, "another name");
    server.stop().await;
}

#[tokio::test]
async fn review_05_a_remembered_password_is_accepted_whatever_others_do() {
    let folder = Folder::new();
    let limits = "[limits]\nattempts_per_minute_per_user = 3\nattempts_per_minute_per_address = 4\n";
    let server = Server::start(&folder, "", &[RULES, limits].concat()).await;
    assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200);
    for _ in 0..20 {
        let found = log_in(server.address, "susan", WRONG).await.status;
        assert!(matches!(found, 401 | 429), "{found}");
        assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200, "of the same network");
    }
    assert_eq!(log_in(server.address, "susan", WRONG).await.status, 429);
    server.stop().await;
}

#[tokio::test]
async fn review_05_right_passwords_count_nothing_and_take_nothing_back() {
    let folder = Folder::new();
    let server = forgetful(&folder, "", "[limits]\nattempts_per_minute_per_user = 3\n").await;
    for _ in 0..12 {
        assert_eq!(status(&server, USER, "susan", PASSWORD).await, 200);
    }
    let mut guessed = 0;
    for _ in 0..8 {
        guessed += usize::from(status(&server, USER, "susan", WRONG).await == 401);
        status(&server, USER, "susan", PASSWORD).await;
    }
    // Three, and one more for each 20 s that a slow machine may take.
    assert!((3..8).contains(&guessed), "{guessed}");
    server.stop().await;
}

#[tokio::test]
async fn review_05_distributed_guesses_are_bounded_by_name() {
    let folder = Folder::new();
    let limits = "[limits]\nattempts_per_minute_per_user = 3\nattempts_per_minute_per_user_total = 6\n";
    let server = forgetful(&folder, "trust_x_forwarded_for = true", limits).await;
    let guess = async |network: u8| {
        let body = crate::client::credentials("susan", WRONG);
        let from = format!("192.0.2.{network}");
        let headers = [crate::client::JSON, ("X-Forwarded-For", from.as_str())];
        crate::client::send(server.address, &crate::client::request("POST", "/token", &headers, &body))
            .await
            .status
    };
    let home = "198.51.100.1";
    assert_eq!(log_in_from(server.address, home, "susan").await.status, 200);
    let mut checked = 0;
    for network in 0..30 {
        checked += usize::from(guess(network).await == 401);
    }
    assert!((6..15).contains(&checked), "{checked}");
    assert_eq!(log_in_from(server.address, "203.0.113.1", "susan").await.status, 429, "a new network");
    assert_eq!(log_in_from(server.address, home, "susan").await.status, 200, "the user's own network");
    assert_eq!(log_in_from(server.address, "203.0.113.1", "bob").await.status, 200, "another name");
    server.stop().await;
}

#[tokio::test]
async fn review_05_guesses_at_once_are_no_more_than_one_after_the_other() {
    let folder = Folder::new();
    let server = forgetful(&folder, "", "[limits]\nattempts_per_minute_per_user = 3\n").await;
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let address = server.address;
        guesses
            .spawn(async move { send_from(ATTACKER, address, &token_request("susan", WRONG)).await.status });
    }
    let all = guesses.join_all().await;
    let checked = all.iter().filter(|status| **status == 401).count();
    assert!(all.iter().all(|status| matches!(status, 401 | 429)), "{all:?}");
    assert!((3..10).contains(&checked), "{checked}");
    server.stop().await;
}

#[tokio::test]
async fn a_names_failures_are_counted_however_it_is_written() {
    let folder = Folder::new();
    let limits = "[limits]\nattempts_per_minute_per_user = 3\nattempts_per_minute_per_address = 1000\n";
    let program = Program::start(&folder.config("", &[RULES, limits].concat()));
    for _ in 0..3 {
        assert_eq!(log_in(program.address, "susan", WRONG).await.status, 401);
    }
    refused(&log_in(program.address, "susan", PASSWORD).await);
    refused(&log_in_from(program.address, "192.0.2.7", "susan").await);
    // A directory takes these for susan too.
    for name in ["Susan", " susan"] {
        refused(&log_in(program.address, name, PASSWORD).await);
    }
    assert_eq!(log_in(program.address, "bob", PASSWORD).await.status, 200, "another user");
    // Unknown users have their failures too, or their number would tell who exists.
    for _ in 0..3 {
        assert_eq!(log_in(program.address, "nobody", WRONG).await.status, 401);
    }
    refused(&log_in(program.address, "nobody", WRONG).await);
}

#[tokio::test]
async fn an_addresss_failures_are_counted_whomever_they_are_for() {
    let folder = Folder::new();
    let limits =
        [RULES, "[limits]\nattempts_per_minute_per_user = 1000\nattempts_per_minute_per_address = 3\n"]
            .concat();
    let server = Server::start(&folder, "", &limits).await;
    for name in ["susan", "bob", "nobody"] {
        assert_eq!(log_in(server.address, name, WRONG).await.status, 401);
    }
    refused(&log_in(server.address, "susan", PASSWORD).await);
    // What anybody can write counts for nothing.
    refused(&log_in_from(server.address, "192.0.2.7", "susan").await);
    assert_eq!(status(&server, USER, "susan", PASSWORD).await, 200);
    server.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_the_one_that_it_adds() {
    let folder = Folder::new();
    let limits =
        [RULES, "[limits]\nattempts_per_minute_per_user = 1000\nattempts_per_minute_per_address = 3\n"]
            .concat();
    let server = Server::start(&folder, "trust_x_forwarded_for = true", &limits).await;
    for forwarded in ["192.0.2.7", "1.1.1.1, 192.0.2.7", "unknown,192.0.2.7:55123"] {
        assert_eq!(log_in_from(server.address, forwarded, "nobody").await.status, 401, "{forwarded}");
    }
    refused(&log_in_from(server.address, "192.0.2.7", "susan").await);
    refused(&log_in_from(server.address, "198.51.100.1, 192.0.2.7", "susan").await);
    assert_eq!(log_in_from(server.address, "192.0.2.7, 198.51.100.1", "bob").await.status, 200);
    // A network of IPv6 counts as one address.
    for host in ["2001:db8::1", "2001:db8::2", "[2001:db8::3]:443"] {
        assert_eq!(log_in_from(server.address, host, "nobody").await.status, 401, "{host}");
    }
    refused(&log_in_from(server.address, "2001:db8::4", "susan").await);
    // Without a word of the proxy's, the address is the proxy's own.
    for _ in 0..3 {
        assert_eq!(log_in(server.address, "nobody", PASSWORD).await.status, 401);
    }
    refused(&log_in_from(server.address, "no address", "susan").await);
    server.stop().await;
}

#[tokio::test]
async fn a_password_that_is_right_waits_for_no_other_network() {
    let folder = Folder::new();
    let server = forgetful(
        &folder,
        "",
        "[limits]\nattempts_per_minute_per_user = 100000\nattempts_per_minute_per_address = 100000\n",
    )
    .await;
    let address = server.address;
    let mut attack = tokio::task::JoinSet::new();
    for number in 0..48 {
        let name = format!("name{number}");
        attack.spawn(async move { send_from(ATTACKER, address, &token_request(&name, WRONG)).await.status });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(status(&server, USER, "susan", PASSWORD).await, 200);
    // At most four of the attacker's checks go before the user's; most are still to come.
    let mut done = 0;
    while attack.try_join_next().is_some() {
        done += 1;
    }
    assert!(done < 40, "{done} of 48 were checked first");
    attack.join_all().await;
    server.stop().await;
}

#[tokio::test]
async fn a_check_that_cannot_be_made_now_is_503_and_counts_nothing() {
    use std::sync::Arc;
    use twilio_sdk_inbound_auth::{AuthError, AuthFuture, Credential, UserStore};
    use twilio_token_server::{TokenServer, TokenServerConfig};

    #[derive(Debug)]
    struct Busy;

    impl UserStore for Busy {
        fn authenticate<'a>(&'a self, _: &'a Credential) -> AuthFuture<'a> {
            Box::pin(async { Err(AuthError::Overloaded) })
        }
    }

    let folder = Folder::new();
    let limits = "[limits]\nattempts_per_minute_per_user = 3\nattempts_per_minute_per_address = 3\n";
    let config = TokenServerConfig::from_file(folder.config("", &[RULES, limits].concat())).unwrap();
    let server = Server::serve(TokenServer::bind_with_users(config, Arc::new(Busy)).await.unwrap());
    for _ in 0..10 {
        let answer = log_in(server.address, "susan", PASSWORD).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
        assert_eq!(
            answer.json(),
            serde_json::json!({ "error": "credentials cannot be checked now; retry later" })
        );
    }
    server.stop().await;
}
