use std::future::Future;
use std::time::Duration;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::options::Target;
use crate::AccessError;

/// How long a program that stopped in the middle of a change delays others.
const IDLE_IN_CHANGE: Duration = Duration::from_secs(60);

/// Connects. A task drives the connection until the client is dropped. Statements wait for locks for `lock_wait`, and take at
/// most twice as long.
pub(super) async fn connect(target: &Target, lock_wait: Duration) -> Result<Client, AccessError> {
    let connecting = tokio::time::timeout(target.timeout, target.config.connect(target.tls.clone())).await;
    let (client, connection) = match connecting {
        Ok(connected) => connected.map_err(|error| failed("connecting", &error))?,
        Err(_) => return Err(no_response("connecting")),
    };
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(target: "twilio_sdk::access", error = %text(&error), "the connection to PostgreSQL was closed");
        }
    });
    let wait = lock_wait.as_millis().max(1);
    let settings = format!(
        "SET lock_timeout = {wait}; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}",
        wait.saturating_mul(2),
        IDLE_IN_CHANGE.as_millis()
    );
    within(target.timeout, "setting the connection up", client.batch_execute(&settings)).await?;
    Ok(client)
}

/// Waits for a response. The server times out earlier, unless it is unreachable.
pub(super) async fn within<T>(
    timeout: Duration,
    what: &str,
    response: impl Future<Output = Result<T, Error>>,
) -> Result<T, AccessError> {
    let limit = timeout.saturating_mul(2).saturating_add(Duration::from_secs(1));
    match tokio::time::timeout(limit, response).await {
        Ok(response) => response.map_err(|error| failed(what, &error)),
        Err(_) => Err(no_response(what)),
    }
}

fn no_response(what: &str) -> AccessError {
    AccessError::Store(format!("PostgreSQL: {what}: the server did not respond in time"))
}

fn failed(what: &str, error: &Error) -> AccessError {
    match error.code() {
        Some(
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::QUERY_CANCELED,
        ) => AccessError::Locked,
        _ => AccessError::Store(format!("PostgreSQL: {what}: {}", text(error))),
    }
}

/// Returns the error message with its causes, without the server's details, which may show values.
fn text(error: &Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
