use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_postgres::Client;

use super::connection::connect;
use super::options::Target;
use super::tables;
use crate::AccessError;

/// How long recording a use waits for locks, and for other records of this process.
const WAIT: Duration = Duration::from_millis(200);

/// How long no use is recorded after one that waited too long.
const PAUSE: Duration = Duration::from_secs(1);

/// How long to wait for the connection.
const CONNECT: Duration = Duration::from_secs(3);

/// Records uses of keys on a connection of its own: on a shared one, reads would wait behind a record that waits for a lock.
#[derive(Default)]
pub(super) struct Noter(Mutex<State>);

#[derive(Default)]
struct State {
    client: Option<Client>,
    paused_until: Option<Instant>,
}

impl Noter {
    /// Records a use, or returns [`AccessError::Locked`] if that would take longer than a moment.
    pub(super) async fn note(
        &self,
        target: &Target,
        key: &str,
        used_at: i64,
        unless_after: i64,
    ) -> Result<(), AccessError> {
        let turn = tokio::time::timeout(WAIT, self.0.lock()).await;
        let mut state = turn.map_err(|_| AccessError::Locked)?;
        if state.paused_until.is_some_and(|until| Instant::now() < until) {
            return Err(AccessError::Locked);
        }
        // A connection that was lost since the last record is replaced once; the statement is idempotent.
        let noted = match state.client.take().filter(|client| !client.is_closed()) {
            None => state.try_note(target, key, used_at, unless_after).await,
            Some(client) => {
                state.client = Some(client);
                match state.try_note(target, key, used_at, unless_after).await {
                    Err(AccessError::Store(_)) => state.try_note(target, key, used_at, unless_after).await,
                    noted => noted,
                }
            }
        };
        state.paused_until =
            matches!(noted, Err(AccessError::Locked)).then(|| Instant::now().checked_add(PAUSE)).flatten();
        noted
    }
}

impl State {
    async fn try_note(
        &mut self,
        target: &Target,
        key: &str,
        used_at: i64,
        unless_after: i64,
    ) -> Result<(), AccessError> {
        let client = match self.client.take() {
            Some(client) => client,
            None => connected(target).await?,
        };
        let note = tables::touch(&client, WAIT, key, used_at, unless_after);
        // A connection with an error or without a response in time is closed.
        let noted =
            tokio::time::timeout(WAIT.saturating_mul(3), note).await.map_err(|_| AccessError::Locked)?;
        if !matches!(noted, Err(AccessError::Store(_))) {
            self.client = Some(client);
        }
        noted
    }
}

/// Opens another connection, which the server may not have free.
async fn connected(target: &Target) -> Result<Client, AccessError> {
    let connecting = connect(target, WAIT.min(target.timeout));
    match tokio::time::timeout(CONNECT.min(target.timeout), connecting).await {
        Ok(Ok(client)) => Ok(client),
        failed => {
            let error = failed.ok().and_then(Result::err).unwrap_or(AccessError::Locked);
            tracing::warn!(
                target: "twilio_sdk::access",
                %error,
                "the last use of a key is not recorded: no connection to PostgreSQL is free"
            );
            Err(AccessError::Locked)
        }
    }
}
