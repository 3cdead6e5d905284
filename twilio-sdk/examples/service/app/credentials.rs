//! Replaces Twilio's API key while the service runs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;

use super::Service;
use super::people::Person;
use super::problem::{Problem, object};
use super::service::ENTRY;

/// Stores and uses the key `{"account_sid", "api_key", "api_secret"}`.
pub async fn replace(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let vault = service.vault.get(&actor).await?.with_actor(actor.name());
    let key = object(&body, &["account_sid", "api_key", "api_secret"])?;
    let replace = move || -> Result<(), Problem> {
        let _one_at_a_time = service.replacing();
        let before = vault.get(ENTRY)?;
        vault.set(ENTRY, key, None)?;
        service.reconnect(&actor).map_err(|error| {
            eprintln!("the old key stays in use: {error}");
            match vault.set(ENTRY, before.value().clone(), None) {
                Ok(_) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the key is not usable"),
                Err(error) => error.into(),
            }
        })
    };
    tokio::task::spawn_blocking(replace).await.map_err(Problem::unavailable)??;
    Ok(StatusCode::NO_CONTENT)
}
