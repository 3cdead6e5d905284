//! The file: its modes, its marks, and how it is opened.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::rows::{BINDINGS, TABLES};
use super::{failed, is_busy};
use crate::access::AccessError;
use crate::private_file::{folder_of, is_open_to_others, make_folder, options};

/// What tells the file from other programs' databases: `twac`.
const APPLICATION: i64 = 0x7477_6163;
/// The version of the tables, in the file's `user_version`.
const VERSION: i64 = 2;

/// How long to wait before something is tried again that another process was in the way of.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Held while a file is made: to close it ends all locks that the process has on it, and so those of a connection that
/// another thread has opened in between.
static MAKING: Mutex<()> = Mutex::new(());

/// Opens a file, or makes a new one with its tables.
pub(super) fn open(path: &Path, timeout: Duration) -> Result<Connection, AccessError> {
    prepare(path)?;
    let mut connection = connect(path, timeout)?;
    // Another program's database is not touched. The transaction is for one moment to be looked at.
    let moment = connection.transaction().map_err(failed(path, "reading the file"))?;
    is_known(&moment, path)?;
    drop(moment);
    write_ahead(&connection, timeout).map_err(failed(path, "opening the file"))?;
    let tables = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed(path, "opening the file"))?;
    let made = is_known(&tables, path)?;
    if made.is_some() {
        check(&tables, path)?;
    }
    let make = || {
        if made.is_none() {
            tables.execute_batch(TABLES)?;
            tables.pragma_update(None, "application_id", APPLICATION)?;
        }
        if made != Some(VERSION) {
            tables.execute_batch(BINDINGS)?;
            tables.pragma_update(None, "user_version", VERSION)?;
        }
        Ok(())
    };
    make().map_err(failed(path, "making the tables"))?;
    tables.commit().map_err(failed(path, "making the tables"))?;
    Ok(connection)
}

/// Makes what is missing, and refuses what others may use.
fn prepare(path: &Path) -> Result<(), AccessError> {
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let io = |what: &Path, error: std::io::Error| {
        let advice = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                "; the disk is full: free space on it"
            }
            std::io::ErrorKind::ReadOnlyFilesystem => "; the file system is read-only: give another path",
            std::io::ErrorKind::PermissionDenied => "; the program must be able to write there",
            _ => "",
        };
        AccessError::Store(format!("{}: {error}{advice}", what.display()))
    };
    let folder = folder_of(path);
    make_folder(folder).map_err(|error| io(folder, error))?;
    let metadata = folder.metadata().map_err(|error| io(folder, error))?;
    if is_open_to_others(&metadata) {
        return Err(AccessError::InsecurePermissions(format!("the folder {}", folder.display())));
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
    // By another name, in a folder of somebody else's, it would be bound to that folder's log.
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&metadata) > 1 {
        let what = format!("{}: it has several names (hard links); remove the others", path.display());
        return Err(AccessError::Store(what));
    }
    match is_open_to_others(&metadata) {
        true => Err(AccessError::InsecurePermissions(format!("the file {}", path.display()))),
        false => Ok(()),
    }
}

pub(super) fn connect(path: &Path, timeout: Duration) -> Result<Connection, AccessError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let failed = failed(path, "opening the file");
    // Its folder's name may be a link, which SQLite would refuse as well.
    let folder = folder_of(path).canonicalize();
    let folder = folder.map_err(|error| AccessError::Store(format!("{}: {error}", path.display())))?;
    let whole = folder.join(path.file_name().unwrap_or_default());
    let connection = Connection::open_with_flags(whole, flags).map_err(&failed)?;
    let set = || {
        connection.busy_timeout(timeout)?;
        // Without it a change could be lost when the machine stops.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)
    };
    set().map_err(failed)?;
    Ok(connection)
}

/// Has the file written by a write-ahead log. SQLite does not wait where another one does the same at this moment.
fn write_ahead(connection: &Connection, timeout: Duration) -> rusqlite::Result<()> {
    let until = Instant::now().checked_add(timeout);
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && until.is_some_and(|until| Instant::now() < until) => {
                std::thread::sleep(LOOK_AGAIN);
            }
            done => return done,
        }
    }
}

/// The version of its tables, or `None` where it is empty.
fn is_known(connection: &Connection, path: &Path) -> Result<Option<i64>, AccessError> {
    let of = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let count = "SELECT count(*) FROM sqlite_schema";
    let read = || {
        let count = connection.query_row(count, [], |row| row.get::<_, i64>(0))?;
        Ok((of("application_id")?, of("user_version")?, count))
    };
    match read().map_err(failed(path, "reading the file"))? {
        (APPLICATION, version @ 1..=VERSION, _) => Ok(Some(version)),
        (0, 0, 0) => Ok(None),
        (APPLICATION, newer, _) => Err(AccessError::Store(format!(
            "{}: its tables have version {newer}, and this program knows version {VERSION}; use a newer program",
            path.display()
        ))),
        _ => {
            let what = format!("{}: it is another program's database; give another path", path.display());
            Err(AccessError::Store(what))
        }
    }
}

/// A file that is damaged is not used: who is in it and who is not would be chance.
fn check(connection: &Connection, path: &Path) -> Result<(), AccessError> {
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match found.map_err(failed(path, "checking the file"))?.as_str() {
        "ok" => Ok(()),
        _ => Err(AccessError::Store(format!("{}: it is damaged; put a copy in its place", path.display()))),
    }
}
