mod connection;
mod noter;
mod options;
mod tables;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::{Client, IsolationLevel};

use self::connection::{connect, within};
use self::noter::Noter;
pub use self::options::PostgresOptions;
use self::options::Target;
use super::{AccessStore, ChangeFn, StoreFuture, blocking, to_number};
use crate::{AccessError, KeyRecord, StoreSnapshot, UserRecord};

/// A store in PostgreSQL, for programs on several machines.
///
/// It creates the tables `twilio_access_users`, `twilio_access_keys`, `twilio_access_bindings` and `twilio_access_version` in the
/// first schema of the `search_path` if they are missing. If they exist, `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the first
/// three and `SELECT` on the fourth are enough.
///
/// A change locks the first two tables against other changes, on all machines, until it is committed. Reads wait for no lock:
/// changes and records of last use have connections of their own, and a use is not recorded while a change is made. A lost
/// connection is replaced at the next operation.
#[derive(Clone)]
pub struct PostgresAccessStore {
    target: Arc<Target>,
    /// For single statements, several of which may be in flight.
    shared: Arc<Mutex<Option<Arc<Client>>>>,
    /// For changes.
    own: Arc<Mutex<Option<Client>>>,
    noter: Arc<Noter>,
}

impl PostgresAccessStore {
    /// Connects with the defaults of [`PostgresOptions`].
    ///
    /// # Errors
    ///
    /// The same errors as [`PostgresOptions::connect`].
    pub async fn connect(url: impl Into<twilio_sdk_types::SecretString>) -> Result<Self, AccessError> {
        PostgresOptions::new(url).connect().await
    }

    async fn open(target: Target) -> Result<Self, AccessError> {
        let mut client = connect(&target, target.timeout).await?;
        tables::ensure(&mut client, target.timeout).await?;
        let own = Arc::new(Mutex::new(Some(client)));
        Ok(Self { target: Arc::new(target), shared: Arc::default(), own, noter: Arc::default() })
    }

    async fn shared(&self) -> Result<Arc<Client>, AccessError> {
        let mut shared = self.turn(&self.shared).await?;
        if let Some(client) = shared.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(connect(&self.target, self.target.timeout).await?);
        *shared = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Locks a mutex, for no longer than the server's timeout: of many tasks that wait while the server does not respond, each
    /// fails in that time.
    async fn turn<'m, T>(&self, mutex: &'m Mutex<T>) -> Result<MutexGuard<'m, T>, AccessError> {
        tokio::time::timeout(self.target.timeout, mutex.lock()).await.map_err(|_| AccessError::Locked)
    }

    /// Runs one idempotent statement, again on a new connection if the connection was lost.
    async fn ask<T, F: Future<Output = Result<T, AccessError>>>(
        &self,
        ask: impl Fn(Arc<Client>) -> F,
    ) -> Result<T, AccessError> {
        let client = self.shared().await?;
        match ask(Arc::clone(&client)).await {
            Err(AccessError::Store(_)) if client.is_closed() => ask(self.shared().await?).await,
            Err(error @ AccessError::Store(_)) => {
                // A connection without a response is closed.
                let mut shared = self.turn(&self.shared).await?;
                if shared.as_ref().is_some_and(|current| Arc::ptr_eq(current, &client)) {
                    *shared = None;
                }
                Err(error)
            }
            done => done,
        }
    }

    /// Returns a connection on which the server has just responded.
    async fn own(&self, own: &mut Option<Client>) -> Result<Client, AccessError> {
        if let Some(client) = own.take()
            && within(self.target.timeout, "checking the connection", client.check_connection()).await.is_ok()
        {
            return Ok(client);
        }
        connect(&self.target, self.target.timeout).await
    }
}

/// Does not show the server's settings.
impl fmt::Debug for PostgresAccessStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresAccessStore").finish_non_exhaustive()
    }
}

/// Makes a change. If it fails, dropping the transaction rolls it back.
async fn change(target: &Target, client: &mut Client, decide: ChangeFn) -> Result<(), AccessError> {
    let timeout = target.timeout;
    // With the tables locked, each statement sees everything that was committed before.
    let change = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start();
    let change = within(timeout, "starting a change", change).await?;
    within(timeout, "starting a change", change.batch_execute(tables::ALONE)).await?;
    let records = tables::records(&change, timeout).await?;
    for write in blocking(move || decide(&records)).await? {
        tables::write(&change, timeout, &write).await?;
    }
    match within(timeout, "committing a change", change.commit()).await {
        Err(AccessError::Store(why)) => {
            Err(AccessError::Store(format!("{why}; the change may or may not have been made")))
        }
        done => done,
    }
}

impl AccessStore for PostgresAccessStore {
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        let timeout = self.target.timeout;
        Box::pin(self.ask(move |client| async move { tables::find(&client, timeout, key).await }))
    }

    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot> {
        let timeout = self.target.timeout;
        Box::pin(self.ask(move |client| async move { tables::records(&*client, timeout).await }))
    }

    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let mut own = self.turn(&self.own).await?;
            let mut client = self.own(&mut own).await?;
            let done = change(&self.target, &mut client, decide).await;
            // A connection without a response is closed; the state of all others is known.
            if !matches!(done, Err(AccessError::Store(_))) {
                *own = Some(client);
            }
            done
        })
    }

    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used_at: OffsetDateTime,
        unless_after: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        Box::pin(self.noter.note(&self.target, key, to_number(used_at), to_number(unless_after)))
    }
}
