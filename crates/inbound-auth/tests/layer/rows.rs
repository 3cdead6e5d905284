//! Who is let in, by tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use twilio_sdk_inbound_auth::{
    AuthError, AuthLayer, AuthMethod, AuthRules, BasicHandler, Challenge, MemoryUserStore, ResourcePolicy,
    TokenVerifier, UserDetails,
};
use twilio_sdk_types::SecretString;

use crate::service::{basic, behind, serve, user, users};

#[tokio::test]
async fn a_resource_of_a_service_without_entries_has_its_own() {
    let rules = AuthRules::new("x")
        .resource("transfer", ResourcePolicy::Methods(vec![users().scopes(["write", "update"])]));
    let app = Router::new()
        .route("/transfer", get(|| async {}).layer(rules.resource_layer("transfer").unwrap()))
        .route("/open", get(|| async {}));
    let service = serve(app).await;
    for (path, header, status) in [
        ("/transfer", Some(basic("alice", "xxx")), 200),
        ("/transfer", Some(basic("bob", "yyy")), 403),
        ("/transfer", Some(basic("peter", "123")), 401),
        ("/transfer", None, 401),
        ("/open", None, 200),
        ("/open", Some(basic("peter", "123")), 200),
    ] {
        assert_eq!(service.get(path, header.as_deref()).await.status, status, "{path} {header:?}");
    }
}

#[tokio::test]
async fn a_bank_lets_its_users_do_what_their_scopes_say() {
    let store = MemoryUserStore::new([
        user("alice", "alice@123", &["account-details", "fund-transfer", "quotes"]),
        user("bob", "bob@123", &["account-details", "quotes"]),
        user("david", "david@123", &[]),
    ]);
    let scopes = |name: &str| ResourcePolicy::RequireScopes(vec![name.to_owned()]);
    let rules = AuthRules::new("bank")
        .default_methods([AuthMethod::basic(store.unwrap()).scopes(["account-details"])])
        .resource("funds-transfer", scopes("fund-transfer"))
        .resource("quotes", scopes("quotes"));
    let app = Router::new()
        .route("/accounts", get(|| async {}).layer(rules.service_layer().unwrap()))
        .route("/funds-transfer", get(|| async {}).layer(rules.resource_layer("funds-transfer").unwrap()))
        .route("/quotes", get(|| async {}).layer(rules.resource_layer("quotes").unwrap()));
    let service = serve(app).await;
    let (alice, bob) = (basic("alice", "alice@123"), basic("bob", "bob@123"));
    let david = basic("david", "david@123");
    for (header, expected) in [
        (Some(alice.as_str()), [200, 200, 200]),
        (Some(bob.as_str()), [200, 403, 200]),
        (Some(david.as_str()), [403, 403, 403]),
        (None, [401, 401, 401]),
        (Some("Basic random"), [401, 401, 401]),
    ] {
        for (path, status) in ["/accounts", "/funds-transfer", "/quotes"].into_iter().zip(expected) {
            assert_eq!(service.get(path, header).await.status, status, "{path} {header:?}");
        }
    }
}

#[tokio::test]
async fn credentials_in_a_body_are_none() {
    let layer = AuthLayer::new("x", [users()]);
    let service = serve(Router::new().route("/", post(|| async {})).layer(layer)).await;
    let header = format!("Authorization: {}\r\n", basic("alice", "xxx"));
    for (head, body, status) in [("", header.as_str(), "401"), (&header, "", "200")] {
        let length = body.len();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}"
        );
        let mut stream = tokio::net::TcpStream::connect(service.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }
}

#[tokio::test]
async fn weakness_03_either_scheme_is_read_in_any_case() {
    let (tokens, asked) = counted();
    let service = behind(AuthLayer::new("x", [users(), AuthMethod::bearer(tokens)])).await;
    for (scheme, text) in [("Basic", basic("alice", "xxx")[6..].to_owned()), ("Bearer", "good".to_owned())] {
        for scheme in [scheme.to_owned(), scheme.to_lowercase(), scheme.to_uppercase()] {
            assert_eq!(service.status(Some(&format!("{scheme} {text}"))).await, 200, "{scheme}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn weakness_04_a_401_says_by_which_scheme_to_log_in() {
    let (tokens, _) = counted();
    let basic_challenge = "Basic realm=\"the bank\", charset=\"UTF-8\"";
    for (entries, expected) in [
        (vec![users()], basic_challenge.to_owned()),
        (vec![AuthMethod::bearer(tokens.clone())], "Bearer realm=\"the bank\"".to_owned()),
        (vec![users(), AuthMethod::bearer(tokens)], format!("{basic_challenge}, Bearer realm=\"the bank\"")),
    ] {
        let service = behind(AuthLayer::new("the bank", entries)).await;
        for header in [None, Some("Digest x"), Some("Basic !")] {
            let answer = service.get("/", header).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some(expected.as_str())));
        }
    }
    let handler = BasicHandler::new(Arc::new(MemoryUserStore::new([]).unwrap()));
    let error = handler.authenticate(basic("alice", "xxx").as_str()).await.unwrap_err();
    assert_eq!(error.headers(&Challenge::basic("the bank"))["www-authenticate"], basic_challenge);
}

/// Knows one token, and counts how often it is asked.
#[derive(Clone, Debug)]
struct Counted(Arc<AtomicUsize>);

fn counted() -> (Counted, Arc<AtomicUsize>) {
    let asked = Arc::<AtomicUsize>::default();
    (Counted(Arc::clone(&asked)), asked)
}

impl TokenVerifier for Counted {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> twilio_sdk_inbound_auth::AuthFuture<'a> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match token.expose_secret() {
                "good" => Ok(UserDetails::new("app", ["read"])),
                _ => Err(AuthError::InvalidCredentials),
            }
        })
    }
}

#[tokio::test]
async fn weakness_09_a_token_without_its_scheme_is_shown_to_no_store() {
    let (tokens, asked) = counted();
    let service = behind(AuthLayer::new("x", [AuthMethod::bearer(tokens)])).await;
    for header in ["good", "Basic good", "Token good", "JWT good", "Bearergood", "Bearer\tgood", "Bearer"] {
        assert_eq!(service.status(Some(header)).await, 401, "{header}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(service.status(Some("Bearer good")).await, 200);
}
