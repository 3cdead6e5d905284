//! Whose a vault or a log is, where it does not lie beside the database of people: a file of its name and `.people` says so.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::exit::{Done, Failure};
use super::session::Session;
use crate::private_file::{beside, folder_of, options};

/// More than this is no path.
const MOST: u64 = 1 << 14;

impl Session {
    /// Writes down that a file is that of these people, unless its folder says so.
    pub(super) fn claim(&self, file: &Path) -> Done {
        if self.without_people {
            return Ok(());
        }
        let people = self.places.people()?;
        let failed = |what: &Path, error: std::io::Error| {
            Failure::failed(format!("{}: whose it is cannot be written down: {error}", what.display()))
        };
        let people = people.canonicalize().map_err(|error| failed(&people, error))?;
        let file = file.canonicalize().map_err(|error| failed(file, error))?;
        if folder_of(&file).join("people.db") == people {
            return Ok(());
        }
        let name = people.to_str().ok_or_else(|| {
            Failure::usage(
                "the name of the database of people is no UTF-8, so that it cannot be written down",
            )
        })?;
        let mark = beside(&file, ".people");
        let written = options().write(true).create(true).truncate(true).open(&mark).and_then(|mut mark| {
            mark.write_all(name.as_bytes())?;
            mark.sync_all()
        });
        written.map_err(|error| failed(&mark, error))
    }
}

/// The people who have claimed a file, if any; a mark that cannot be read is an error.
pub(super) fn owner(file: &Path) -> Done<Option<PathBuf>> {
    use std::io::{ErrorKind, Read as _};
    let mark = beside(file, ".people");
    let unread = |error: std::io::Error| {
        Failure::failed(format!("{}: whose {} is cannot be read: {error}", mark.display(), file.display()))
    };
    let mut text = String::new();
    match std::fs::File::open(&mark) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unread(error)),
        Ok(found) => found.take(MOST).read_to_string(&mut text).map_err(unread)?,
    };
    Ok(Some(PathBuf::from(text.trim_end_matches(['\r', '\n']))))
}
