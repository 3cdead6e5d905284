use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::super::AuthError;
use super::super::turns::{Asks, Turn, Turns};
use super::LdapConfig;
use super::connection::{Connection, Connector};
use super::trouble::Trouble;
use crate::Result;
use crate::types::SecretString;

/// A connection that was not used for so long is tried before it is used.
const TRY_AFTER: Duration = Duration::from_secs(5);
/// An older one is not used: the password with which it was made may have been changed.
const OLDEST: Duration = Duration::from_secs(600);
/// How many requests wait for each that is served at once.
const WAITING: usize = 16;

/// The connections of the look-ups, bound as the entry that may search.
pub(super) struct Pool {
    connector: Connector,
    name: String,
    password: SecretString,
    idle: Mutex<Vec<Connection>>,
    keeps: bool,
    turns: Turns,
    wait: Duration,
}

impl Pool {
    pub(super) fn new(config: &LdapConfig) -> Result<Self> {
        Ok(Self {
            connector: Connector::new(config)?,
            name: config.connection_name.clone(),
            password: config.connection_password.clone(),
            idle: Mutex::default(),
            keeps: config.connection_pooling_enabled,
            turns: Turns::new(config.connection_pool_size, config.connection_pool_size * WAITING),
            wait: config.connection_timeout,
        })
    }

    /// Leave to use connections.
    pub(super) async fn turn(&self, asks: Asks) -> std::result::Result<Turn, Trouble> {
        let turn = timeout(self.wait, self.turns.turn(asks)).await;
        turn.unwrap_or(Err(AuthError::Overloaded)).map_err(Trouble::Refused)
    }

    /// A connection, and whether it was made for this.
    pub(super) async fn take(&self) -> std::result::Result<(Connection, bool), Trouble> {
        loop {
            let Some(mut connection) = self.idle().pop() else {
                break;
            };
            let (old, unused) = connection.ages();
            if connection.is_closed() || old >= OLDEST {
                continue;
            }
            // Trying an old connection must not take longer than making a new one.
            if unused < TRY_AFTER || timeout(self.wait, connection.is_healthy()).await == Ok(true) {
                return Ok((connection, false));
            }
        }
        let mut connection = self.connector.open().await?;
        match connection.bind(&self.name, &self.password).await? {
            0 => Ok((connection, true)),
            code => Err(Trouble::Answer(format!("connection_name cannot bind (code {code})").into())),
        }
    }

    /// Takes a connection back that has served.
    pub(super) fn put(&self, connection: Connection) {
        if self.keeps {
            self.idle().push(connection);
        }
    }

    /// Ends all connections that wait.
    pub(super) fn clear(&self) {
        self.idle().clear();
    }

    /// How many connections wait.
    pub(super) fn waiting(&self) -> usize {
        self.idle().len()
    }

    /// A connection that nobody else uses, bound as nobody.
    pub(super) async fn own(&self) -> std::result::Result<Connection, Trouble> {
        self.connector.open().await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
