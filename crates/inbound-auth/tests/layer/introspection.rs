//! For whom a token is, whose it is, and how many are asked for at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use twilio_sdk_inbound_auth::{
    AuthLayer, AuthMethod, AuthRules, IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig,
    JwtVerifier, UserDetails,
};

use crate::service::{basic, behind, file, serve, users};
use crate::tokens::{ONE, claims, issuer};

fn config(url: &str) -> IntrospectionConfig {
    IntrospectionConfig::new(url, "bank", "hush")
}

#[tokio::test]
async fn review_12_tokens_of_other_services_are_rejected_unless_that_is_said() {
    let (server, issuer) = issuer().await;
    let active = |audience: Value| json!({"active": true, "sub": "alice", "aud": audience});
    *issuer.tokens.lock().unwrap() = vec![
        ("own", active(json!("bank"))),
        ("both", active(json!(["shop", "bank"]))),
        ("other", active(json!("shop"))),
        ("none", active(json!(null))),
    ];
    let url = format!("http://{}/introspect", server.address);
    let error = IntrospectionVerifier::new(config(&url)).unwrap_err();
    assert!(error.to_string().contains("any_audience = true"), "{error}");
    for audience in ["", " "] {
        let mut empty = config(&url);
        empty.audience = Some(audience.to_owned());
        assert!(IntrospectionVerifier::new(empty).unwrap_err().to_string().contains("audience"));
    }
    let mut contradictory = config(&url);
    (contradictory.audience, contradictory.any_audience) = (Some("bank".to_owned()), true);
    assert!(IntrospectionVerifier::new(contradictory).unwrap_err().to_string().contains("any_audience"));

    let (mut bank, mut any) = (config(&url), config(&url));
    bank.audience = Some("bank".to_owned());
    any.any_audience = true;
    for (config, expected) in [(bank, [200, 200, 401, 401]), (any, [200, 200, 200, 200])] {
        let layer = AuthLayer::new("x", [AuthMethod::bearer(IntrospectionVerifier::new(config).unwrap())]);
        let service = behind(layer).await;
        for (token, status) in ["own", "both", "other", "none"].into_iter().zip(expected) {
            assert_eq!(service.status(Some(&format!("Bearer {token}"))).await, status, "{token}");
        }
    }
}

#[test]
fn review_12_an_empty_variable_in_a_key_that_decides_is_an_error_with_file_and_key() {
    file("review-users.toml", "[auth]\nusers = []\n");
    file("review-jwks.json", &json!({"keys": [ONE.jwk()]}).to_string());
    // Cargo sets this variable, and it is empty; the other way to an empty value is an empty default.
    for empty in ["${CARGO_PKG_VERSION_PRE}", "${NO_SUCH_VARIABLE_OF_THE_TEST:-}"] {
        let jwt = |key: &str| {
            let mut keys = vec![("issuer", "a"), ("audience", "b"), ("jwks_file", "review-jwks.json")];
            keys.retain(|(name, _)| *name != key);
            let keys: String = keys.iter().map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
            format!("[[auth.default]]\n[auth.default.jwt]\n{keys}{key} = \"{empty}\"\n")
        };
        let asks = |key: &str| {
            let audience = if key == "audience" { "" } else { "audience = \"bank\"\n" };
            format!(
                "[[auth.default]]\n[auth.default.introspection]\nurl = \"https://h/\"\nclient_id = \"a\"\nclient_secret = \
                 \"b\"\n{audience}{key} = \"{empty}\"\n"
            )
        };
        let mut cases = vec![
            ("auth.default[0].users_file", format!("[[auth.default]]\nusers_file = \"{empty}\"\n")),
            (
                "auth.default[0].scopes[0]",
                format!("[[auth.default]]\nusers_file = \"review-users.toml\"\nscopes = [\"{empty}\"]\n"),
            ),
            (
                "auth.resources[0].scopes[0]",
                format!("[auth]\nservice = []\n[[auth.resources]]\nname = \"x\"\nscopes = [\"{empty}\"]\n"),
            ),
            ("auth.max_failures", format!("[auth]\nservice = []\nmax_failures = \"{empty}\"\n")),
        ];
        for key in ["issuer", "audience", "jwks_file", "scope_claim"] {
            cases.push((key, jwt(key)));
        }
        for key in ["issuer", "audience", "scope_claim", "any_audience"] {
            cases.push((key, asks(key)));
        }
        if !empty.contains(":-") {
            // Not empty as a whole, but `/users.toml` is another file than the one that was meant.
            cases.push((
                "auth.default[0].users_file",
                format!("[[auth.default]]\nusers_file = \"{empty}/users.toml\"\n"),
            ));
        }
        for (key, text) in cases {
            let path = file("review-12.toml", &text);
            let error = AuthRules::from_file(&path).unwrap_err();
            let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
            let named = problems
                .iter()
                .any(|problem| problem.contains(key) && problem.contains("a variable that is empty"));
            assert!(named, "{key}: {problems:#?}\n{text}");
            assert!(error.to_string().contains("review-12.toml"), "{error}");
        }
        let users = format!(
            "[[auth.users]]\nusername = \"a\"\npassword_hash = \"{empty}\"\nscopes = [\"{empty}\"]\n"
        );
        let error =
            twilio_sdk_inbound_auth::FileUserStore::open(file("review-12-users.toml", &users)).unwrap_err();
        assert_eq!(error.problems().len(), 2, "{error}");
    }
    let missing = "[[auth.default]]\nintrospection = { url = \"https://h/\", client_id = \"a\", client_secret = \"b\" }\n";
    let error = AuthRules::from_file(file("review-12.toml", missing)).unwrap_err();
    let problem = error.problems()[0].to_string();
    assert!(problem.contains("auth.default[0].introspection.audience"), "{problem}");
    assert!(problem.contains("any_audience = true"), "{problem}");
}

#[tokio::test]
async fn review_19_the_entry_and_the_issuer_are_known_and_sub_names_the_user() {
    let (server, issuer) = issuer().await;
    let active = |mut others: Value| {
        others["active"] = json!(true);
        others
    };
    *issuer.tokens.lock().unwrap() = vec![
        (
            "both",
            active(json!({"sub": "4711", "username": "alice", "client_id": "app", "iss": "https://id"})),
        ),
        ("name", active(json!({"username": "alice"}))),
        ("empty", active(json!({"sub": "", "username": "alice"}))),
        ("client", active(json!({"client_id": "alice"}))),
    ];
    let mut asked = config(&format!("http://{}/introspect", server.address));
    asked.any_audience = true;
    let keys = file("review-19-jwks.json", &json!({"keys": [ONE.jwk()]}).to_string());
    let jwt = JwtVerifier::new(JwtConfig::new("wso2", "ballerina", JwksSource::File(keys))).unwrap();
    let layer = AuthLayer::new(
        "x",
        [
            users().name("staff"),
            AuthMethod::bearer(jwt),
            AuthMethod::bearer(IntrospectionVerifier::new(asked).unwrap()).name("opaque"),
        ],
    );
    let whoami = |user: UserDetails| async move {
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        format!("{} {} {}", user.username, text(user.auth_method), text(user.issuer))
    };
    let service = serve(Router::new().route("/", get(whoami)).layer(layer)).await;
    let signed = format!("Bearer {}", ONE.token(&claims(json!({"sub": "alice"}))));
    for (authorization, expected) in [
        (basic("alice", "xxx"), "alice staff -"),
        (signed, "alice bearer wso2"),
        ("Bearer both".to_owned(), "4711 opaque https://id"),
        ("Bearer name".to_owned(), "alice opaque -"),
        ("Bearer empty".to_owned(), "alice opaque -"),
    ] {
        assert_eq!(service.get("/", Some(&authorization)).await.body, expected, "{authorization}");
    }
    assert_eq!(service.status(Some("Bearer client")).await, 401, "a client is no user of the same name");
}

#[tokio::test]
async fn review_07_introspections_in_flight_are_bounded() {
    let (asked, most) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (running, gate) = (Arc::<AtomicUsize>::default(), Arc::new(Semaphore::new(0)));
    let introspect = {
        let (asked, most, gate) = (Arc::clone(&asked), Arc::clone(&most), Arc::clone(&gate));
        move || {
            let (asked, most, gate) = (Arc::clone(&asked), Arc::clone(&most), Arc::clone(&gate));
            let running = Arc::clone(&running);
            async move {
                asked.fetch_add(1, Ordering::SeqCst);
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                running.fetch_sub(1, Ordering::SeqCst);
                json!({"active": false}).to_string()
            }
        }
    };
    let server = serve(Router::new().route("/introspect", post(introspect))).await;
    let mut bounded = config(&format!("http://{}/introspect", server.address));
    (bounded.any_audience, bounded.max_in_flight) = (true, 2);
    bounded.timeout = std::time::Duration::from_secs(60);
    let layer = AuthLayer::new("x", [AuthMethod::bearer(IntrospectionVerifier::new(bounded).unwrap())]);
    let service = Arc::new(behind(layer).await);
    let requests: Vec<_> = (0..30)
        .map(|number| {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.get("/", Some(&format!("Bearer x{number}"))).await })
        })
        .collect();
    // All but those in flight and in the queue have their response before the server gives its first.
    let refused = || requests.iter().filter(|request| request.is_finished()).count();
    while refused() < 22 || asked.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    gate.add_permits(100);
    let mut statuses = Vec::new();
    for request in requests {
        let response = request.await.unwrap();
        assert_eq!(response.status == 503, response.header("retry-after").is_some());
        statuses.push(response.status);
    }
    let count = |status: u16| statuses.iter().filter(|&&other| other == status).count();
    assert_eq!((count(503), count(401)), (22, 8), "two in flight, and three quarters of eight places");
    assert_eq!((asked.load(Ordering::SeqCst), most.load(Ordering::SeqCst)), (8, 2));
}
