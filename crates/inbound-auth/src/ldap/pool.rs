use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::LdapConfig;
use super::connection::{Connection, Connector};
use super::trouble::Trouble;
use crate::AuthError;
use crate::turns::{Asks, Turn, Turns};
use twilio_sdk_config::ConfigError;
use twilio_sdk_types::SecretString;

/// An idle connection of this age is tested before it is used.
const TRY_AFTER: Duration = Duration::from_secs(5);
/// A connection of this age is closed: the password with which it was bound may have been changed.
const OLDEST: Duration = Duration::from_secs(600);
/// The number of waiting requests for each one that is processed.
const WAITING: usize = 16;

/// The connections of look-ups, bound as [`LdapConfig::bind_dn`].
pub(super) struct Pool {
    connector: Connector,
    name: String,
    password: SecretString,
    idle: Mutex<Vec<Connection>>,
    keeps_idle: bool,
    turns: Turns,
    wait: Duration,
}

impl Pool {
    pub(super) fn new(config: &LdapConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            connector: Connector::new(config)?,
            name: config.bind_dn.clone(),
            password: config.bind_password.clone(),
            idle: Mutex::default(),
            keeps_idle: config.pool_connections,
            turns: Turns::new(config.pool_size, config.pool_size * WAITING),
            wait: config.connection_timeout,
        })
    }

    /// Waits for a turn to use connections.
    pub(super) async fn turn(&self, asks: Asks) -> Result<Turn, Trouble> {
        let turn = timeout(self.wait, self.turns.turn(asks)).await;
        turn.unwrap_or(Err(AuthError::Overloaded)).map_err(Trouble::Rejected)
    }

    /// Returns a connection, and whether it is new.
    pub(super) async fn take(&self) -> Result<(Connection, bool), Trouble> {
        loop {
            let Some(mut connection) = self.idle().pop() else {
                break;
            };
            let (old, unused) = connection.ages();
            if connection.is_closed() || old >= OLDEST {
                continue;
            }
            // Testing an old connection must not take longer than opening a new one.
            if unused < TRY_AFTER || timeout(self.wait, connection.is_healthy()).await == Ok(true) {
                return Ok((connection, false));
            }
        }
        let mut connection = self.connector.open().await?;
        match connection.bind(&self.name, &self.password).await? {
            0 => Ok((connection, true)),
            code => Err(Trouble::Response(
                format!("bind_dn cannot bind: result code {code}; check bind_dn and bind_password").into(),
            )),
        }
    }

    /// Returns a connection to the pool.
    pub(super) fn put(&self, connection: Connection) {
        if self.keeps_idle {
            self.idle().push(connection);
        }
    }

    /// Closes all idle connections.
    pub(super) fn clear(&self) {
        self.idle().clear();
    }

    /// Returns the number of idle connections.
    pub(super) fn idle_count(&self) -> usize {
        self.idle().len()
    }

    /// Opens a connection that is not bound and not shared.
    pub(super) async fn open(&self) -> Result<Connection, Trouble> {
        self.connector.open().await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
