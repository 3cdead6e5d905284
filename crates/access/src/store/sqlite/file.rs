//! Opening the file: modes, version, checks.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::rows::{BINDINGS, TABLES};
use super::{failed, is_busy};
use crate::AccessError;
use twilio_sdk_config::internal::private_file::{
    check_platform, folder_of, is_open_to_others, make_folder, options,
};

/// The application ID that distinguishes the file from databases of other programs: `twac`.
const APPLICATION: i64 = 0x7477_6163;
/// The version of the tables, in the file's `user_version`.
const VERSION: i64 = 2;

/// The pause before an operation is retried that another process blocked.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Held while a file is created: closing it releases all locks of this process on it, including those of a connection that another
/// thread opened in between.
static MAKING: Mutex<()> = Mutex::new(());

/// Opens a file, creating it with its tables if it is missing.
pub(super) fn open(
    path: &Path,
    timeout: Duration,
    allow_unprotected: bool,
) -> Result<Connection, AccessError> {
    prepare(path, allow_unprotected)?;
    let mut connection = connect(path, timeout)?;
    // A database of another program is not changed. The transaction makes one consistent read.
    let reading = connection.transaction().map_err(failed(path, "reading the file"))?;
    is_known(&reading, path)?;
    drop(reading);
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
    make().map_err(failed(path, "creating the tables"))?;
    tables.commit().map_err(failed(path, "creating the tables"))?;
    Ok(connection)
}

/// Creates missing files and folders, and rejects those that other users can access.
fn prepare(path: &Path, allow_unprotected: bool) -> Result<(), AccessError> {
    let _guard = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
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
    check_platform(allow_unprotected).map_err(|error| {
        AccessError::Store(format!(
            "{}: {error}; set allow_unprotected_files to open it anyway",
            path.display()
        ))
    })?;
    let folder = folder_of(path);
    make_folder(folder).map_err(|error| io(folder, error))?;
    let metadata = folder.metadata().map_err(|error| io(folder, error))?;
    if is_open_to_others(&metadata) {
        return Err(AccessError::InsecurePermissions(format!("the folder {}", folder.display())));
    }
    // SQLite would create it with another mode.
    match options().write(true).create_new(true).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(io(path, error)),
        _ => {}
    }
    let metadata = path.symlink_metadata().map_err(|error| io(path, error))?;
    if !metadata.is_file() {
        return Err(AccessError::Store(format!("{}: not a file; give another path", path.display())));
    }
    // Under another name, in a folder of another user, it would be bound to that folder's log.
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&metadata) > 1 {
        let what = format!("{}: the file has several hard links; remove the others", path.display());
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
    // SQLite rejects a folder that is a link.
    let folder = folder_of(path).canonicalize();
    let folder = folder.map_err(|error| AccessError::Store(format!("{}: {error}", path.display())))?;
    let whole = folder.join(path.file_name().unwrap_or_default());
    let connection = Connection::open_with_flags(whole, flags).map_err(&failed)?;
    let set = || {
        connection.busy_timeout(timeout)?;
        // Without it, a crash of the machine could lose a change.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)
    };
    set().map_err(failed)?;
    Ok(connection)
}

/// Turns on write-ahead logging. SQLite does not wait if another process does the same.
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

/// Returns the version of the tables, or `None` if the file is empty.
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
            "{}: the tables have version {newer}, and this program supports {VERSION}; use a newer program",
            path.display()
        ))),
        _ => {
            let what =
                format!("{}: the file is a database of another program; give another path", path.display());
            Err(AccessError::Store(what))
        }
    }
}

/// Rejects a damaged file, in which users may be missing.
fn check(connection: &Connection, path: &Path) -> Result<(), AccessError> {
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match found.map_err(failed(path, "checking the file"))?.as_str() {
        "ok" => Ok(()),
        _ => Err(AccessError::Store(format!("{}: the file is damaged; restore a backup", path.display()))),
    }
}
