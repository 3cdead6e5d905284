//! The audit log and the roles of the users database, compared with the arguments.

use std::path::{Path, PathBuf};

use twilio_sdk::access_control::{Bindings, Roles};
use twilio_sdk_config::internal::private_file::folder_of;

use crate::exit::{Done, Failure};
use crate::places::Places;

/// The users database: its path and its bindings.
#[derive(Debug)]
pub(crate) struct UsersDb {
    path: PathBuf,
    pub(crate) bindings: Bindings,
    /// Whether it has users.
    pub(crate) has_users: bool,
}

/// The roles of a users database.
#[derive(Debug)]
pub(crate) enum BoundRoles {
    /// The adopted roles, or the built-in ones.
    Known(Roles),
    /// The roles of a file that no admin has adopted yet, and whether the arguments name it.
    New { roles: Roles, file: PathBuf, given: bool },
}

impl UsersDb {
    pub(crate) fn new(path: PathBuf, bindings: Bindings, has_users: bool) -> Self {
        Self { path, bindings, has_users }
    }

    /// Returns the database's audit log, or the default one next to it.
    pub(crate) fn own_log(&self) -> PathBuf {
        self.at(self.bindings.audit_log.as_deref().unwrap_or("audit.log"))
    }

    /// Returns the database's audit log. Rejects another one in the arguments.
    pub(crate) fn log(&self, places: &Places) -> Done<PathBuf> {
        let own = self.own_log();
        match places.given_audit_log() {
            Some(given) if resolved(given) != resolved(&own) => Err(Failure::rejected(format!(
                "the audit log of the users database is {}; leave out --audit-log (and the variable \
                 TWILIO_ADMIN_AUDIT_LOG), or have an admin change it for all with twilio-admin audit move FILE",
                own.display()
            ))),
            _ => Ok(own),
        }
    }

    /// Returns the roles of the database. Rejects other ones in the arguments.
    pub(crate) fn roles(&self, places: &Places) -> Done<BoundRoles> {
        let given = places.given_roles();
        let Some(hash) = &self.bindings.roles_hash else {
            let found = given.cloned().or_else(|| self.unbound_roles(places));
            return Ok(match found {
                None => BoundRoles::Known(Roles::new()),
                Some(file) => BoundRoles::New { roles: read_roles(&file)?, file, given: given.is_some() },
            });
        };
        let file = match (given, &self.bindings.roles_file) {
            (Some(given), _) => given.clone(),
            (None, Some(file)) => self.at(file),
            (None, None) => return Ok(BoundRoles::Known(Roles::new())),
        };
        let roles = read_roles(&file)?;
        match roles.fingerprint() == *hash {
            true => Ok(BoundRoles::Known(roles)),
            false => Err(Failure::rejected(format!(
                "{} does not have the roles of the users database, or was changed since; an admin can adopt it with \
                 twilio-admin roles adopt {}",
                file.display(),
                file.display()
            ))),
        }
    }

    /// Returns the roles file to use if none is bound: next to the database, or in the home folder.
    pub(crate) fn unbound_roles(&self, places: &Places) -> Option<PathBuf> {
        let beside = folder_of(&self.path).join("access.toml");
        [Some(beside), places.home_roles()]
            .into_iter()
            .flatten()
            .find(|file| file.try_exists().unwrap_or(true))
    }

    /// Returns the bound roles file.
    pub(crate) fn bound_roles(&self) -> Option<PathBuf> {
        self.bindings.roles_file.as_deref().map(|file| self.at(file))
    }

    /// Returns the bindings to a log and a roles file.
    pub(crate) fn bindings_of(&self, log: &Path, roles: Option<(&Path, &Roles)>) -> Done<Bindings> {
        let (file, hash) = roles.unzip();
        Ok(Bindings {
            audit_log: Some(self.name_of(log)?),
            roles_file: file.map(|file| self.name_of(file)).transpose()?,
            roles_hash: hash.map(Roles::fingerprint),
        })
    }

    /// Returns a path for the database, relative to its folder if it is there, so that the folder can be moved as a whole.
    fn name_of(&self, file: &Path) -> Done<String> {
        let (file, folder) = (resolved(file), resolved_folder(&self.path));
        let name = file.strip_prefix(&folder).unwrap_or(&file);
        let not_utf8 = || Failure::usage("the path of the file is not UTF-8; give another path");
        name.to_str().map(str::to_owned).ok_or_else(not_utf8)
    }

    fn at(&self, name: &str) -> PathBuf {
        resolved_folder(&self.path).join(name)
    }
}

/// Reads the roles of a file.
pub(crate) fn read_roles(file: &Path) -> Done<Roles> {
    Roles::from_file(file).map_err(|error| Failure::failed(error.to_string()))
}

/// Returns the folder of a file without links, as far as it exists.
fn resolved_folder(file: &Path) -> PathBuf {
    let folder = folder_of(file);
    folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned())
}

/// Returns a path without links: of the file if it exists, or else of its folder.
fn resolved(file: &Path) -> PathBuf {
    let folder = || resolved_folder(file).join(file.file_name().unwrap_or_default());
    file.canonicalize().unwrap_or_else(|_| folder())
}
