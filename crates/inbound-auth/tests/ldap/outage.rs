//! Servers that are down, slow, wrong or elsewhere.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use twilio_sdk_inbound_auth::{
    AuthError, BasicHandler, CachedUserStore, LdapConfig, LdapUserStore, UserStore, UserStoreChain,
};

use crate::directory::{ADMIN, ADMIN_PASSWORD, BASE};
use crate::server::{ask, is_unavailable, server};

#[tokio::test]
async fn a_server_that_is_down_is_503_until_it_is_up_again() {
    let Some(mut server) = server("a_server_that_is_down_is_503_until_it_is_up_again") else { return };
    let store = LdapUserStore::new(server.config()).unwrap();
    for _ in 0..2 {
        assert_eq!(ask(&store, "alice", "alice@123").await.unwrap().scopes, ["developer"]);
        assert_eq!(store.idle_connections(), 1);
        server.stop();
        for password in ["alice@123", "invalid"] {
            assert!(is_unavailable(&ask(&store, "alice", password).await), "nobody is let in or sent away");
        }
        let several = UserStoreChain::new([Arc::new(store.clone()) as Arc<dyn UserStore>]);
        let handler = BasicHandler::new(Arc::new(several));
        let error = handler.authenticate("Basic YWxpY2U6YWxpY2VAMTIz").await.unwrap_err();
        assert_eq!(error.status(), 503);
        server.restart();
        // The first question after the start is answered: what was lost in between is made anew.
        assert_eq!(ask(&store, "alice", "invalid").await, Err(AuthError::InvalidCredentials));
    }
    // Restarted while connections wait that do not know of it.
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    server.restart();
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
}

#[tokio::test]
async fn weakness_10_a_store_can_be_made_while_the_server_is_down() {
    let Some(mut server) = server("weakness_10_a_store_can_be_made_while_the_server_is_down") else { return };
    server.stop();
    let store = LdapUserStore::new(server.config()).unwrap();
    assert!(is_unavailable(&ask(&store, "alice", "alice@123").await));
    assert!(store.check_connection().await.is_err());
    server.restart();
    let cached = CachedUserStore::new(store.clone(), Duration::from_secs(60)).unwrap();
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    let alice = twilio_sdk_inbound_auth::Credential::new("alice", "alice@123").unwrap();
    assert!(cached.authenticate(&alice).await.is_ok());
    server.stop();
    assert!(cached.authenticate(&alice).await.is_ok(), "what is remembered needs no server");
}

#[tokio::test]
async fn connections_are_kept_and_bounded() {
    let Some(server) = server("connections_are_kept_and_bounded") else { return };
    let mut config = server.config();
    config.pool_size = 2;
    config.connection_timeout = Duration::from_secs(60);
    let store = LdapUserStore::new(config.clone()).unwrap();
    let many: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { ask(&store, "alice", "alice@123").await })
        })
        .collect();
    for one in many {
        assert!(one.await.unwrap().is_ok());
    }
    assert!((1..=2).contains(&store.idle_connections()), "{}", store.idle_connections());
    config.pool_connections = false;
    let store = LdapUserStore::new(config).unwrap();
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    assert_eq!(store.idle_connections(), 0);
}

#[tokio::test]
async fn weakness_16_referrals_and_missing_bases_are_no_answer() {
    let Some(server) = server("weakness_16_referrals_and_missing_bases_are_no_answer") else { return };
    for base in ["ou=Referred", "ou=Elsewhere,ou=Referred", "ou=Nowhere"] {
        let mut users = server.config();
        users.user_search_base = vec![format!("{base},{BASE}")];
        let mut groups = server.config();
        groups.group_search_base = vec![format!("{base},{BASE}")];
        for config in [users, groups] {
            let store = LdapUserStore::new(config).unwrap();
            assert!(is_unavailable(&ask(&store, "alice", "alice@123").await), "{base}");
            assert!(store.check_connection().await.is_err(), "{base}");
        }
    }
    let mut config = server.config();
    config.bind_password = "wrong".into();
    let store = LdapUserStore::new(config).unwrap();
    let answer = ask(&store, "alice", "alice@123").await;
    assert!(is_unavailable(&answer), "{answer:?}");
    assert!(!format!("{answer:?}").contains("alice@123"));
}

/// A peer that answers whatever it is sent with these bytes, and how many connections it has had.
fn peer(answer: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    // It ends with the process: a thread that waits for connections holds nothing else.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            counter.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(answer);
                }
            });
        }
    });
    (address, count)
}

fn store(url: String) -> LdapUserStore {
    let mut config = LdapConfig::new(url, ADMIN, ADMIN_PASSWORD, [BASE]);
    // Far below a second, and far below what the test would otherwise take.
    config.connection_timeout = Duration::from_millis(150);
    config.read_timeout = Duration::from_millis(150);
    LdapUserStore::new(config).unwrap()
}

#[tokio::test]
async fn weakness_13_times_below_a_second_count() {
    let (address, _) = peer(b"");
    for url in [format!("ldap://{address}"), format!("ldaps://{address}")] {
        let store = store(url);
        let asked = tokio::time::timeout(Duration::from_secs(20), ask(&store, "alice", "alice@123")).await;
        let answer = asked.expect("the store gave up");
        assert!(is_unavailable(&answer) && answer.unwrap_err().to_string().contains("timed out"));
    }
}

#[tokio::test]
async fn answers_that_cannot_be_read_let_nobody_in() {
    let answers: [&[u8]; 9] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        // Messages without an operation, with an empty one, with one of no known kind, and with half of one.
        &[0x30, 0x03, 0x02, 0x01, 0x01],
        &[0x30, 0x05, 0x02, 0x01, 0x01, 0x61, 0x00],
        &[0x30, 0x05, 0x02, 0x01, 0x01, 0x7e, 0x00],
        &[0x30, 0x06, 0x02, 0x01, 0x01, 0x61, 0x01, 0x0a],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x00, 0x00],
        // A bind that succeeds, and is the answer to everything.
        &[0x30, 0x0c, 0x02, 0x01, 0x01, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00],
        &[0x30, 0x0c, 0x02, 0x01, 0x02, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00],
    ];
    for answer in answers {
        let (address, _) = peer(answer);
        let store = store(format!("ldap://{address}"));
        let given = ask(&store, "alice", "alice@123").await;
        assert!(is_unavailable(&given), "{answer:x?}: {given:?}");
    }
}

#[tokio::test]
async fn malformed_credentials_reach_no_server() {
    let (address, count) = peer(b"");
    let handler = BasicHandler::new(Arc::new(store(format!("ldap://{address}"))));
    for header in ["Basic ", "Basic YWxpY2U6", "Basic Og==", "Basic YWxpY2U6AA==", "Bearer x", ""] {
        assert_eq!(handler.authenticate(header).await.unwrap_err().status(), 401, "{header}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// A way to a server, and how many connections went it. Those that came before the number of the last argument carry
/// nothing any more, and do not end.
fn relay(port: u16, silent: Arc<AtomicUsize>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let (Ok(mut near), Ok(mut far)) = (near, std::net::TcpStream::connect(("127.0.0.1", port)))
            else {
                return;
            };
            let number = counter.fetch_add(1, Ordering::SeqCst);
            let silent = Arc::clone(&silent);
            let (mut from, mut to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Both);
            });
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(read @ 1..) = near.read(&mut bytes) {
                    if number >= silent.load(Ordering::SeqCst) && far.write_all(&bytes[..read]).is_err() {
                        break;
                    }
                }
                let _ = far.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    (own, count)
}

#[tokio::test]
async fn users_bind_on_their_own_connections_and_so_do_unknown_ones() {
    let Some(server) = server("users_bind_on_their_own_connections_and_so_do_unknown_ones") else { return };
    let (port, count) = relay(server.port, Arc::default());
    let mut config = server.config();
    config.url = format!("ldap://127.0.0.1:{port}");
    let store = LdapUserStore::new(config).unwrap();
    // The first question makes the connection of the look-ups, too.
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    assert_eq!(count.load(Ordering::SeqCst), 2);
    for (at, (name, password)) in
        [("alice", "alice@123"), ("alice", "wrong"), ("dave", "123"), ("twin", "twin@123")]
            .into_iter()
            .enumerate()
    {
        let known = ask(&store, name, password).await;
        assert_eq!(known.is_ok(), at == 0, "{name}");
        assert_eq!(count.load(Ordering::SeqCst), 3 + at, "{name}");
    }
    // The directory shows nothing to users, so the look-ups are still done by the store's own entry.
    assert_eq!(ask(&store, "ldclakmal", "ldclakmal@123").await.unwrap().scopes.len(), 2);
}

#[tokio::test]
async fn weakness_16_a_connection_that_fell_silent_does_not_cost_the_time_of_an_answer() {
    let Some(server) =
        server("weakness_16_a_connection_that_fell_silent_does_not_cost_the_time_of_an_answer")
    else {
        return;
    };
    let silent = Arc::new(AtomicUsize::new(0));
    let (port, count) = relay(server.port, Arc::clone(&silent));
    let mut config = server.config();
    config.url = format!("ldap://127.0.0.1:{port}");
    config.read_timeout = Duration::from_secs(3600);
    config.connection_timeout = Duration::from_secs(2);
    let store = LdapUserStore::new(config).unwrap();
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    // A connection is tried when it was not used for five seconds.
    tokio::time::sleep(Duration::from_millis(5100)).await;
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    assert_eq!(count.load(Ordering::SeqCst), 3, "the connection that waited is good");
    silent.store(count.load(Ordering::SeqCst), Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(5100)).await;
    let asked = tokio::time::timeout(Duration::from_secs(60), ask(&store, "alice", "alice@123")).await;
    assert!(asked.expect("another connection is made").is_ok());
}
