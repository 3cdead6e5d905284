use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, TransactionBehavior, params};
use time::OffsetDateTime;

use super::{AccessStore, Decide, StoreFuture, blocking, to_hash, to_moment, to_number};
use crate::access::{AccessError, KeyRecord, Records, UserRecord, Write};
use crate::private_file::{folder_of, is_open_to_others, make_folder, options};

/// What tells the file from other programs' databases: `twac`.
const APPLICATION: i64 = 0x7477_6163;
/// The version of the tables, in the file's `user_version`.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE users (
        name TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE keys (
        id TEXT NOT NULL PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        revoked_at INTEGER,
        last_used_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX keys_of_user ON keys (user);
";

/// Users and keys in a file of SQLite, which the processes of one machine share.
///
/// The file has the mode 0600, and the folder, which is made where it is not there, may be nobody else's. Changes wait
/// for each other, whichever process makes them; readers wait for nobody. What is done survives a crash of the process and
/// of the machine. The file must be on a disk of the machine, not on one that several machines share: that is what
/// `PostgresAccessStore` (feature `access-postgres`) is for.
#[derive(Clone, Debug)]
pub struct SqliteAccessStore {
    path: PathBuf,
    /// Two, so that who asks does not wait for who waits for another process.
    reader: Arc<Mutex<Connection>>,
    writer: Arc<Mutex<Connection>>,
}

impl SqliteAccessStore {
    /// Opens a file, or makes a new one. A change waits at most 10 s for other processes.
    ///
    /// It blocks for as long as a small file takes, or until another process has finished its change.
    ///
    /// # Errors
    ///
    /// [`AccessError::OpenToOthers`], [`AccessError::Busy`], and [`AccessError::Store`] where the file cannot be
    /// used, is not one of this store, or was made by a newer version.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, AccessError> {
        Self::open_with_timeout(path, Duration::from_secs(10))
    }

    /// The same, with the longest time that a change waits for other processes, to the millisecond.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open).
    pub fn open_with_timeout(path: impl Into<PathBuf>, timeout: Duration) -> Result<Self, AccessError> {
        let path = path.into();
        prepare(&path)?;
        let mut writer = connect(&path, timeout)?;
        let tables = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed("opening the file"))?;
        match version(&tables)? {
            (0, 0) if is_empty(&tables)? => {
                tables.execute_batch(TABLES).map_err(failed("making the tables"))?;
                for (name, value) in [("application_id", APPLICATION), ("user_version", VERSION)] {
                    tables.pragma_update(None, name, value).map_err(failed("making the tables"))?;
                }
            }
            (APPLICATION, VERSION) => check(&tables, &path)?,
            (APPLICATION, newer) => {
                return Err(AccessError::Store(format!(
                    "{}: its tables have version {newer}, and this program knows version {VERSION}; use a newer program",
                    path.display()
                )));
            }
            _ => {
                let what = format!("{}: it is another program's database; give another path", path.display());
                return Err(AccessError::Store(what));
            }
        }
        tables.commit().map_err(failed("making the tables"))?;
        let reader = connect(&path, timeout)?;
        Ok(Self { path, reader: Arc::new(Mutex::new(reader)), writer: Arc::new(Mutex::new(writer)) })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes what is missing, and refuses what others may use.
fn prepare(path: &Path) -> Result<(), AccessError> {
    let io = |what: &Path, error: std::io::Error| AccessError::Store(format!("{}: {error}", what.display()));
    let folder = folder_of(path);
    make_folder(folder).map_err(|error| io(folder, error))?;
    let metadata = folder.metadata().map_err(|error| io(folder, error))?;
    if is_open_to_others(&metadata) {
        return Err(AccessError::OpenToOthers(format!("the folder {}", folder.display())));
    }
    // SQLite would make it with a mode of its own.
    match options().write(true).create_new(true).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(io(path, error)),
        _ => {}
    }
    let metadata = path.symlink_metadata().map_err(|error| io(path, error))?;
    if !metadata.is_file() {
        return Err(AccessError::Store(format!("{}: it is no file", path.display())));
    }
    match is_open_to_others(&metadata) {
        true => Err(AccessError::OpenToOthers(format!("the file {}", path.display()))),
        false => Ok(()),
    }
}

fn connect(path: &Path, timeout: Duration) -> Result<Connection, AccessError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let failed = failed("opening the file");
    // Its folder's name may be a link, which SQLite would refuse as well.
    let folder = folder_of(path).canonicalize();
    let folder = folder.map_err(|error| AccessError::Store(format!("{}: {error}", path.display())))?;
    let whole = folder.join(path.file_name().unwrap_or_default());
    let connection = Connection::open_with_flags(whole, flags).map_err(&failed)?;
    let set = || {
        connection.busy_timeout(timeout.min(Duration::from_secs(3600)))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Without it a change could be lost when the machine stops.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)
    };
    set().map_err(failed)?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<(i64, i64), AccessError> {
    let of = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    let both = || Ok((of("application_id")?, of("user_version")?));
    both().map_err(failed("reading the file"))
}

fn is_empty(connection: &Connection) -> Result<bool, AccessError> {
    let count = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    Ok(count.map_err(failed("reading the file"))? == 0)
}

/// A file that is damaged is not used: who is in it and who is not would be chance.
fn check(connection: &Connection, path: &Path) -> Result<(), AccessError> {
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match found.map_err(failed("checking the file"))?.as_str() {
        "ok" => Ok(()),
        _ => Err(AccessError::Store(format!("{}: it is damaged; put a copy in its place", path.display()))),
    }
}

fn failed(what: &'static str) -> impl Fn(rusqlite::Error) -> AccessError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => AccessError::Busy,
        _ => AccessError::Store(format!("SQLite: {what}: {error}")),
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A transaction is rolled back when it is dropped, by a panic too.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A user's name, role and time from a row that has them from a column on.
fn user(row: &Row<'_>, at: usize) -> rusqlite::Result<(String, String, i64)> {
    Ok((row.get(at)?, row.get(at + 1)?, row.get(at + 2)?))
}

const KEY: &str =
    "keys.id, keys.user, keys.hash, keys.created_at, keys.expires_at, keys.revoked_at, keys.last_used_at";
const USER: &str = "users.name, users.role, users.created_at";

type RawKey = (String, String, Vec<u8>, i64, [Option<i64>; 3]);

fn key(row: &Row<'_>) -> rusqlite::Result<RawKey> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, [row.get(4)?, row.get(5)?, row.get(6)?]))
}

fn to_user((name, role, created_at): (String, String, i64)) -> Result<UserRecord, AccessError> {
    Ok(UserRecord { name, role, created_at: to_moment(created_at)? })
}

fn to_key((id, user, hash, created_at, [expires, revoked, used]): RawKey) -> Result<KeyRecord, AccessError> {
    Ok(KeyRecord {
        id,
        user,
        hash: to_hash(&hash)?,
        created_at: to_moment(created_at)?,
        expires_at: expires.map(to_moment).transpose()?,
        revoked_at: revoked.map(to_moment).transpose()?,
        last_used_at: used.map(to_moment).transpose()?,
    })
}

/// Everything; within a transaction, of one moment.
fn read(connection: &Connection) -> Result<Records, AccessError> {
    let rows = || {
        let mut users = connection.prepare_cached(&format!("SELECT {USER} FROM users"))?;
        let users = users.query_map([], |row| user(row, 0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut keys = connection.prepare_cached(&format!("SELECT {KEY} FROM keys"))?;
        let keys = keys.query_map([], key)?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok((users, keys))
    };
    let (users, keys) = rows().map_err(failed("reading users and keys"))?;
    let mut records = Records::default();
    for user in users {
        records.apply(&Write::PutUser(to_user(user)?));
    }
    for key in keys {
        records.apply(&Write::PutKey(to_key(key)?));
    }
    Ok(records)
}

fn write(connection: &Connection, write: &Write) -> rusqlite::Result<usize> {
    match write {
        Write::PutUser(user) => connection.execute(
            "INSERT INTO users (name, role, created_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, created_at = excluded.created_at",
            params![user.name, user.role, to_number(user.created_at)],
        ),
        Write::RemoveUser(name) => connection.execute("DELETE FROM users WHERE name = ?1", [name]),
        Write::PutKey(key) => connection.execute(
            "INSERT INTO keys (id, user, hash, created_at, expires_at, revoked_at, last_used_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET user = excluded.user, hash = excluded.hash,
                 created_at = excluded.created_at, expires_at = excluded.expires_at,
                 revoked_at = excluded.revoked_at, last_used_at = excluded.last_used_at",
            params![
                key.id,
                key.user,
                key.hash.as_bytes(),
                to_number(key.created_at),
                key.expires_at.map(to_number),
                key.revoked_at.map(to_number),
                key.last_used_at.map(to_number)
            ],
        ),
    }
}

impl AccessStore for SqliteAccessStore {
    fn find<'a>(&'a self, key_id: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        let (reader, id) = (Arc::clone(&self.reader), key_id.to_owned());
        Box::pin(blocking(move || {
            let reader = lock(&reader);
            let query = format!(
                "SELECT {KEY}, {USER} FROM keys JOIN users ON users.name = keys.user WHERE keys.id = ?1"
            );
            let found = reader
                .prepare_cached(&query)
                .and_then(|mut query| query.query_row([id], |row| Ok((key(row)?, user(row, 7)?))).optional())
                .map_err(failed("looking a key up"))?;
            found.map(|(key, user)| Ok((to_key(key)?, to_user(user)?))).transpose()
        }))
    }

    fn records(&self) -> StoreFuture<'_, Records> {
        let reader = Arc::clone(&self.reader);
        Box::pin(blocking(move || {
            let mut reader = lock(&reader);
            let moment = reader.transaction().map_err(failed("reading users and keys"))?;
            read(&moment)
        }))
    }

    fn change(&self, decide: Decide) -> StoreFuture<'_, ()> {
        let writer = Arc::clone(&self.writer);
        Box::pin(blocking(move || {
            let failed = failed("changing users and keys");
            let mut writer = lock(&writer);
            let change = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
            for one in decide(&read(&change)?)? {
                write(&change, &one).map_err(&failed)?;
            }
            change.commit().map_err(failed)
        }))
    }

    fn touch<'a>(
        &'a self,
        key: &'a str,
        used_at: OffsetDateTime,
        unless_after: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        let (writer, key) = (Arc::clone(&self.writer), key.to_owned());
        Box::pin(blocking(move || {
            let touch = "UPDATE keys SET last_used_at = ?2
                         WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?3)";
            let touched =
                lock(&writer).execute(touch, params![key, to_number(used_at), to_number(unless_after)]);
            touched.map(drop).map_err(failed("noting that a key was used"))
        }))
    }
}
