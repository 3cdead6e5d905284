use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::json;
use twilio_sdk::inbound_auth::AuthRules;

use crate::figures::{Figures, at_pace};
use crate::service::{Attacker, From, behind, serve, status};

/// How many requests the issuer's server works on at once.
const WORKERS: usize = 16;

/// A user with a good token while an attacker sends random ones, each of which the issuer is asked for.
pub(crate) async fn run(time: Duration) -> Result<Option<Figures>> {
    let workers = Arc::new(tokio::sync::Semaphore::new(WORKERS));
    let introspect = move |form: Bytes| {
        let workers = Arc::clone(&workers);
        async move {
            let _turn = workers.acquire_owned().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            let active = form.starts_with(b"token=good&");
            json!({ "active": active, "sub": "alice", "aud": "bank" }).to_string()
        }
    };
    let issuer = serve(Router::new().route("/introspect", post(introspect))).await?;
    let folder = tempfile::tempdir()?;
    let rules = folder.path().join("auth.toml");
    let entry = format!(
        "[[auth.default]]\nintrospection = {{ url = \"http://{}/introspect\", client_id = \"bank\", client_secret = \
         \"hush\", audience = \"bank\", cache_ttl = 2, timeout = 5 }}\n",
        issuer.address
    );
    std::fs::write(&rules, entry)?;
    let service = behind(AuthRules::from_file(&rules)?.service_layer().context("no service")?).await?;
    let address = service.address;
    status(address, From::Users, "Bearer good").await;
    let attacker = Attacker::start(address, 300, Duration::ZERO, |attempt| format!("Bearer x{attempt}"));
    let users = move || async move { status(address, From::Users, "Bearer good").await };
    let mut figures = at_pace(time, Duration::from_millis(100), 200, users).await;
    figures.count(&attacker.stop().await, &[200, 401]);
    Ok(Some(figures))
}
