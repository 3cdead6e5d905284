//! An issuer of tokens: its key, its key set, its introspection.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::service::{Service, serve};

/// A key for RS256 with a name.
pub(crate) struct Signer {
    kid: &'static str,
    pair: RsaKeyPair,
}

/// Making a key takes time, so the tests share two.
pub(crate) static ONE: LazyLock<Signer> = LazyLock::new(|| Signer::new("one"));
pub(crate) static TWO: LazyLock<Signer> = LazyLock::new(|| Signer::new("two"));

impl Signer {
    fn new(kid: &'static str) -> Self {
        let generated = Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
            .output()
            .expect("the program openssl makes the test's key");
        let der = PrivatePkcs8KeyDer::from_pem_slice(&generated.stdout).unwrap();
        Self { kid, pair: RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap() }
    }

    pub(crate) fn jwk(&self) -> Value {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": number(&public.n),
            "e": number(&public.e),
        })
    }

    /// The public key as those who mix up algorithms take it for a secret.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = input(header, claims);
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "RS256", "typ": "JWT", "kid": self.kid}), claims)
    }
}

pub(crate) fn input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

/// Good claims, with others in their place.
pub(crate) fn claims(others: Value) -> Value {
    let mut claims = json!({"iss": "wso2", "aud": "ballerina", "sub": "admin", "exp": now() + 600});
    for (name, value) in others.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

/// What the issuer's server answers, and how often it was asked.
#[derive(Default)]
pub(crate) struct Issuer {
    pub(crate) keys: Mutex<Value>,
    pub(crate) key_requests: AtomicUsize,
    /// Whether requests for the keys are left without an answer.
    pub(crate) silent: AtomicBool,
    /// The answer of the introspection for tokens by name; others are not active.
    pub(crate) tokens: Mutex<Vec<(&'static str, Value)>>,
    pub(crate) introspections: AtomicUsize,
    /// The status of all answers.
    pub(crate) status: Mutex<u16>,
    pub(crate) credentials: Mutex<Vec<String>>,
}

pub(crate) async fn issuer() -> (Service, Arc<Issuer>) {
    let issuer = Arc::new(Issuer {
        keys: Mutex::new(json!({"keys": [ONE.jwk()]})),
        status: Mutex::new(200),
        ..Issuer::default()
    });
    let app = Router::new()
        .route("/jwks", get(key_set))
        .route("/introspect", post(introspect))
        .route("/slow", get(std::future::pending::<()>).post(std::future::pending::<()>))
        .with_state(Arc::clone(&issuer));
    (serve(app).await, issuer)
}

async fn key_set(State(issuer): State<Arc<Issuer>>) -> (StatusCode, String) {
    issuer.key_requests.fetch_add(1, Ordering::SeqCst);
    if issuer.silent.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    let status = *issuer.status.lock().unwrap();
    (StatusCode::from_u16(status).unwrap(), issuer.keys.lock().unwrap().to_string())
}

async fn introspect(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> (StatusCode, String) {
    issuer.introspections.fetch_add(1, Ordering::SeqCst);
    let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    issuer.credentials.lock().unwrap().extend(authorization);
    let form = String::from_utf8(form.to_vec()).unwrap();
    let tokens = issuer.tokens.lock().unwrap();
    let found = tokens.iter().find(|(name, _)| form.starts_with(&format!("token={name}&")));
    let answer = found.map_or_else(|| json!({"active": false}), |(_, answer)| answer.clone());
    let status = *issuer.status.lock().unwrap();
    (StatusCode::from_u16(status).unwrap(), answer.to_string())
}
