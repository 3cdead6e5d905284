mod file;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::{AccessStore, ChangeFn, StoreFuture, blocking, to_number};
use crate::access::{AccessError, KeyRecord, StoreSnapshot, UserRecord};

/// The longest time-out.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// How long a note of last use waits for others who write.
const NOTE_WAIT: Duration = Duration::from_millis(200);

/// Users and keys in a file of SQLite, which the processes of one machine share.
///
/// The file has the mode 0600, and the folder, which is made where it is not there, may be nobody else's. Changes wait
/// for each other, whichever process makes them; readers wait for nobody. What is done survives a crash of the process and
/// of the machine. The file must be on a disk of the machine, not on one that several machines share: that is what
/// `PostgresAccessStore` (feature `access-postgres`) is for. A copy is made by SQLite itself
/// (`sqlite3 access.db ".backup copy.db"`), and not by another part of this process: when it closes the file, the locks
/// that SQLite has on it end.
#[derive(Clone, Debug)]
pub struct SqliteAccessStore {
    path: PathBuf,
    /// Three, so that who asks does not wait for who waits for another process.
    reader: Arc<Mutex<Connection>>,
    writer: Arc<Mutex<Connection>>,
    /// For notes of last use, which wait for others no longer than [`NOTE_WAIT`].
    noter: Arc<Mutex<Connection>>,
    timeout: Duration,
}

impl SqliteAccessStore {
    /// Opens a file, or makes a new one. A change waits at most 10 s for other processes.
    ///
    /// It blocks for as long as a small file takes, or until another process has finished its change.
    ///
    /// # Errors
    ///
    /// [`AccessError::InsecurePermissions`], [`AccessError::Locked`], and [`AccessError::Store`] where the file cannot be
    /// used, is not one of this store, or was made by a newer version.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, AccessError> {
        Self::open_with_timeout(path, Duration::from_secs(10))
    }

    /// The same, with the longest time that a change waits for other processes, to the millisecond, and before that for others of this
    /// process; at most an hour.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open).
    pub fn open_with_timeout(path: impl Into<PathBuf>, timeout: Duration) -> Result<Self, AccessError> {
        let (path, timeout) = (path.into(), timeout.min(LONGEST_WAIT));
        let writer = file::open(&path, timeout)?;
        let reader = Arc::new(Mutex::new(file::connect(&path, timeout)?));
        let noter = Arc::new(Mutex::new(file::connect(&path, timeout.min(NOTE_WAIT))?));
        Ok(Self { path, reader, writer: Arc::new(Mutex::new(writer)), noter, timeout })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// An error of SQLite with the file, what was tried, and what can be done about it.
fn failed(path: &Path, what: &'static str) -> impl Fn(rusqlite::Error) -> AccessError {
    move |error| {
        if is_busy(&error) {
            return AccessError::Locked;
        }
        let advice = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "; the disk is full: free space on it",
            Some(ErrorCode::SystemIoFailure) => {
                "; the disk may be full or damaged, or a limit of file sizes reached: free space, and look at the system's log"
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                "; the program must be able to write the file and its folder, on a file system that is not read-only"
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                "; the file is damaged or of another program: put a copy in its place"
            }
            _ => "",
        };
        AccessError::Store(format!("SQLite: {}: {what}: {error}{advice}", path.display()))
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Work on a connection, on a thread for what blocks. Whoever has waited for the connection as long as for another
/// process gives up, so that no queue grows without end.
async fn on<T: Send + 'static>(
    connection: &Arc<Mutex<Connection>>,
    timeout: Duration,
    work: impl FnOnce(&mut Connection) -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let free = tokio::time::timeout(timeout, Arc::clone(connection).lock_owned()).await;
    let mut connection = free.map_err(|_| AccessError::Locked)?;
    // A transaction is rolled back when it is dropped, by a panic too.
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
            let moment = reader.transaction().map_err(failed(&path, "reading users and keys"))?;
            rows::read(&moment, &path)
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
            touched.map(drop).map_err(failed(&path, "noting that a key was used"))
        }))
    }
}
