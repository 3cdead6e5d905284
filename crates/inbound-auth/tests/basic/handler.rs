//! Who is recognized by a handler, and what others are told.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use twilio_sdk_inbound_auth::{
    AuthError, AuthFuture, BasicHandler, Challenge, Credential, MemoryUserStore, PasswordHash, UserDetails,
    UserStore, UserStoreChain,
};

use crate::{hash, store};

#[tokio::test]
async fn users_are_recognized_and_have_their_scopes() {
    let handler = BasicHandler::new(Arc::new(store()));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Basic YWxpY2U6eHh4"));
    for alice in [handler.authenticate(&headers).await, handler.authenticate("Basic YWxpY2U6eHh4").await] {
        let alice = alice.unwrap();
        assert_eq!(alice, UserDetails::new("alice", ["write", "update"]));
        handler.authorize(&alice, &["write"]).await.unwrap();
        handler.authorize(&alice, &["x", "update"]).await.unwrap();
        assert_eq!(
            handler.authorize(&alice, &["Write"]).await,
            Err(AuthError::InsufficientScope),
            "scopes are exact"
        );
        assert_eq!(
            handler.authorize(&alice, &[""; 0]).await,
            Err(AuthError::InsufficientScope),
            "nobody has one of none"
        );
    }
    let bob = handler.authenticate("Basic Ym9iOnl5eQ==").await.unwrap();
    assert_eq!(handler.authorize(&bob, &["write", "update"]).await, Err(AuthError::InsufficientScope));
    let eve = handler.authenticate("Basic ZXZlOjEyMw==").await.unwrap();
    assert_eq!(handler.authorize(&eve, &["read"]).await, Err(AuthError::InsufficientScope));
}

#[tokio::test]
async fn weakness_02_nobody_learns_who_exists() {
    let handler = BasicHandler::new(Arc::new(store()));
    let unknown = handler.authenticate("Basic ZGF2ZToxMjM=").await.unwrap_err();
    let wrong = handler.authenticate("Basic YWxpY2U6aW52YWxpZA==").await.unwrap_err();
    assert_eq!((&unknown, unknown.to_string()), (&wrong, wrong.to_string()));
    let challenge = Challenge::basic("a \"realm\"");
    assert_eq!(unknown.status(), 401);
    assert_eq!(
        unknown.headers(&challenge)["www-authenticate"],
        "Basic realm=\"a ?realm?\", charset=\"UTF-8\""
    );
    assert_eq!(handler.authenticate(&HeaderMap::new()).await.unwrap_err(), AuthError::MissingCredentials);
    for scheme in ["invalidtokenstring", "", "Bearer sometoken123"] {
        assert_eq!(handler.authenticate(scheme).await.unwrap_err(), AuthError::UnsupportedScheme, "{scheme}");
    }
    assert!(matches!(handler.authenticate("Basic").await.unwrap_err(), AuthError::Malformed(_)));
    assert_eq!(AuthError::InsufficientScope.status(), 403);
    assert!(AuthError::InsufficientScope.headers(&challenge).is_empty());
    let down = AuthError::Unavailable("down".into());
    assert_eq!((down.status().as_u16(), down.headers(&challenge).contains_key("retry-after")), (503, true));
}

#[derive(Debug)]
struct Down;

impl UserStore for Down {
    fn authenticate<'a>(&'a self, _: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async { Err(AuthError::Unavailable("down".into())) })
    }
}

#[tokio::test]
async fn stores_are_asked_in_their_order() {
    let other = MemoryUserStore::new([
        ("bob".to_owned(), hash("other"), vec!["other".to_owned()]),
        ("carol".to_owned(), hash("zzz"), vec![]),
    ])
    .unwrap();
    let stores =
        UserStoreChain::new([Arc::new(Down) as Arc<dyn UserStore>, Arc::new(store()), Arc::new(other)]);
    let ask = async |name: &str, password: &str| {
        stores.authenticate(&Credential::new(name, password).unwrap()).await
    };
    assert_eq!(ask("bob", "yyy").await.unwrap().scopes, ["read"]);
    assert_eq!(ask("bob", "other").await.unwrap().scopes, ["other"]);
    assert!(ask("carol", "zzz").await.is_ok());
    assert!(
        matches!(ask("carol", "no").await, Err(AuthError::Unavailable(_))),
        "the one that is down may know"
    );
    let up = UserStoreChain::new([Arc::new(store()) as Arc<dyn UserStore>]);
    assert_eq!(
        up.authenticate(&Credential::new("carol", "zzz").unwrap()).await,
        Err(AuthError::InvalidCredentials)
    );
}

#[test]
fn two_users_of_one_name_are_refused() {
    let twice = MemoryUserStore::new(["a", "a"].map(|name| (name.to_owned(), hash("x"), vec![])));
    assert!(twice.unwrap_err().to_string().contains("\"a\""));
}

#[test]
fn only_hashes_that_protect_are_taken() {
    let good = hash("x");
    assert!(good.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", good.as_str());
    assert!(good.as_str().parse::<PasswordHash>().unwrap().verify(&"x".into()));
    assert!(!good.verify(&"y".into()));
    assert_ne!(hash("x").as_str(), good.as_str(), "each has its own salt");
    assert_eq!(format!("{good:?}"), "[password hash]");
    let (salt, sum) = ("c29tZXNhbHRzYWx0", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY");
    for bad in [
        "",
        "plain",
        &format!("$argon2i$v=19$m=19456,t=2,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=64,t=2,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=4194304,t=2,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=19456,t=4000000,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=19456,t=2,p=1${salt}"),
        "$2b$12$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234",
    ] {
        assert!(bad.parse::<PasswordHash>().is_err(), "{bad}");
    }
    format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${sum}").parse::<PasswordHash>().unwrap();
}
