mod file;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::{AccessStore, ChangeFn, StoreFuture, blocking, to_number};
use crate::{AccessError, KeyRecord, StoreSnapshot, UserRecord};

/// The longest timeout.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// How long recording a use waits for changes.
const NOTE_WAIT: Duration = Duration::from_millis(200);

/// A store in an SQLite file, for the processes of one machine.
///
/// The file has mode 0600. Its folder, which is created if it is missing, must not be accessible to other users. Changes wait
/// for each other in all processes; reads wait for nothing. Changes survive a crash of the process and of the machine.
///
/// Use a local disk, not one that several machines share: for these there is `PostgresAccessStore` (feature `postgres`). Let
/// SQLite make backups (`sqlite3 users.db ".backup copy.db"`) instead of another part of this process: when that closes the
/// file, it releases SQLite's locks on it.
///
/// Windows has no file modes, so other users may be able to use the file. Opening one is an error there, unless you set
/// [`SqliteOptions::allow_unprotected_files`].
#[derive(Clone, Debug)]
pub struct SqliteAccessStore {
    path: PathBuf,
    /// Three connections, so that reads do not wait for changes.
    reader: Arc<Mutex<Connection>>,
    writer: Arc<Mutex<Connection>>,
    /// For records of last use, which wait no longer than [`NOTE_WAIT`].
    noter: Arc<Mutex<Connection>>,
    timeout: Duration,
}

impl SqliteAccessStore {
    /// Opens a file with the defaults of [`SqliteOptions`], creating it if it is missing.
    ///
    /// # Errors
    ///
    /// The same errors as [`SqliteOptions::open`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, AccessError> {
        SqliteOptions::new(path).open()
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Settings of an [`SqliteAccessStore`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    path: PathBuf,
    lock_timeout: Duration,
    allow_unprotected_files: bool,
}

impl SqliteOptions {
    /// Creates the default settings, which each method names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), lock_timeout: Duration::from_secs(10), allow_unprotected_files: false }
    }

    /// Sets how long a change waits for other changes, in milliseconds. Default: 10 s; at most 1 h.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout.min(MAX_WAIT);
        self
    }

    /// Accepts platforms without file modes, such as Windows. Default: `false`, which makes [`open`](Self::open) an error
    /// there. On Unix it changes nothing.
    pub fn allow_unprotected_files(mut self, accept: bool) -> Self {
        self.allow_unprotected_files = accept;
        self
    }

    /// Opens the file, creating it if it is missing. It blocks for as long as a small file takes, or until another process has
    /// finished its change.
    ///
    /// # Errors
    ///
    /// [`AccessError::InsecurePermissions`], [`AccessError::Locked`], and [`AccessError::Store`] if the file cannot be used, is
    /// no file of this store, or was created by a newer version.
    pub fn open(self) -> Result<SqliteAccessStore, AccessError> {
        let (path, timeout) = (self.path, self.lock_timeout);
        let writer = file::open(&path, timeout, self.allow_unprotected_files)?;
        let reader = Arc::new(Mutex::new(file::connect(&path, timeout)?));
        let noter = Arc::new(Mutex::new(file::connect(&path, timeout.min(NOTE_WAIT))?));
        Ok(SqliteAccessStore { path, reader, writer: Arc::new(Mutex::new(writer)), noter, timeout })
    }
}

/// Adds file, operation and advice to an error of SQLite.
fn failed(path: &Path, what: &'static str) -> impl Fn(rusqlite::Error) -> AccessError {
    move |error| {
        if is_busy(&error) {
            return AccessError::Locked;
        }
        let advice = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "; the disk is full: free space on it",
            Some(ErrorCode::SystemIoFailure) => {
                "; the disk may be full or damaged, or a file size limit was reached: free space, and check the system's log"
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                "; the program must be able to write the file and its folder, on a file system that is not read-only"
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                "; the file is damaged or of another program: restore a backup"
            }
            _ => "",
        };
        AccessError::Store(format!("SQLite: {}: {what}: {error}{advice}", path.display()))
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Runs work on a connection, on a thread for blocking work. Waiting for the connection has the same timeout as waiting for
/// another process, so that no queue grows without bound.
async fn on<T: Send + 'static>(
    connection: &Arc<Mutex<Connection>>,
    timeout: Duration,
    work: impl FnOnce(&mut Connection) -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let free = tokio::time::timeout(timeout, Arc::clone(connection).lock_owned()).await;
    let mut connection = free.map_err(|_| AccessError::Locked)?;
    // Dropping a transaction rolls it back, also after a panic.
    blocking(move || work(&mut connection)).await
}

impl AccessStore for SqliteAccessStore {
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        let (id, path) = (key.to_owned(), self.path.clone());
        Box::pin(on(&self.reader, self.timeout, move |reader| rows::find(reader, &path, &id)))
    }

    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot> {
        let path = self.path.clone();
        Box::pin(on(&self.reader, self.timeout, move |reader| {
            let reading = reader.transaction().map_err(failed(&path, "reading users and keys"))?;
            rows::read(&reading, &path)
        }))
    }

    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()> {
        let path = self.path.clone();
        Box::pin(on(&self.writer, self.timeout, move |writer| {
            let failed = failed(&path, "changing users and keys");
            let change = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
            for one in decide(&rows::read(&change, &path)?)? {
                rows::write(&change, &one).map_err(&failed)?;
            }
            change.commit().map_err(failed)
        }))
    }

    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used_at: OffsetDateTime,
        unless_after: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        let (key, path) = (key.to_owned(), self.path.clone());
        Box::pin(on(&self.noter, self.timeout.min(NOTE_WAIT), move |noter| {
            let touch = "UPDATE keys SET last_used_at = ?2
                         WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?3)";
            let touched = noter.execute(touch, params![key, to_number(used_at), to_number(unless_after)]);
            touched.map(drop).map_err(failed(&path, "recording the use of a key"))
        }))
    }
}
