//! What is recorded of requests, and that nobody is let in without a record.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use http::HeaderName;
use twilio_sdk_audit::{AuditLog, read_tail};
use twilio_sdk_inbound_auth::{
    AuthError, AuthFuture, AuthLayer, AuthMethod, AuthRules, BasicHandler, Credential, FileUserStore,
    JwksSource, JwtConfig, JwtVerifier, MemoryUserStore, ResourcePolicy, UserStore,
};

use crate::folder::Folder;
use crate::recorder::Recorder;
use crate::service::{Service, basic, behind, file, serve, serve_with_peer, user, users};
use crate::tokens::{ONE, claims};

/// An app with one route, behind a layer with a recorder.
async fn recorded(layer: AuthLayer) -> (Service, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let service = behind(layer.audit(Arc::clone(&recorder))).await;
    (service, recorder)
}

#[tokio::test]
async fn weakness_18_who_is_let_in_and_who_is_not_is_recorded() {
    let (service, recorder) = recorded(AuthLayer::new("x", [users().scopes(["write", "update"])])).await;
    let table: &[(Option<String>, u16, &[&str])] = &[
        (Some(basic("alice", "xxx")), 200, &["authn ok actor=alice action=write update resource=GET /"]),
        (
            Some(basic("bob", "yyy")),
            403,
            &[
                "authn ok actor=bob action=write update resource=GET /",
                "authz denied actor=bob action=write update resource=GET / reason=the user has none of the required scopes",
            ],
        ),
        // What was given as a name may be a password.
        (Some(basic("s3cret", "guess")), 401, &["authn denied resource=GET / reason=invalid credentials"]),
        (Some(basic("alice", "guess")), 401, &["authn denied resource=GET / reason=invalid credentials"]),
        (None, 401, &["authn denied resource=GET / reason=the Authorization header is missing"]),
        (
            Some("Bearer s3cret".to_owned()),
            401,
            &["authn denied resource=GET / reason=the scheme of the Authorization header is not accepted"],
        ),
        (
            Some("Basic !".to_owned()),
            401,
            &["authn denied resource=GET / reason=malformed credentials: the credential is not base64"],
        ),
    ];
    for (header, status, lines) in table {
        assert_eq!(service.status(header.as_deref()).await, *status, "{header:?}");
        let found = recorder.take();
        assert_eq!(found, *lines, "{header:?}");
        assert!(!format!("{found:?}").contains("s3cret") && !format!("{found:?}").contains("guess"));
    }
}

#[derive(Debug)]
struct Down;

impl UserStore for Down {
    fn authenticate<'a>(&'a self, _: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async { Err(AuthError::Unavailable("directory \"x\": no answer in time".into())) })
    }
}

#[tokio::test]
async fn a_store_that_cannot_tell_has_failed_and_the_entry_that_accepts_counts() {
    let entries = [AuthMethod::basic(Down), users().scopes(["write"])];
    let (service, recorder) = recorded(AuthLayer::new("x", entries)).await;
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
    assert_eq!(recorder.take(), ["authn ok actor=alice action=write resource=GET /"]);
    // The one that is down might have let bob in.
    assert_eq!(service.status(Some(&basic("bob", "yyy"))).await, 503);
    let reason = "authentication backend unavailable: directory \"x\": no answer in time";
    assert_eq!(recorder.take(), [format!("authn failed resource=GET / reason={reason}")]);
    let (twice, recorder) =
        recorded(AuthLayer::new("x", [users().scopes(["admin"]), users().scopes(["root"])])).await;
    assert_eq!(twice.status(Some(&basic("bob", "yyy"))).await, 403);
    assert_eq!(recorder.take().len(), 2, "one decision, though two entries forbid");
}

#[tokio::test]
async fn bearer_tokens_are_recorded_by_whom_they_are_for() {
    let keys = file("audit-jwks.json", &serde_json::json!({"keys": [ONE.jwk()]}).to_string());
    let config = JwtConfig::new("wso2", "ballerina", JwksSource::File(keys));
    let entry = AuthMethod::bearer(JwtVerifier::new(config).unwrap());
    let (service, recorder) = recorded(AuthLayer::new("x", [entry])).await;
    let token = ONE.token(&claims(serde_json::json!({})));
    assert_eq!(service.status(Some(&format!("Bearer {token}"))).await, 200);
    assert_eq!(service.status(Some("Bearer a.b.c")).await, 401);
    let expected =
        ["authn ok actor=admin resource=GET /", "authn denied resource=GET / reason=invalid credentials"];
    assert_eq!(recorder.take(), expected);
}

#[tokio::test]
async fn without_a_record_nobody_is_let_in() {
    let (service, recorder) = recorded(AuthLayer::new("x", [users().scopes(["write"])])).await;
    recorder.fill(true);
    for header in [Some(basic("alice", "xxx")), Some(basic("bob", "yyy")), Some(basic("bob", "no")), None] {
        let answer = service.get("/", header.as_deref()).await;
        assert_eq!((answer.status, answer.body.as_str()), (503, "Service Unavailable"), "{header:?}");
        assert!(answer.header("retry-after").is_some() && answer.header("www-authenticate").is_none());
    }
    recorder.fill(false);
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200, "without a restart");
}

#[tokio::test]
async fn the_path_the_address_and_the_id_of_a_request_are_recorded() {
    let recorder = Arc::new(Recorder::default());
    let layer = AuthLayer::new("x", [users()]).audit(Arc::clone(&recorder));
    let behind_proxy = layer.clone().client_ip_header(HeaderName::from_static("x-forwarded-for"));
    let inner = Router::new().route("/b", get(|| async {})).layer(layer);
    let proxied = Router::new().route("/c", get(|| async {})).layer(behind_proxy);
    let service = serve_with_peer(Router::new().nest("/a", inner).nest("/p", proxied)).await;
    let alice = basic("alice", "xxx");
    let ask = async |path: &str, more: &[(&str, &str)]| {
        let headers = [&[("Authorization", alice.as_str())], more].concat();
        assert_eq!(service.send(path, &headers).await.status, 200);
        recorder.take().remove(0)
    };
    let forged = ("X-Forwarded-For", "10.0.0.1, 198.51.100.7");
    for (path, more, expected) in [
        ("/a/b?token=s3cret", vec![], "resource=GET /a/b source=127.0.0.1"),
        (
            "/a/b",
            vec![("X-Request-Id", "req-1.2_3")],
            "resource=GET /a/b source=127.0.0.1 correlation_id=req-1.2_3",
        ),
        ("/a/b", vec![("X-Request-Id", "<script>")], "resource=GET /a/b source=127.0.0.1"),
        // Anybody can write that header.
        ("/a/b", vec![forged], "resource=GET /a/b source=127.0.0.1"),
        ("/p/c", vec![forged], "resource=GET /p/c source=198.51.100.7"),
        ("/p/c", vec![("X-Forwarded-For", "unknown")], "resource=GET /p/c source=127.0.0.1"),
    ] {
        assert_eq!(ask(path, &more).await, format!("authn ok actor=alice {expected}"), "{path} {more:?}");
    }
    // A service that does not know who its peers are records no address.
    let (service, recorder) = recorded(AuthLayer::new("x", [users()])).await;
    assert_eq!(service.send("/", &[("Authorization", &alice)]).await.status, 200);
    assert_eq!(recorder.take(), ["authn ok actor=alice resource=GET /"]);
}

#[tokio::test]
async fn rules_hand_the_recorder_to_every_layer() {
    let recorder = Arc::new(Recorder::default());
    let rules = AuthRules::new("x")
        .audit(Arc::clone(&recorder))
        .client_ip_header(HeaderName::from_static("x-real-ip"))
        .default_methods([users().scopes(["read"])])
        .resource("write", ResourcePolicy::RequireScopes(vec!["write".to_owned()]));
    let app = Router::new()
        .route("/", get(|| async {}).layer(rules.service_layer().unwrap()))
        .route("/write", get(|| async {}).layer(rules.resource_layer("write").unwrap()));
    let service = serve(app).await;
    let bob = basic("bob", "yyy");
    for path in ["/", "/write"] {
        service.send(path, &[("Authorization", &bob), ("X-Real-IP", "2001:db8::1")]).await;
    }
    let reason = "reason=the user has none of the required scopes";
    let expected = [
        "authn ok actor=bob action=read resource=GET / source=2001:db8::1".to_owned(),
        "authn ok actor=bob action=write resource=GET /write source=2001:db8::1".to_owned(),
        format!("authz denied actor=bob action=write resource=GET /write source=2001:db8::1 {reason}"),
    ];
    assert_eq!(recorder.take(), expected);
}

#[tokio::test]
async fn a_handler_records_whom_it_recognizes_and_refuses() {
    let recorder = Arc::new(Recorder::default());
    let store = MemoryUserStore::new([user("alice", "xxx", &["read"])]).unwrap();
    let handler = BasicHandler::new(Arc::new(store)).audit(Arc::clone(&recorder));
    let whoami = async |handler: BasicHandler, request: Request| {
        let (parts, _) = request.into_parts();
        let user = match handler.authenticate(&parts).await {
            Ok(user) => user,
            Err(error) => return error.status(),
        };
        let allowed = handler.authorize_with_context(&parts, &user, &["write"]).await;
        allowed.map_or_else(|error| error.status(), |()| http::StatusCode::OK)
    };
    let app = {
        let handler = handler.clone();
        Router::new().route("/x", get(move |request: Request| whoami(handler, request)))
    };
    let service = serve_with_peer(app).await;
    let alice = basic("alice", "xxx");
    let headers = [("Authorization", alice.as_str()), ("X-Request-Id", "7")];
    assert_eq!(service.send("/x?y=1", &headers).await.status, 403);
    let at = "resource=GET /x source=127.0.0.1";
    let expected = [
        format!("authn ok actor=alice {at} correlation_id=7"),
        format!(
            "authz denied actor=alice action=write {at} reason=the user has none of the required scopes correlation_id=7"
        ),
    ];
    assert_eq!(recorder.take(), expected);
    // From headers alone, and from a text alone.
    let user = handler.authenticate(alice.as_str()).await.unwrap();
    handler.authorize(&user, &["read"]).await.unwrap();
    assert_eq!(handler.authorize(&user, &[""; 0]).await, Err(AuthError::InsufficientScope));
    let expected =
        ["authn ok actor=alice", "authz denied actor=alice reason=the user has none of the required scopes"];
    assert_eq!(recorder.take(), expected);

    recorder.fill(true);
    assert_eq!(service.send("/x", &headers).await.status, 503);
    let denied = handler.authenticate("Basic eHh4Onh4eA==").await.unwrap_err();
    assert!(matches!(denied, AuthError::AuditFailed(_)), "{denied}");
    assert!(matches!(handler.authorize(&user, &["write"]).await, Err(AuthError::AuditFailed(_))));
}

/// A file of users, and one more user than before.
fn lines(names: &[&str]) -> String {
    let hash = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzYWx0$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";
    let user = |name: &&str| format!("[[auth.users]]\nusername = {name:?}\npassword_hash = {hash:?}\n");
    names.iter().map(user).collect()
}

#[tokio::test]
async fn weakness_18_users_that_are_read_again_are_recorded_and_none_are_taken_without() {
    let path = file("audited-users.toml", &lines(&["alice"]));
    let recorder = Arc::new(Recorder::default());
    let store = FileUserStore::open(&path).unwrap().audit(Arc::clone(&recorder));
    assert!(recorder.take().is_empty(), "the start is no change");
    let at = format!("action=read users resource={}", path.display());
    std::fs::write(&path, lines(&["alice", "bob"])).unwrap();
    store.reload().unwrap();
    assert_eq!(recorder.take(), [format!("config.change ok {at}")]);
    std::fs::write(&path, "[[auth.users]]\nusername = \"carol\"\npassword = \"s3cret\"\n").unwrap();
    store.reload().unwrap_err();
    let found = recorder.take().remove(0);
    assert!(found.starts_with(&format!("config.change failed {at} reason=")), "{found}");
    assert!(found.contains("auth.users[0].password") && !found.contains("s3cret"), "{found}");
    assert_eq!(store.len(), 2, "those that were known stay known");

    recorder.fill(true);
    std::fs::write(&path, lines(&["alice", "bob", "carol"])).unwrap();
    let error = store.reload().unwrap_err();
    assert!(error.to_string().contains("could not be written"), "{error}");
    assert_eq!((store.len(), store.version()), (2, 1));
    recorder.fill(false);
    // By itself, a second later, though the file has not changed since.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    store.reload_if_changed();
    assert_eq!((store.len(), store.version()), (3, 2));
    assert_eq!(recorder.take(), [format!("config.change ok {at}")]);
}

#[tokio::test]
async fn the_files_of_a_services_users_record_their_changes_where_the_layer_does() {
    let users = file("audited-by-rules.toml", &lines(&["alice"]));
    let rules = file("audited.toml", "[[auth.default]]\nusers_file = \"audited-by-rules.toml\"\n");
    let recorder = Arc::new(Recorder::default());
    let rules = AuthRules::from_file(rules).unwrap().audit(Arc::clone(&recorder));
    let service = behind(rules.service_layer().unwrap()).await;
    std::fs::write(&users, lines(&["alice", "bob"])).unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(service.status(Some(&basic("alice", "no"))).await, 401);
    let found = recorder.take();
    assert!(found[0].starts_with("config.change ok action=read users"), "{found:?}");
    assert_eq!(found[1], "authn denied resource=GET / reason=invalid credentials");
}

#[tokio::test]
async fn a_log_on_disk_holds_the_events_and_no_secret_of_the_run() {
    let folder = Folder::new();
    let log = Arc::new(AuditLog::open(folder.file("audit.log")).unwrap());
    let layer = AuthLayer::new("x", [users().scopes(["write"])]).audit(Arc::clone(&log));
    let service = serve_with_peer(Router::new().route("/", get(|| async {})).layer(layer)).await;
    let secrets = ["s3cret-password-1", "s3cret-password-2"];
    for secret in secrets {
        for name in ["alice", secret] {
            service.get(&format!("/?password={secret}"), Some(&basic(name, secret))).await;
        }
    }
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
    let records = read_tail(log.path(), 100).unwrap();
    assert_eq!(records.len(), 5);
    let last = records.last().unwrap();
    assert_eq!((last.event.to_string().as_str(), last.actor.as_deref()), ("authn", Some("alice")));
    assert_eq!(last.source.as_deref(), Some("127.0.0.1"));
    log.verify().unwrap();
    let everything = folder.everything();
    for secret in secrets {
        assert!(!crate::folder::holds(&everything, secret), "{secret}");
    }
}

#[allow(dead_code)]
fn futures_can_be_spawned(handler: &BasicHandler, parts: &http::request::Parts) {
    fn sends(_: impl Future + Send) {}
    let user = twilio_sdk_inbound_auth::UserDetails::new("a", ["b"]);
    sends(handler.authenticate(parts));
    sends(handler.authorize(&user, &["b"]));
    sends(handler.authorize_with_context(parts, &user, &["b"]));
}

#[test]
fn addresses_of_either_version_are_peers() {
    let address: SocketAddr = "[::ffff:198.51.100.7]:1".parse().unwrap();
    let mut request = http::Request::new(());
    request.extensions_mut().insert(axum::extract::ConnectInfo(address));
    let facts = twilio_sdk_inbound_auth::RequestContext::from_request(&request, None);
    assert!(format!("{facts:?}").contains("\"198.51.100.7\""), "{facts:?}");
}
