//! How often one may try.

use crate::client::{Answer, log_in, log_in_from};
use crate::fixture::{Folder, RULES, Server};
use crate::program::Program;
use crate::{PASSWORD, WRONG};

fn refused(answer: &Answer) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let wait: u64 = answer.header("retry-after").expect("a time to wait").parse().unwrap();
    // Three a minute is one every twenty seconds.
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(answer.json(), serde_json::json!({ "error": "too many attempts" }));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_users_attempts_are_counted_wherever_they_come_from() {
    let folder = Folder::new();
    let limits = "[limits]\nper_user = 3\nper_address = 1000\n";
    let program = Program::start(&folder.config("trust_proxy = true", &[RULES, limits].concat()));
    for password in [WRONG, PASSWORD, WRONG] {
        assert_ne!(log_in(program.address, "susan", password).await.status, 429);
    }
    refused(&log_in(program.address, "susan", PASSWORD).await);
    refused(&log_in_from(program.address, "192.0.2.7", "susan").await);
    // A directory takes these for susan too.
    for name in ["Susan", " susan"] {
        refused(&log_in(program.address, name, PASSWORD).await);
    }
    assert_eq!(log_in(program.address, "bob", PASSWORD).await.status, 200, "another user");
    // Unknown users have their attempts too, or their number would tell who exists.
    for _ in 0..3 {
        assert_eq!(log_in(program.address, "nobody", WRONG).await.status, 401);
    }
    refused(&log_in(program.address, "nobody", WRONG).await);
}

#[tokio::test]
async fn an_addresss_attempts_are_counted_whomever_they_are_for() {
    let folder = Folder::new();
    let limits = [RULES, "[limits]\nper_user = 1000\nper_address = 3\n"].concat();
    let server = Server::start(&folder, "", &limits).await;
    for name in ["susan", "bob", "nobody"] {
        assert_ne!(log_in(server.address, name, PASSWORD).await.status, 429);
    }
    refused(&log_in(server.address, "susan", PASSWORD).await);
    // What anybody can write counts for nothing.
    refused(&log_in_from(server.address, "192.0.2.7", "susan").await);
    server.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_the_one_that_it_adds() {
    let folder = Folder::new();
    let limits = [RULES, "[limits]\nper_user = 1000\nper_address = 3\n"].concat();
    let server = Server::start(&folder, "trust_proxy = true", &limits).await;
    for forwarded in ["192.0.2.7", "1.1.1.1, 192.0.2.7", "unknown,192.0.2.7:55123"] {
        assert_eq!(log_in_from(server.address, forwarded, "susan").await.status, 200, "{forwarded}");
    }
    refused(&log_in_from(server.address, "192.0.2.7", "susan").await);
    refused(&log_in_from(server.address, "198.51.100.1, 192.0.2.7", "susan").await);
    assert_eq!(log_in_from(server.address, "192.0.2.7, 198.51.100.1", "susan").await.status, 200);
    // A network of IPv6 counts as one address.
    for host in ["2001:db8::1", "2001:db8::2", "[2001:db8::3]:443"] {
        assert_eq!(log_in_from(server.address, host, "susan").await.status, 200, "{host}");
    }
    refused(&log_in_from(server.address, "2001:db8::4", "susan").await);
    // Without a word of the proxy's, the address is the proxy's own.
    for _ in 0..3 {
        assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200);
    }
    refused(&log_in_from(server.address, "no address", "susan").await);
    server.stop().await;
}
