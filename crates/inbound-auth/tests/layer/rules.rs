//! Precedence, order and schemes.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use twilio_sdk_inbound_auth::{
    AuthError, AuthFuture, AuthLayer, AuthMethod, AuthRules, AuthRulesError, Credential, MemoryUserStore,
    PasswordHash, ResourcePolicy, UserDetails, UserStore, UserStoreChain,
};

use crate::service::{basic, behind, serve, users};

#[tokio::test]
async fn scopes_of_the_service_decide() {
    let service = behind(AuthLayer::new("bank", [users().scopes(["write", "update"])])).await;
    let alice = basic("alice", "xxx");
    for (header, status) in [
        (Some(alice.clone()), 200),
        (Some(alice.replace("Basic", "basic")), 200),
        (Some(alice.replace("Basic", "BASIC")), 200),
        (Some(basic("bob", "yyy")), 403),
        (Some(basic("eve", "123")), 403),
        (Some(basic("alice", "invalid")), 401),
        (Some(basic("peter", "123")), 401),
        (Some("invalidtokenstring".to_owned()), 401),
        (Some("Bearer sometoken123".to_owned()), 401),
        (Some("Basic".to_owned()), 401),
        (Some(String::new()), 401),
        (Some(format!("{alice} x")), 401),
        (Some(alice.replace(' ', "  ")), 401),
        (Some(alice.replace(' ', "\t")), 401),
        (None, 401),
    ] {
        let answer = service.get("/", header.as_deref()).await;
        assert_eq!(answer.status, status, "{header:?}");
        let challenge = answer.header("www-authenticate");
        let expected = (status == 401).then_some("Basic realm=\"bank\", charset=\"UTF-8\"");
        assert_eq!(challenge, expected, "{header:?}");
        match status {
            200 => assert_eq!(answer.body, "alice:write update"),
            401 => assert_eq!(answer.body, "Unauthorized", "nothing is told"),
            _ => assert_eq!(answer.body, "Forbidden"),
        }
    }
    assert_eq!(service.get_with("/", &[&alice, &alice]).await.status, 401, "two headers");
}

#[tokio::test]
async fn no_entries_let_nobody_in_and_no_scopes_are_nobodys() {
    let nobody = behind(AuthLayer::new("bank", [])).await;
    let none = behind(AuthLayer::new("bank", [users().scopes([""; 0])])).await;
    let known = behind(AuthLayer::new("bank", [users()])).await;
    for (service, expected) in
        [(&nobody, [401, 401, 401]), (&none, [403, 403, 401]), (&known, [200, 200, 401])]
    {
        let (alice, eve) = (basic("alice", "xxx"), basic("eve", "123"));
        let statuses = [
            service.status(Some(&alice)).await,
            service.status(Some(&eve)).await,
            service.status(None).await,
        ];
        assert_eq!(statuses, expected);
        assert!(service.get("/", None).await.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn resources_replace_what_the_service_has() {
    let other = MemoryUserStore::new([(
        "carol".to_owned(),
        PasswordHash::hash(&"zzz".into()).unwrap(),
        vec!["write".to_owned()],
    )]);
    let rules = AuthRules::new("bank")
        .default_methods([users().scopes(["read"]), users()])
        .resource("scopes", ResourcePolicy::RequireScopes(vec!["write".to_owned()]))
        .resource("entries", ResourcePolicy::Methods(vec![AuthMethod::basic(other.unwrap())]))
        .resource("closed", ResourcePolicy::Methods(vec![]));
    let resource = |name: &str| get(|| async {}).layer(rules.resource_layer(name).unwrap());
    let app = Router::new()
        .route("/service", get(|| async {}).layer(rules.service_layer().unwrap()))
        .route("/scopes", resource("scopes"))
        .route("/entries", resource("entries"))
        .route("/closed", resource("closed"))
        .route("/.", resource("scopes"))
        .route("/a$b@c", resource("scopes"))
        .route("/open", get(|| async {}));
    let service = serve(app).await;
    let headers = [basic("alice", "xxx"), basic("bob", "yyy"), basic("carol", "zzz")];
    for (path, expected) in [
        // The second entry of the service asks for no scope.
        ("/service", [200, 200, 401]),
        // The resource's scopes are those of both entries.
        ("/scopes", [200, 403, 401]),
        ("/entries", [401, 401, 200]),
        ("/closed", [401, 401, 401]),
        ("/.", [200, 403, 401]),
        ("/a$b@c", [200, 403, 401]),
        ("/a%24b%40c", [200, 403, 401]),
        ("/open", [200, 200, 200]),
    ] {
        for (header, status) in headers.iter().zip(expected) {
            let answer = service.get(path, Some(header)).await;
            // A path that axum does not take for the route's is no way around the layer.
            let missing = path.contains('%') && answer.status == 404;
            assert!(answer.status == status || missing, "{path} {}", answer.status);
        }
        let without = service.get(path, None).await.status;
        assert!(without == if path == "/open" { 200 } else { 401 } || without == 404, "{path} {without}");
    }
    assert_eq!(service.get("/open", Some("anything at all")).await.status, 200);
}

#[test]
fn weakness_07_what_cannot_be_enforced_is_refused_at_the_start() {
    let scopes = || ResourcePolicy::RequireScopes(vec!["write".to_owned()]);
    let open = AuthRules::new("x").resource("transfer", scopes());
    let error = AuthRulesError::ScopesWithoutMethods("transfer".to_owned());
    assert_eq!(open.validate(), Err(error.clone()));
    assert_eq!(open.resource_layer("transfer").unwrap_err(), error);
    assert_eq!(open.service_layer().unwrap_err(), error);
    // Also where another resource is asked for.
    let both = open.resource("other", ResourcePolicy::Methods(vec![users()]));
    assert_eq!(both.resource_layer("other").unwrap_err(), error);

    let rules = AuthRules::new("x").default_methods([]).resource("transfer", scopes());
    assert_eq!(rules.validate(), Ok(()), "a service that lets nobody in has entries");
    let unknown = rules.resource_layer("Transfer").unwrap_err();
    assert_eq!(unknown, AuthRulesError::UnknownResource("Transfer".to_owned()));
    let twice = rules.resource("transfer", scopes());
    assert_eq!(twice.validate(), Err(AuthRulesError::DuplicateResource("transfer".to_owned())));
    assert_eq!(AuthRules::new("x").service_layer().unwrap_err(), AuthRulesError::MissingDefault);
    assert!(error.to_string().contains("\"transfer\""));
}

#[tokio::test]
async fn weakness_08_a_later_entry_may_accept_whom_an_earlier_one_forbids() {
    let service = behind(AuthLayer::new("x", [users().scopes(["admin"]), users().scopes(["write"])])).await;
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
    assert_eq!(service.status(Some(&basic("bob", "yyy"))).await, 403);
    assert_eq!(service.status(Some(&basic("bob", "zzz"))).await, 401);
}

#[derive(Debug)]
struct Down(AuthError);

impl UserStore for Down {
    fn authenticate<'a>(&'a self, _: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async { Err(self.0.clone()) })
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_is_503_unless_another_accepts() {
    let others =
        MemoryUserStore::new([("bob".to_owned(), PasswordHash::hash(&"yyy".into()).unwrap(), vec![])]);
    let others: Arc<dyn UserStore> = Arc::new(others.unwrap());
    for why in [AuthError::Unavailable("the reason".into()), AuthError::AuditFailed("the reason".into())] {
        let down = Down(why.clone());
        let service = behind(AuthLayer::new("x", [AuthMethod::basic(down), users().scopes(["write"])])).await;
        assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
        for header in [basic("bob", "yyy"), basic("alice", "no")] {
            let answer = service.get("/", Some(&header)).await;
            assert_eq!((answer.status, answer.body.as_str()), (503, "Service Unavailable"));
            assert!(answer.header("retry-after").is_some() && answer.header("www-authenticate").is_none());
        }
        assert_eq!(service.status(None).await, 401);
        // Several stores in one entry too.
        let stores = UserStoreChain::new([Arc::new(Down(why)) as Arc<dyn UserStore>, Arc::clone(&others)]);
        let service = behind(AuthLayer::new("x", [AuthMethod::basic(stores)])).await;
        assert_eq!(service.status(Some(&basic("bob", "yyy"))).await, 200);
        assert_eq!(service.status(Some(&basic("bob", "no"))).await, 503);
    }
}

#[tokio::test]
async fn layers_around_one_another_must_all_accept_and_one_user_counts() {
    let whoami = |user: UserDetails| async move { user.username };
    let app = Router::new()
        .route("/", get(whoami).layer(AuthLayer::new("x", [users().scopes(["write"])])))
        .layer(AuthLayer::new("x", [users().scopes(["read", "write"])]));
    let service = serve(app).await;
    assert_eq!(service.get("/", Some(&basic("alice", "xxx"))).await.body, "alice");
    assert_eq!(service.status(Some(&basic("bob", "yyy"))).await, 403);
}

#[tokio::test]
async fn a_handler_that_takes_a_user_needs_the_layer() {
    let service = serve(Router::new().route("/", get(|_: UserDetails| async {}))).await;
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 500);
}

#[test]
fn weakness_17_layers_with_one_store_share_it_and_show_nothing_of_it() {
    let store = Arc::new(
        MemoryUserStore::new([("a".to_owned(), PasswordHash::hash(&"hush".into()).unwrap(), vec![])])
            .unwrap(),
    );
    let entry = AuthMethod::basic(Arc::clone(&store));
    let layers = [AuthLayer::new("x", [entry.clone()]), AuthLayer::new("y", [entry.scopes(["z"])])];
    assert_eq!(Arc::strong_count(&store), 2, "one store, by its identity, and no key made of what it holds");
    let printed = format!("{layers:?}");
    assert!(!printed.contains("hush") && !printed.contains("argon2id"), "{printed}");
}
