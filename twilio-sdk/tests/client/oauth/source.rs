//! Tokens that renew themselves in the request path, and their store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::ACCOUNT;
use crate::common::loopback::{Loopback, Reply};
use twilio_sdk::oauth::{
    MemoryTokenStore, OAuthClient, OAuthClientConfig, StoreFuture, TokenSource, TokenStore, Tokens,
};
use twilio_sdk::types::SecretString;
use twilio_sdk::{Client, ConnectionConfig, OAuthErrorCode};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// The n-th refresh gives `a-n` and `r-n`, and takes only the refresh token before; calls with `a-0` are refused.
async fn rotating() -> Loopback {
    let count = AtomicUsize::new(0);
    Loopback::start(move |seen, _| match seen.path.as_str() {
        "/token" => {
            let number = count.load(Ordering::SeqCst);
            if seen.field("refresh_token") != Some(format!("r-{number}")) {
                return Reply::new(400, r#"{"error":"invalid_grant"}"#);
            }
            let next = count.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(
                r#"{{"access_token":"a-{next}","token_type":"Bearer","expires_in":3600,"refresh_token":"r-{next}"}}"#
            );
            Reply::new(200, body).after(Duration::from_millis(20))
        }
        _ if seen.header("authorization") == Some("Bearer refused") => Reply::new(401, "{}"),
        _ => Reply::new(200, "{}"),
    })
    .await
}

fn provider(server: &Loopback) -> OAuthClient {
    OAuthClient::new(OAuthClientConfig::new("client", format!("{}/token", server.url))).unwrap()
}

fn client(source: &TokenSource, server: &Loopback) -> Client {
    Client::new(ConnectionConfig::new(source.clone().account_sid(ACCOUNT)).base_url(&server.url)).unwrap()
}

async fn call(twilio: &Client) -> twilio_sdk::Result<()> {
    twilio.api_v2010().create_message("+1").send().await.map(|_| ())
}

fn bearers(server: &Loopback) -> Vec<String> {
    let calls = server.seen().into_iter().filter(|seen| seen.path != "/token");
    calls.map(|seen| seen.header("authorization").unwrap_or_default().to_owned()).collect()
}

fn tokens(access: &str, life: Duration) -> Tokens {
    Tokens::new(access, Some("r-0".into()), life)
}

async fn stored(server: &Loopback, tokens: Tokens) -> (TokenSource, Arc<MemoryTokenStore>) {
    let store = Arc::new(MemoryTokenStore::new());
    store.save("alice", &tokens).await.unwrap();
    (TokenSource::from_store(provider(server), Arc::clone(&store) as _, "alice"), store)
}

async fn kept(store: &MemoryTokenStore) -> (String, String) {
    let tokens = store.load("alice").await.unwrap().unwrap();
    let refresh =
        tokens.refresh_token.as_ref().map(SecretString::expose_secret).unwrap_or_default().to_owned();
    (tokens.access_token.expose_secret().to_owned(), refresh)
}

/// Weaknesses 29 and 35: `expires_at` is looked at, and the token is really sent, in the header only (RFC 6750).
#[tokio::test]
async fn weakness_35_every_request_carries_the_token_and_an_expired_one_is_refreshed_first() {
    for (life, refreshes, bearer) in [(HOUR, 0, "Bearer a-0"), (Duration::ZERO, 1, "Bearer a-1")] {
        let server = rotating().await;
        let (source, store) = stored(&server, tokens("a-0", life)).await;
        let twilio = client(&source, &server);
        call(&twilio).await.unwrap();
        call(&twilio).await.unwrap();
        assert_eq!(bearers(&server), [bearer, bearer]);
        assert_eq!(server.at("/token").len(), refreshes);
        assert_eq!(kept(&store).await.1, format!("r-{refreshes}"), "the rotated refresh token is kept");
        for seen in server.seen().iter().filter(|seen| seen.path != "/token") {
            assert!(seen.query.is_empty() && !seen.body.contains("a-") && !seen.body.contains("r-"));
        }
    }
}

#[tokio::test]
async fn a_token_inside_the_margin_is_refreshed_before_it_expires() {
    let server = rotating().await;
    let mut due = tokens("a-0", SECOND * 20);
    due.issued_at -= HOUR;
    let (source, store) = stored(&server, due).await;
    call(&client(&source, &server)).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer a-1"]);
    assert_eq!(kept(&store).await, ("a-1".to_owned(), "r-1".to_owned()));
}

#[tokio::test]
async fn a_401_refreshes_once_and_the_call_is_made_again() {
    let server = rotating().await;
    let (source, store) = stored(&server, tokens("refused", HOUR)).await;
    let twilio = client(&source, &server);
    call(&twilio).await.unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer refused", "Bearer a-1", "Bearer a-1"]);
    assert_eq!(kept(&store).await.0, "a-1");
    assert_eq!(server.at("/token").len(), 1);
}

/// A server that rotates takes each refresh token once; a second request with it would end the login.
#[tokio::test]
async fn a_hundred_calls_of_two_clients_share_one_refresh() {
    let server = rotating().await;
    let (source, _) = stored(&server, tokens("a-0", Duration::ZERO)).await;
    let clients = [client(&source, &server), client(&source, &server)];
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..100 {
        let twilio = clients[number % 2].clone();
        calls.spawn(async move { call(&twilio).await });
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!((server.at("/token").len(), bearers(&server).len()), (1, 100));
}

/// The server has rotated by then, so the new refresh token must reach the store.
#[tokio::test]
async fn a_refresh_that_everyone_gave_up_on_is_still_kept() {
    let server = rotating().await;
    let (source, store) = stored(&server, tokens("a-0", Duration::ZERO)).await;
    let waiting = tokio::spawn({
        let source = source.clone();
        async move { source.access_token(SECOND).await }
    });
    while server.at("/token").is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    waiting.abort();
    assert_eq!(source.access_token(SECOND * 10).await.unwrap().expose_secret(), "a-1");
    assert_eq!(kept(&store).await.1, "r-1");
    assert_eq!(server.at("/token").len(), 1);
}

#[tokio::test]
async fn without_a_login_or_a_refresh_token_the_call_is_not_sent() {
    let server = rotating().await;
    let source = TokenSource::from_store(provider(&server), Arc::new(MemoryTokenStore::new()), "bob");
    let error = call(&client(&source, &server)).await.unwrap_err();
    assert!(error.is_oauth() && error.to_string().contains("log in"), "{error}");
    source.save(Tokens::new("a", None, Duration::ZERO)).await.unwrap();
    let error = call(&client(&source, &server)).await.unwrap_err();
    assert!(error.is_oauth() && error.to_string().contains("no refresh token"), "{error}");
    assert!(server.seen().is_empty());
    source.save(Tokens::new("a", None, HOUR)).await.unwrap();
    call(&client(&source, &server)).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer a"]);
}

#[tokio::test]
async fn a_refused_refresh_token_is_typed_and_the_store_keeps_what_it_has() {
    let server = rotating().await;
    let old = Tokens::new("a-0", Some("s3cret".into()), Duration::ZERO);
    let (source, store) = stored(&server, old).await;
    let error = call(&client(&source, &server)).await.unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code, Some(OAuthErrorCode::InvalidGrant));
    assert!(!format!("{error:?} {source:?}").contains("s3cret"));
    assert_eq!(kept(&store).await.1, "s3cret");
}

/// A store whose saves fail, or whose first load is behind that of another process.
struct Odd {
    inner: MemoryTokenStore,
    fail: bool,
    behind: std::sync::Mutex<Option<Tokens>>,
}

impl TokenStore for Odd {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Tokens>> {
        match self.behind.lock().unwrap().take() {
            Some(old) => Box::pin(async move { Ok(Some(old)) }),
            None => self.inner.load(key),
        }
    }
    fn save<'a>(&'a self, key: &'a str, tokens: &'a Tokens) -> StoreFuture<'a, ()> {
        match self.fail {
            true => Box::pin(async { Err("the disk is full".into()) }),
            false => self.inner.save(key, tokens),
        }
    }
    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        self.inner.remove(key)
    }
}

#[tokio::test]
async fn a_store_that_fails_does_not_lose_the_rotated_token() {
    let server = rotating().await;
    let inner = MemoryTokenStore::new();
    inner.save("alice", &tokens("refused", HOUR)).await.unwrap();
    let store = Odd { inner, fail: true, behind: std::sync::Mutex::new(None) };
    let source = TokenSource::from_store(provider(&server), Arc::new(store), "alice");
    let twilio = client(&source, &server);
    call(&twilio).await.unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer refused", "Bearer a-1", "Bearer a-1"]);
    let error = source.save(tokens("x", HOUR)).await.unwrap_err();
    assert!(error.is_oauth() && error.to_string().contains("the disk is full"), "{error}");
}

#[tokio::test]
async fn a_refresh_token_that_another_process_used_is_looked_up_again() {
    let server = rotating().await;
    let inner = MemoryTokenStore::new();
    inner.save("alice", &tokens("a-9", HOUR)).await.unwrap();
    let stale = Tokens::new("a-8", Some("used".into()), Duration::ZERO);
    let store = Odd { inner, fail: false, behind: std::sync::Mutex::new(Some(stale)) };
    let source = TokenSource::from_store(provider(&server), Arc::new(store), "alice");
    call(&client(&source, &server)).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer a-9"]);
}

#[tokio::test]
async fn a_new_login_takes_the_place_of_the_tokens_before() {
    let server = rotating().await;
    let (source, store) = stored(&server, tokens("a-0", HOUR)).await;
    let twilio = client(&source, &server);
    call(&twilio).await.unwrap();
    source.save(tokens("b-0", HOUR)).await.unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer a-0", "Bearer b-0"]);
    store.remove("alice").await.unwrap();
    assert!(store.load("alice").await.unwrap().is_none());
}

/// The refresh is on its way when the user logs in anew; what comes of it must not take the login's place.
#[tokio::test]
async fn a_login_during_a_refresh_is_what_stays() {
    let server = rotating().await;
    let (source, store) = stored(&server, tokens("a-0", Duration::ZERO)).await;
    let refreshing = tokio::spawn({
        let source = source.clone();
        async move { source.access_token(SECOND * 10).await }
    });
    while server.at("/token").is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    source.save(Tokens::new("b-0", None, HOUR)).await.unwrap();
    refreshing.await.unwrap().unwrap();
    for _ in 0..2 {
        call(&client(&source, &server)).await.unwrap();
    }
    assert_eq!(bearers(&server), ["Bearer b-0", "Bearer b-0"]);
    assert_eq!(kept(&store).await.0, "b-0");
}

/// The process starts inside the margin, and the server cannot be asked.
#[tokio::test]
async fn a_stored_token_serves_until_its_end_when_it_cannot_be_refreshed() {
    for (left, sent) in [(SECOND * 20, 3), (Duration::ZERO, 0)] {
        let server = Loopback::start(|seen, _| match seen.path.as_str() {
            "/token" => Reply::new(503, "{}"),
            _ => Reply::new(200, "{}"),
        })
        .await;
        let mut due = tokens("a-0", left);
        due.issued_at -= HOUR;
        let (source, _) = stored(&server, due).await;
        let twilio = client(&source, &server);
        for _ in 0..3 {
            assert_eq!(call(&twilio).await.is_ok(), sent > 0);
        }
        assert_eq!(bearers(&server).len(), sent);
    }
}

#[tokio::test]
async fn client_credentials_renew_without_a_store() {
    let count = AtomicUsize::new(0);
    let server = Loopback::start(move |seen, _| match seen.path.as_str() {
        "/token" => {
            let number = count.fetch_add(1, Ordering::SeqCst);
            assert_eq!(seen.field("grant_type").as_deref(), Some("client_credentials"));
            Reply::new(
                200,
                format!(r#"{{"access_token":"c-{number}","token_type":"Bearer","expires_in":0,"refresh_token":"r"}}"#),
            )
        }
        _ => Reply::new(200, "{}"),
    })
    .await;
    let source = TokenSource::client_credentials(provider(&server));
    let twilio = client(&source, &server);
    call(&twilio).await.unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer c-0", "Bearer c-1"]);
    assert!(source.save(tokens("x", HOUR)).await.unwrap_err().is_config());
}
