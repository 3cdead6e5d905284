//! The users database of a vault or a log in another folder: a file of its name and `.users-db` has the database's path.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use twilio_sdk_config::internal::private_file::{beside, folder_of, options};

use crate::exit::{Done, Failure};
use crate::session::Session;

/// The length of the longest path in bytes.
const MAX_BYTES: u64 = 1 << 14;

impl Session {
    /// Writes that a file belongs to the users database, unless it is in its folder.
    pub(crate) fn claim(&self, file: &Path) -> Done {
        if self.no_users_db {
            return Ok(());
        }
        let db = self.places.users_db()?;
        let failed = |what: &Path, error: std::io::Error| {
            Failure::failed(format!(
                "{}: cannot write which users database it belongs to: {error}",
                what.display()
            ))
        };
        let db = db.canonicalize().map_err(|error| failed(&db, error))?;
        let file = file.canonicalize().map_err(|error| failed(file, error))?;
        if folder_of(&file).join("users.db") == db {
            return Ok(());
        }
        let name = db.to_str().ok_or_else(|| {
            Failure::usage("the path of the users database is not UTF-8; move it to another path")
        })?;
        let mark = beside(&file, ".users-db");
        let written = options().write(true).create(true).truncate(true).open(&mark).and_then(|mut mark| {
            mark.write_all(name.as_bytes())?;
            mark.sync_all()
        });
        written.map_err(|error| failed(&mark, error))
    }
}

/// Returns the users database that claims a file, if any. An unreadable claim is an error.
pub(crate) fn owner(file: &Path) -> Done<Option<PathBuf>> {
    use std::io::{ErrorKind, Read as _};
    let mark = beside(file, ".users-db");
    let unread = |error: std::io::Error| {
        let (mark, file) = (mark.display(), file.display());
        Failure::failed(format!("{mark}: cannot read which users database {file} belongs to: {error}"))
    };
    let mut text = String::new();
    match std::fs::File::open(&mark) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unread(error)),
        Ok(found) => found.take(MAX_BYTES).read_to_string(&mut text).map_err(unread)?,
    };
    Ok(Some(PathBuf::from(text.trim_end_matches(['\r', '\n']))))
}
