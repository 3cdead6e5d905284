//! What the database of people says of its audit log and its roles, against what arguments say.

use std::path::{Path, PathBuf};

use super::exit::{Done, Failure};
use super::places::Places;
use crate::access::{Bindings, Roles};
use crate::private_file::folder_of;

/// The database of people, by its path and by what it is bound to.
#[derive(Debug)]
pub(super) struct Bound {
    people: PathBuf,
    pub(super) bindings: Bindings,
    /// Whether there are users.
    pub(super) has_users: bool,
}

/// The roles of people.
#[derive(Debug)]
pub(super) enum TheirRoles {
    /// Those that the database is bound to, or the built-in ones.
    Known(Roles),
    /// Those of a file that no admin has taken over yet, with the file and whether it was asked for.
    New { roles: Roles, file: PathBuf, asked_for: bool },
}

impl Bound {
    pub(super) fn new(people: PathBuf, bindings: Bindings, has_users: bool) -> Self {
        Self { people, bindings, has_users }
    }

    /// The one log that is recorded to: that of the database, or the one beside it. Another one that arguments name is
    /// refused.
    pub(super) fn log(&self, places: &Places) -> Done<PathBuf> {
        let own = self.at(self.bindings.audit_log.as_deref().unwrap_or("audit.log"));
        match places.given_audit() {
            Some(given) if whole(given) != whole(&own) => Err(Failure::refused(format!(
                "these people are recorded in {}, and nowhere else; leave --audit out (and the variable TWILIO_ADMIN_AUDIT), \
                 or have an admin change it for all with twilio-admin audit move FILE",
                own.display()
            ))),
            _ => Ok(own),
        }
    }

    /// The roles that the people have, whatever arguments say.
    pub(super) fn roles(&self, places: &Places) -> Done<TheirRoles> {
        let given = places.given_roles();
        let Some(hash) = &self.bindings.roles_hash else {
            let found = given.cloned().or_else(|| self.unbound_roles(places));
            return Ok(match found {
                None => TheirRoles::Known(Roles::new()),
                Some(file) => TheirRoles::New { roles: read(&file)?, file, asked_for: given.is_some() },
            });
        };
        let file = match (given, &self.bindings.roles_file) {
            (Some(given), _) => given.clone(),
            (None, Some(file)) => self.at(file),
            (None, None) => return Ok(TheirRoles::Known(Roles::new())),
        };
        let roles = read(&file)?;
        match roles.fingerprint() == *hash {
            true => Ok(TheirRoles::Known(roles)),
            false => Err(Failure::refused(format!(
                "{} is a file of roles that these people do not have, or it was changed since; an admin gives them its roles \
                 with twilio-admin roles adopt {}",
                file.display(),
                file.display()
            ))),
        }
    }

    /// The file of roles where none is bound: beside the people, or in the folder of files.
    pub(super) fn unbound_roles(&self, places: &Places) -> Option<PathBuf> {
        let beside = folder_of(&self.people).join("access.toml");
        [Some(beside), places.home_roles()]
            .into_iter()
            .flatten()
            .find(|file| file.try_exists().unwrap_or(true))
    }

    /// The file that the roles are bound to.
    pub(super) fn bound_roles(&self) -> Option<PathBuf> {
        self.bindings.roles_file.as_deref().map(|file| self.at(file))
    }

    /// What a database is bound to that records to this log and has the roles of this file, where there is one.
    pub(super) fn bound_to(&self, log: &Path, roles: Option<(&Path, &Roles)>) -> Done<Bindings> {
        let (file, hash) = roles.unzip();
        Ok(Bindings {
            audit_log: Some(self.name_of(log)?),
            roles_file: file.map(|file| self.name_of(file)).transpose()?,
            roles_hash: hash.map(Roles::fingerprint),
        })
    }

    /// A path for the database: from its own folder where it is there, so that the folder can be moved as a whole.
    fn name_of(&self, file: &Path) -> Done<String> {
        let (file, folder) = (whole(file), whole_folder(&self.people));
        let name = file.strip_prefix(&folder).unwrap_or(&file);
        let none =
            || Failure::usage("the name of the file is no UTF-8, which the database of people cannot keep");
        name.to_str().map(str::to_owned).ok_or_else(none)
    }

    fn at(&self, name: &str) -> PathBuf {
        whole_folder(&self.people).join(name)
    }
}

/// The roles of a file.
pub(super) fn read(file: &Path) -> Done<Roles> {
    Roles::from_file(file).map_err(|error| Failure::failed(error.to_string()))
}

/// The folder of a file without links, as far as it is there.
fn whole_folder(file: &Path) -> PathBuf {
    let folder = folder_of(file);
    folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned())
}

/// A path without links: of the file where it is there, or else of its folder.
fn whole(file: &Path) -> PathBuf {
    let folder = || whole_folder(file).join(file.file_name().unwrap_or_default());
    file.canonicalize().unwrap_or_else(|_| folder())
}
