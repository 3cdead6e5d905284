use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use twilio_sdk::inbound_auth::{AuthLayer, AuthMethod, JwksSource, JwtConfig, JwtVerifier};

use crate::figures::{Figures, at_pace};
use crate::service::{From, behind, connect, head, serve, status};

/// Users with good tokens while an attacker sends tokens with unknown key ids and hangs up; the key set takes 150 ms.
pub(crate) async fn run(time: Duration) -> Result<Option<Figures>> {
    let Some(pair) = pair()? else { return Ok(None) };
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
    let (n, e) = (URL_SAFE_NO_PAD.encode(&public.n), URL_SAFE_NO_PAD.encode(&public.e));
    let keys = json!({ "keys": [{ "kty": "RSA", "kid": "one", "n": n, "e": e }] }).to_string();
    let jwks = move || {
        let keys = keys.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            keys
        }
    };
    let issuer = serve(Router::new().route("/jwks", get(jwks))).await?;
    let source = JwksSource::Url(format!("http://{}/jwks", issuer.address));
    let mut config = JwtConfig::new("issuer", "bank", source);
    (config.cache_ttl, config.min_refresh_interval) = (Duration::from_secs(2), Duration::from_secs(1));
    let service = behind(AuthLayer::new("x", [AuthMethod::bearer(JwtVerifier::new(config)?)])).await?;
    let address = service.address;
    let unknown = format!("Bearer {}", token(&pair, "another")?);
    let (stop, attempts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let attackers: Vec<_> = (0..8)
        .map(|_| {
            let (stop, attempts, head) = (Arc::clone(&stop), Arc::clone(&attempts), head(&unknown));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    if let Ok(mut stream) = connect(address, From::Attacker).await {
                        let _ = stream.write_all(head.as_bytes()).await;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        attempts.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let good = format!("Bearer {}", token(&pair, "one")?);
    let users = move || {
        let good = good.clone();
        async move { status(address, From::Users, &good).await }
    };
    let mut figures = at_pace(time, Duration::from_millis(50), 200, users).await;
    stop.store(true, Ordering::Relaxed);
    for attacker in attackers {
        attacker.await?;
    }
    figures.refused = attempts.load(Ordering::Relaxed);
    Ok(Some(figures))
}

/// A key by the program openssl, where there is one.
fn pair() -> Result<Option<RsaKeyPair>> {
    let mut openssl = Command::new("openssl");
    openssl.args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    let Ok(made) = openssl.output() else { return Ok(None) };
    let der =
        PrivatePkcs8KeyDer::from_pem_slice(&made.stdout).map_err(|_| anyhow!("openssl makes no key"))?;
    Ok(Some(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|error| anyhow!("{error}"))?))
}

fn token(pair: &RsaKeyPair, kid: &str) -> Result<String> {
    let exp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() + 3600;
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "RS256", "kid": kid }));
    let claims = part(json!({ "iss": "issuer", "aud": "bank", "sub": "alice", "exp": exp }));
    let input = format!("{header}.{claims}");
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
        .ok()
        .context("signing fails")?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
