//! Key sets that are slow or fail, and what an attacker makes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use twilio_sdk_inbound_auth::{AuthLayer, AuthMethod, JwksSource, JwtConfig, JwtVerifier};

use crate::service::{Service, behind, serve};
use crate::tokens::{ONE, TWO, claims};

/// An issuer that responds as often as it is let.
struct Issuer {
    service: Service,
    asked: Arc<AtomicUsize>,
    responses: Arc<Semaphore>,
}

/// The first so many responses are errors.
async fn issuer(errors: usize) -> Issuer {
    let (asked, responses) = (Arc::<AtomicUsize>::default(), Arc::new(Semaphore::new(0)));
    let (count, gate) = (Arc::clone(&asked), Arc::clone(&responses));
    let jwks = move || {
        let (count, gate) = (Arc::clone(&count), Arc::clone(&gate));
        async move {
            let number = count.fetch_add(1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
            let status = if number < errors { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
            (status, json!({"keys": [ONE.jwk()]}).to_string())
        }
    };
    let service = serve(Router::new().route("/jwks", get(jwks))).await;
    Issuer { service, asked, responses }
}

impl Issuer {
    async fn protects(&self, set: impl FnOnce(&mut JwtConfig)) -> Arc<Service> {
        let url = format!("http://{}/jwks", self.service.address);
        let mut config = JwtConfig::new("wso2", "ballerina", JwksSource::Url(url));
        config.timeout = Duration::from_secs(60);
        set(&mut config);
        let validator = JwtVerifier::new(config).unwrap();
        Arc::new(behind(AuthLayer::new("x", [AuthMethod::bearer(validator)])).await)
    }

    async fn is_asked(&self, times: usize) {
        while self.asked.load(Ordering::SeqCst) < times {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn good() -> String {
    format!("Bearer {}", ONE.token(&claims(json!({}))))
}

fn unknown() -> String {
    format!("Bearer {}", TWO.token(&claims(json!({}))))
}

/// Sends a request and ends the connection without waiting for the response.
async fn hang_up(service: &Service, authorization: &str) -> TcpStream {
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn review_02_a_request_that_hangs_up_neither_ends_a_fetch_nor_uses_up_its_pause() {
    let issuer = issuer(0).await;
    let service = issuer.protects(|config| config.min_refresh_interval = Duration::from_secs(3600)).await;
    let attacker = hang_up(&service, &unknown()).await;
    issuer.is_asked(1).await;
    drop(attacker);
    // Until the service has seen that the connection ended.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let users: Vec<_> = (0..10)
        .map(|_| {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.status(Some(&good())).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    issuer.responses.add_permits(10);
    for user in users {
        assert_eq!(user.await.unwrap(), 200);
    }
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1, "one fetch for all");
}

#[tokio::test]
async fn review_02_unknown_keys_do_not_delay_tokens_whose_key_is_known() {
    let issuer = issuer(0).await;
    let service = issuer
        .protects(|config| {
            config.min_refresh_interval = Duration::from_nanos(1);
            config.cache_ttl = Duration::from_secs(3);
        })
        .await;
    issuer.responses.add_permits(1);
    assert_eq!(service.status(Some(&good())).await, 200);
    // From now on the issuer is silent. The keys grow old, but are good for their time once more.
    let attackers: Vec<_> = (0..20)
        .map(|_| {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.status(Some(&unknown())).await })
        })
        .collect();
    issuer.is_asked(2).await;
    tokio::time::sleep(Duration::from_millis(3100)).await;
    let user = tokio::time::timeout(Duration::from_millis(2500), service.status(Some(&good()))).await;
    assert_eq!(user.expect("it does not wait for the issuer"), 200);
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 2, "one fetch for all unknown keys");
    issuer.responses.add_permits(10);
    for attacker in attackers {
        assert_eq!(attacker.await.unwrap(), 401);
    }
}

#[tokio::test]
async fn review_02_a_fetch_that_failed_is_repeated_soon_and_unknown_keys_are_not_judged_by_it() {
    let issuer = issuer(1).await;
    issuer.responses.add_permits(100);
    let service = issuer.protects(|config| config.min_refresh_interval = Duration::from_secs(3600)).await;
    assert_eq!(service.status(Some(&good())).await, 503);
    assert_eq!(service.status(Some(&unknown())).await, 503, "no key set says that the token is wrong");
    for _ in 0..300 {
        if service.status(Some(&good())).await == 200 {
            assert_eq!(issuer.asked.load(Ordering::SeqCst), 2);
            assert_eq!(service.status(Some(&unknown())).await, 401);
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the keys are not fetched again");
}
