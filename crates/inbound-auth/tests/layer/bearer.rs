//! Bearer tokens: JSON Web Tokens and introspection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};
use twilio_sdk_inbound_auth::{
    AuthLayer, AuthMethod, AuthRules, IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig,
    JwtVerifier, ResourcePolicy,
};

use crate::service::{basic, behind, file, serve, users};
use crate::tokens::{ONE, TWO, claims, input, issuer, now};

fn config(keys: JwksSource) -> JwtConfig {
    let mut config = JwtConfig::new("wso2", "ballerina", keys);
    config.scope_claim = "scp".to_owned();
    config
}

fn key_file(name: &str, keys: &Value) -> JwksSource {
    JwksSource::File(file(name, &json!({"keys": keys}).to_string()))
}

fn jwt() -> AuthMethod {
    let keys = key_file("jwks.json", &json!([ONE.jwk()]));
    AuthMethod::bearer(JwtVerifier::new(config(keys)).unwrap())
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn with_scopes(scopes: Value) -> String {
    bearer(&ONE.token(&claims(json!({"scp": scopes}))))
}

#[tokio::test]
async fn scopes_of_a_token_are_a_text_or_a_list() {
    let service = behind(AuthLayer::new("x", [jwt().scopes(["write", "update"])])).await;
    for (scopes, status) in [
        (json!("write"), 200),
        (json!("read write update"), 200),
        (json!(["read", "write", "update"]), 200),
        (json!("read"), 403),
        (json!("read delete"), 403),
        (json!(["read", "delete"]), 403),
        (json!(["write", 1]), 403),
        (json!({"write": true}), 403),
        (json!(null), 403),
        (json!("WRITE"), 403),
    ] {
        let answer = service.get("/", Some(&with_scopes(scopes.clone()))).await;
        assert_eq!(answer.status, status, "{scopes}");
        let error = (status == 403).then_some("Bearer realm=\"x\", error=\"insufficient_scope\"");
        assert_eq!(answer.header("www-authenticate"), error, "{scopes}");
    }
    let wrong = service.get("/", Some("Bearer a.b.c")).await;
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer realm=\"x\", error=\"invalid_token\""));
    let none = service.get("/", None).await;
    assert_eq!((none.status, none.header("www-authenticate")), (401, Some("Bearer realm=\"x\"")));
    let any = behind(AuthLayer::new("x", [jwt()])).await;
    assert_eq!(any.get("/", Some(&with_scopes(json!(null)))).await.body, "admin:");
}

#[tokio::test]
async fn only_good_tokens_of_the_issuer_for_the_audience_are_believed() {
    let service = behind(AuthLayer::new("x", [jwt()])).await;
    let good = claims(json!({}));
    let token = ONE.token(&good);
    for accepted in [
        token.clone(),
        ONE.token(&claims(json!({"aud": ["other", "ballerina"]}))),
        ONE.token(&claims(json!({"nbf": now() - 5, "sub": null, "client_id": "app"}))),
        ONE.sign(&json!({"alg": "RS256"}), &good),
        ONE.sign(&json!({"alg": "RS256", "typ": "at+jwt", "kid": "one"}), &good),
    ] {
        assert_eq!(service.status(Some(&bearer(&accepted))).await, 200, "{accepted}");
    }
    assert_eq!(service.status(Some(&format!("bearer {token}"))).await, 200);

    let refused_claims = [
        json!({"iss": "other"}),
        json!({"iss": null}),
        json!({"iss": ["wso2"]}),
        json!({"aud": "other"}),
        json!({"aud": null}),
        json!({"aud": []}),
        json!({"exp": now() - 1}),
        json!({"exp": null}),
        json!({"exp": "2100-01-01"}),
        json!({"nbf": now() + 100}),
        json!({"nbf": "soon"}),
        json!({"sub": null}),
        json!({"sub": ""}),
    ];
    let mut refused: Vec<String> =
        refused_claims.into_iter().map(|others| ONE.token(&claims(others))).collect();
    // HMAC with the public key, as text and as bytes, and no signature at all.
    for key in [ONE.public_bytes(), ONE.jwk()["n"].as_str().unwrap().as_bytes().to_vec()] {
        let text = input(&json!({"alg": "HS256", "kid": "one"}), &good);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes());
        refused.push(format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag)));
    }
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = input(&json!({"alg": "RS256", "kid": "one"}), &claims(json!({"sub": "root"})));
    refused.extend([
        format!("{}.", input(&json!({"alg": "none"}), &good)),
        format!("{}.{signature}", input(&json!({"alg": "none", "kid": "one"}), &good)),
        format!("{signed}."),
        format!("{other}.{signature}"),
        format!("{signed}.{signature}.x"),
        signed.to_owned(),
        TWO.token(&good),
        TWO.sign(&json!({"alg": "RS256", "kid": "one"}), &good),
        TWO.sign(&json!({"alg": "RS256"}), &good),
        ONE.sign(&json!({"alg": "RS512", "kid": "one"}), &good),
        ONE.sign(&json!({"alg": "RS256", "kid": "other"}), &good),
        ONE.sign(&json!({"alg": "RS256", "kid": 1}), &good),
        ONE.sign(&json!({"alg": "RS256", "kid": "one", "crit": ["b64"]}), &good),
        ONE.sign(&json!({"alg": "RS256", "kid": "one", "typ": "logout+jwt"}), &good),
        ONE.sign(&json!({"alg": "RS256", "kid": "one"}), &json!(["wso2"])),
    ]);
    for token in &refused {
        let answer = service.get("/", Some(&bearer(token))).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, "Unauthorized"), "{token}");
    }
    let huge = "a".repeat(17 << 10);
    for header in
        ["Bearer", "Bearer ", "Bearer a b", "Bearer ü", &bearer(&huge), &format!("Basic {token}"), &token]
    {
        assert_eq!(service.status(Some(header)).await, 401, "{:.40}", header);
    }
    assert_eq!(service.get_with("/", &[&bearer(&token), &bearer(&token)]).await.status, 401);
}

#[tokio::test]
async fn clocks_may_differ_by_the_leeway() {
    let mut config = config(key_file("leeway.json", &json!([ONE.jwk()])));
    config.leeway = Duration::from_secs(60);
    let service = behind(AuthLayer::new("x", [AuthMethod::bearer(JwtVerifier::new(config).unwrap())])).await;
    for (others, status) in [
        (json!({"exp": now() - 20}), 200),
        (json!({"exp": now() - 90}), 401),
        (json!({"nbf": now() + 20}), 200),
        (json!({"nbf": now() + 120}), 401),
    ] {
        let token = ONE.token(&claims(others.clone()));
        assert_eq!(service.status(Some(&bearer(&token))).await, status, "{others}");
    }
}

#[test]
fn key_sets_and_settings_that_cannot_be_used_are_refused() {
    let mut secret = ONE.jwk();
    secret["kty"] = json!("oct");
    let mut encrypts = ONE.jwk();
    encrypts["use"] = json!("enc");
    for keys in [json!([]), json!([secret]), json!([encrypts]), json!({}), json!([1])] {
        let error = JwtVerifier::new(config(key_file("bad.json", &keys))).unwrap_err();
        assert!(!error.to_string().is_empty(), "{keys}");
    }
    assert!(JwtVerifier::new(config(JwksSource::File("no-such.json".into()))).is_err());
    let spoilt: [fn(&mut JwtConfig); 7] = [
        |c| c.issuer.clear(),
        |c| c.audience.clear(),
        |c| c.leeway = Duration::from_secs(301),
        |c| c.cache_ttl = Duration::ZERO,
        |c| c.jwks = JwksSource::Url("http://id.example.org/jwks".to_owned()),
        |c| c.jwks = JwksSource::Url("https://user:hush@id.example.org/jwks".to_owned()),
        |c| (c.jwks, c.timeout) = (JwksSource::Url("http://127.0.0.1/".to_owned()), Duration::ZERO),
    ];
    for spoil in spoilt {
        let mut config = config(key_file("good.json", &json!([ONE.jwk()])));
        spoil(&mut config);
        let error = JwtVerifier::new(config).unwrap_err();
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn keys_from_a_server_are_fetched_seldom_and_change_with_it() {
    let (server, issuer) = issuer().await;
    let mut config = config(JwksSource::Url(format!("http://{}/jwks", server.address)));
    config.min_refresh_interval = Duration::from_secs(3600);
    let bounded =
        behind(AuthLayer::new("x", [AuthMethod::bearer(JwtVerifier::new(config.clone()).unwrap())])).await;
    config.min_refresh_interval = Duration::from_nanos(1);
    let eager = behind(AuthLayer::new("x", [AuthMethod::bearer(JwtVerifier::new(config).unwrap())])).await;
    let (one, two) = (ONE.token(&claims(json!({}))), TWO.token(&claims(json!({}))));
    let asked = || issuer.key_requests.load(Ordering::SeqCst);

    for _ in 0..3 {
        assert_eq!(bounded.status(Some(&bearer(&one))).await, 200);
    }
    assert_eq!(asked(), 1);
    for _ in 0..5 {
        assert_eq!(bounded.status(Some(&bearer(&two))).await, 401);
    }
    assert_eq!(asked(), 1, "unknown keys do not let callers make requests");

    assert_eq!(eager.status(Some(&bearer(&one))).await, 200);
    *issuer.keys.lock().unwrap() = json!({"keys": [TWO.jwk()]});
    assert_eq!(eager.status(Some(&bearer(&two))).await, 200, "an unknown key is looked for");
    assert_eq!(eager.status(Some(&bearer(&one))).await, 401, "and one that is gone is gone");
    *issuer.status.lock().unwrap() = 500;
    assert_eq!(eager.status(Some(&bearer(&two))).await, 200, "keys stay good for a time");
}

#[tokio::test]
async fn tokens_whose_key_is_there_do_not_wait_for_another() {
    let (server, issuer) = issuer().await;
    let mut config = config(JwksSource::Url(format!("http://{}/jwks", server.address)));
    config.min_refresh_interval = Duration::from_nanos(1);
    config.timeout = Duration::from_secs(3600);
    let service =
        Arc::new(behind(AuthLayer::new("x", [AuthMethod::bearer(JwtVerifier::new(config).unwrap())])).await);
    let (one, two) = (bearer(&ONE.token(&claims(json!({})))), bearer(&TWO.token(&claims(json!({})))));
    assert_eq!(service.status(Some(&one)).await, 200);
    issuer.silent.store(true, Ordering::SeqCst);
    let waiting = Arc::clone(&service);
    let waits = tokio::spawn(async move { waiting.status(Some(&two)).await });
    while issuer.key_requests.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let answer = tokio::time::timeout(Duration::from_secs(60), service.status(Some(&one))).await;
    assert_eq!(answer.expect("it has its key"), 200);
    waits.abort();
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_503() {
    let (server, issuer) = issuer().await;
    let validator = |path: &str| {
        let mut config = config(JwksSource::Url(format!("http://{}{path}", server.address)));
        config.timeout = Duration::from_millis(200);
        config.min_refresh_interval = Duration::from_nanos(1);
        behind(AuthLayer::new("x", [AuthMethod::bearer(JwtVerifier::new(config).unwrap())]))
    };
    let token = bearer(&ONE.token(&claims(json!({}))));
    for path in ["/slow", "/nowhere"] {
        assert_eq!(validator(path).await.status(Some(&token)).await, 503, "{path}");
    }
    let service = validator("/jwks").await;
    *issuer.status.lock().unwrap() = 500;
    assert_eq!(service.status(Some(&token)).await, 503);
    assert_eq!(service.status(Some("Bearer a.b.c")).await, 401, "what is no token is nobody's question");
    *issuer.status.lock().unwrap() = 200;
    assert_eq!(service.status(Some(&token)).await, 200, "without a restart");
}

fn introspection(url: String) -> IntrospectionConfig {
    let mut config = IntrospectionConfig::new(url, "a client", "s:c/r&t");
    config.any_audience = true;
    config
}

fn asks(config: IntrospectionConfig) -> AuthMethod {
    AuthMethod::bearer(IntrospectionVerifier::new(config).unwrap())
}

#[tokio::test]
async fn tokens_are_good_where_their_server_says_so() {
    let (server, issuer) = issuer().await;
    let active = |others: Value| {
        let mut answer = json!({"active": true, "username": "alice", "scope": "write update"});
        answer.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
        answer
    };
    *issuer.tokens.lock().unwrap() = vec![
        ("good", active(json!({}))),
        ("reads", active(json!({"scope": "read"}))),
        ("list", active(json!({"scope": ["write"]}))),
        ("over", active(json!({"exp": now() - 1}))),
        ("early", active(json!({"nbf": now() + 100}))),
        ("nobody", active(json!({"username": null}))),
        ("odd", json!({"active": "true"})),
        ("silent", json!({})),
    ];
    let url = format!("http://{}/introspect", server.address);
    let service = behind(AuthLayer::new("x", [asks(introspection(url)).scopes(["write"])])).await;
    for (token, status) in [
        ("good", 200),
        ("reads", 403),
        ("list", 403),
        ("inactive", 401),
        ("over", 401),
        ("early", 401),
        ("nobody", 401),
        ("odd", 503),
        ("silent", 503),
    ] {
        assert_eq!(service.status(Some(&bearer(token))).await, status, "{token}");
    }
    assert_eq!(service.status(None).await, 401);
    // Form-encoded before it is Basic: RFC 6749, section 2.3.1.
    assert_eq!(issuer.credentials.lock().unwrap()[0], basic("a+client", "s%3Ac%2Fr%26t"));
    *issuer.status.lock().unwrap() = 401;
    assert_eq!(
        service.status(Some(&bearer("other"))).await,
        503,
        "our own credentials are wrong, not the user's"
    );
    assert_eq!(service.status(Some(&bearer("good"))).await, 200, "it is remembered");
}

#[tokio::test]
async fn good_tokens_are_remembered_for_a_short_time_and_never_longer_than_they_are_good() {
    let (server, issuer) = issuer().await;
    let good = |exp: i64| json!({"active": true, "sub": "alice", "exp": exp});
    *issuer.tokens.lock().unwrap() = vec![("long", good(now() + 600)), ("short", good(now() + 3))];
    let url = format!("http://{}/introspect", server.address);
    let with_ttl = |ttl: Duration| {
        let mut config = introspection(url.clone());
        config.cache_ttl = ttl;
        behind(AuthLayer::new("x", [asks(config)]))
    };
    let asked = || issuer.introspections.load(Ordering::SeqCst);
    let (hour, never) = (with_ttl(Duration::from_secs(3600)).await, with_ttl(Duration::ZERO).await);
    for (service, token, requests) in [
        (&hour, "long", 1),
        (&hour, "long", 1),
        (&never, "long", 2),
        (&never, "long", 3),
        (&hour, "x", 4),
        (&hour, "x", 5),
    ] {
        let expected = if token == "x" { 401 } else { 200 };
        assert_eq!(service.status(Some(&bearer(token))).await, expected);
        assert_eq!(asked(), requests, "{token}");
    }
    assert_eq!(hour.status(Some(&bearer("short"))).await, 200);
    // Its time is over long before the hour is; the server says so by the same answer.
    for _ in 0..100 {
        if hour.status(Some(&bearer("short"))).await == 401 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("a token is remembered after it has expired");
}

#[tokio::test]
async fn introspection_that_is_late_or_for_others_lets_nobody_in() {
    let (server, issuer) = issuer().await;
    *issuer.tokens.lock().unwrap() =
        vec![("good", json!({"active": true, "sub": "a", "iss": "wso2", "aud": ["x", "ballerina"]}))];
    let mut late = introspection(format!("http://{}/slow", server.address));
    late.timeout = Duration::from_millis(200);
    assert_eq!(behind(AuthLayer::new("x", [asks(late)])).await.status(Some("Bearer good")).await, 503);
    for (iss, aud, status) in
        [("wso2", "ballerina", 200), ("other", "ballerina", 401), ("wso2", "other", 401)]
    {
        let mut config = introspection(format!("http://{}/introspect", server.address));
        (config.issuer, config.audience) = (Some(iss.to_owned()), Some(aud.to_owned()));
        config.any_audience = false;
        assert_eq!(
            behind(AuthLayer::new("x", [asks(config)])).await.status(Some("Bearer good")).await,
            status
        );
    }
    let gone = introspection("http://127.0.0.1:1/introspect".to_owned());
    assert_eq!(behind(AuthLayer::new("x", [asks(gone)])).await.status(Some("Bearer good")).await, 503);
    for (url, id, secret) in [
        ("http://id.example.org/", "a", "b"),
        ("https://id.example.org/", "", "b"),
        ("https://id.example.org/", "a", ""),
        ("id.example.org", "a", "b"),
    ] {
        let mut config = IntrospectionConfig::new(url, id, secret);
        config.any_audience = true;
        assert!(IntrospectionVerifier::new(config).is_err(), "{url} {id} {secret}");
    }
    let printed = format!("{:?}", introspection("https://id.example.org/".to_owned()));
    assert!(!printed.contains("s:c/r&t"), "{printed}");
}

#[tokio::test]
async fn kinds_of_entries_follow_the_scheme_and_one_another() {
    let (server, issuer) = issuer().await;
    *issuer.tokens.lock().unwrap() = vec![("opaque", json!({"active": true, "sub": "o", "scope": "write"}))];
    let oauth2 = || asks(introspection(format!("http://{}/introspect", server.address)));
    let rules = AuthRules::new("x")
        .default_methods([oauth2().scopes(["write"]), users().scopes(["write"]), jwt().scopes(["write"])])
        .resource("jwt", ResourcePolicy::Methods(vec![jwt().scopes(["write"])]))
        .resource("delete", ResourcePolicy::RequireScopes(vec!["delete".to_owned()]));
    let bare = AuthRules::new("x")
        .default_methods([jwt()])
        .resource("write", ResourcePolicy::RequireScopes(vec!["write".to_owned(), "update".to_owned()]));
    let read = AuthRules::new("x")
        .default_methods([jwt().scopes(["read"])])
        .resource("write", ResourcePolicy::RequireScopes(vec!["write".to_owned(), "update".to_owned()]));
    let app = Router::new()
        .route("/", get(|| async {}).layer(rules.service_layer().unwrap()))
        .route("/jwt", get(|| async {}).layer(rules.resource_layer("jwt").unwrap()))
        .route("/delete", get(|| async {}).layer(rules.resource_layer("delete").unwrap()))
        .route("/bare", get(|| async {}).layer(bare.resource_layer("write").unwrap()))
        .route("/read", get(|| async {}).layer(read.resource_layer("write").unwrap()));
    let service = serve(app).await;
    let (write, reads) = (with_scopes(json!("write")), with_scopes(json!("read")));
    let (alice, bob) = (basic("alice", "xxx"), basic("bob", "yyy"));
    for (path, header, status) in [
        ("/", write.as_str(), 200),
        ("/", &reads, 403),
        ("/", "Bearer opaque", 200),
        ("/", "Bearer unknown", 401),
        ("/", &alice, 200),
        ("/", &bob, 403),
        // A token in place of a password, and a password in place of a token.
        ("/", &write.replace("Bearer", "Basic"), 401),
        ("/", &alice.replace("Basic", "Bearer"), 401),
        ("/", "Digest opaque", 401),
        ("/jwt", &write, 200),
        ("/jwt", "Bearer opaque", 401),
        ("/jwt", &alice, 401),
        ("/delete", &write, 403),
        ("/delete", &alice, 403),
        ("/delete", "Bearer opaque", 403),
        ("/bare", &write, 200),
        ("/bare", &reads, 403),
        ("/read", &write, 200),
        ("/read", &reads, 403),
    ] {
        assert_eq!(service.get(path, Some(header)).await.status, status, "{path} {header}");
    }
    let challenge = service.get("/", None).await;
    assert_eq!(
        challenge.header("www-authenticate"),
        Some("Basic realm=\"x\", charset=\"UTF-8\", Bearer realm=\"x\"")
    );
}
