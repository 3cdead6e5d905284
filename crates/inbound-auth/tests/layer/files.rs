//! Rules from files.

use axum::Router;
use axum::routing::get;
use serde_json::json;
use twilio_sdk_inbound_auth::{AuthRules, PasswordHash};

use crate::service::{basic, behind, file, serve};
use crate::tokens::{ONE, claims, issuer};

fn user(name: &str, password: &str, scopes: &str) -> String {
    let hash = PasswordHash::hash(&password.into()).unwrap();
    format!("[[auth.users]]\nusername = {name:?}\npassword_hash = {:?}\nscopes = [{scopes}]\n", hash.as_str())
}

#[tokio::test]
async fn a_file_declares_a_service_and_its_resources() {
    let (server, issuer) = issuer().await;
    *issuer.tokens.lock().unwrap() = vec![("opaque", json!({"active": true, "sub": "o", "scope": "audit"}))];
    file(
        "bank-users.toml",
        &[user("alice", "xxx", "\"read\", \"write\""), user("bob", "yyy", "\"read\"")].concat(),
    );
    file("bank-jwks.json", &json!({"keys": [ONE.jwk()]}).to_string());
    let text = format!(
        r#"
        [auth]
        realm = "bank"
        max_failures = 2
        failure_window = "1h"
        [[auth.default]]
        users_file = "bank-users.toml"
        scopes = ["read"]
        [[auth.default]]
        scopes = ["read"]
        jwt = {{ issuer = "wso2", audience = "ballerina", jwks_file = "bank-jwks.json", scope_claim = "scp", leeway = 1 }}
        [[auth.resources]]
        name = "transfer"
        scopes = ["write"]
        [[auth.resources]]
        name = "audit"
        [[auth.resources.methods]]
        scopes = ["audit"]
        [auth.resources.methods.introspection]
        url = "http://{address}/introspect"
        client_id = "bank"
        client_secret = "${{NO_SUCH_VARIABLE_OF_THE_TEST:-hush}}"
        any_audience = true
        cache_ttl = 0
        timeout = "5s"
        [[auth.resources]]
        name = "closed"
        methods = []
        "#,
        address = server.address
    );
    let rules = AuthRules::from_file(file("bank.toml", &text)).unwrap();
    let resource = |name: &str| get(|| async {}).layer(rules.resource_layer(name).unwrap());
    let app = Router::new()
        .route("/balance", get(|| async {}).layer(rules.service_layer().unwrap()))
        .route("/transfer", resource("transfer"))
        .route("/audit", resource("audit"))
        .route("/closed", resource("closed"));
    let service = serve(app).await;
    let token = format!("Bearer {}", ONE.token(&claims(json!({"scp": ["read"]}))));
    let (alice, bob) = (basic("alice", "xxx"), basic("bob", "yyy"));
    for (path, header, status) in [
        ("/balance", Some(alice.as_str()), 200),
        ("/balance", Some(&bob), 200),
        ("/balance", Some(&token), 200),
        ("/balance", None, 401),
        ("/balance", Some("Basic random"), 401),
        ("/transfer", Some(&alice), 200),
        ("/transfer", Some(&bob), 403),
        ("/transfer", Some(&token), 403),
        ("/transfer", None, 401),
        ("/transfer", Some(&basic("david", "zzz")), 401),
        ("/audit", Some("Bearer opaque"), 200),
        ("/audit", Some(&alice), 401),
        ("/closed", Some(&alice), 401),
        // Two wrong passwords, and the third is not looked at; by all routes, because the store is one. The right one is
        // remembered.
        ("/balance", Some(&basic("bob", "1")), 401),
        ("/transfer", Some(&basic("bob", "2")), 401),
        ("/balance", Some(&basic("bob", "3")), 429),
        ("/balance", Some(&bob), 200),
    ] {
        assert_eq!(service.get(path, header).await.status, status, "{path} {header:?}");
    }
    let challenge = service.get("/balance", None).await;
    assert!(challenge.header("www-authenticate").unwrap().contains("realm=\"bank\""));
    assert!(!format!("{rules:?}").contains("hush"));
}

#[tokio::test]
async fn weakness_18_users_are_read_again_when_their_file_changes() {
    let path = file("changing-users.toml", &user("alice", "xxx", ""));
    let rules = file("changing.toml", "[[auth.default]]\nusers_file = \"changing-users.toml\"\n");
    let service = behind(AuthRules::from_file(rules).unwrap().service_layer().unwrap()).await;
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
    std::fs::write(&path, [user("bob", "yyy", ""), user("carol", "zzz", "")].concat()).unwrap();
    let bob = basic("bob", "yyy");
    for _ in 0..100 {
        // Not more often than guessing is allowed in its window, were there no other failures.
        if service.status(Some(&bob)).await == 200 {
            assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 401);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    }
    panic!("the file is not read again");
}

#[test]
fn weakness_07_a_file_that_cannot_be_enforced_is_refused_with_everything_that_is_wrong() {
    file("some-users.toml", &user("alice", "xxx", ""));
    let problems = |text: &str| {
        let error = AuthRules::from_file(file("wrong.toml", text)).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
        error.problems().iter().map(|problem| problem.to_string()).collect::<Vec<_>>()
    };
    let table: &[(&str, &[&str])] = &[
        ("", &["auth: is missing"]),
        // Scopes for entries that are not there would leave the resource open.
        (
            "[[auth.resources]]\nname = \"transfer\"\nscopes = [\"write\"]\n",
            &[
                "auth.resources[0].scopes: the resource \"transfer\" has scopes, but there are no default methods",
            ],
        ),
        (
            "[[auth.resources]]\nname = \"x\"\n",
            &["auth.resources[0]: must have either `scopes` or `methods`"],
        ),
        (
            "[auth]\ndefault = []\nresources = [{ name = \"x\", scopes = [], methods = [] }, { methods = [] }]\n",
            &["auth.resources[0]: must have either", "auth.resources[1].name: is missing"],
        ),
        (
            "[auth]\nresources = [{ name = \"x\", methods = [] }, { name = \"x\", methods = [] }]\n",
            &["auth.resources: the resource \"x\" is declared twice"],
        ),
        ("[[auth.default]]\nscopes = [\"read\"]\n", &["auth.default[0]: must have one of `users_file`"]),
        (
            "[[auth.default]]\nusers_file = \"some-users.toml\"\njwt = {}\n",
            &[
                "auth.default[0]: must have one of",
                "auth.default[0].jwt.issuer",
                "auth.default[0].jwt.audience",
                "auth.default[0].jwt.jwks_url",
            ],
        ),
        (
            "[[auth.default]]\nusers_file = \"some-users.toml\"\nscope = [\"read\"]\n",
            &["auth.default[0].scope: "],
        ),
        (
            "[[auth.default]]\nusers_file = \"some-users.toml\"\nscopes = \"read\"\n",
            &["auth.default[0].scopes: must be a list"],
        ),
        ("[[auth.default]]\nusers_file = \"no-such-users.toml\"\n", &["auth.default[0].users_file: "]),
        (
            "[[auth.default]]\nldap = { bind_password = \"hush\" }\n",
            &[
                "auth.default[0].ldap.url",
                "auth.default[0].ldap.bind_dn",
                "auth.default[0].ldap.user_search_base",
            ],
        ),
        (
            "[[auth.default]]\nintrospection = { url = \"http://h/\", client_id = \"a\", client_secret = \"hush\", audience = \"b\" }\n",
            &["auth.default[0].introspection: url starts with http://"],
        ),
        (
            "[[auth.default]]\njwt = { issuer = \"a\", audience = \"b\", jwks_url = \"https://h/\", cache_ttl = 0 }\n",
            &["auth.default[0].jwt.cache_ttl: must be more than 0"],
        ),
        ("[auth]\nmax_failures = 0\nfailure_window = 0\n", &["auth.max_failures", "auth.failure_window"]),
    ];
    for (text, expected) in table {
        let found = problems(text);
        for problem in *expected {
            assert!(found.iter().any(|line| line.contains(problem)), "{text}: {found:#?}");
        }
        assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
    }
}
