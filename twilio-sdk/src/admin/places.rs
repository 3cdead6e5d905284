//! Where files are unless arguments say otherwise.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use super::cli::Everywhere;
use super::exit::{Done, Failure};

/// The files that commands use.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// `None` where the system does not say where users' settings are.
    home: Option<PathBuf>,
    people: Option<PathBuf>,
    roles: Option<PathBuf>,
    audit: Option<PathBuf>,
}

impl Places {
    pub(super) fn of(everywhere: &Everywhere) -> Self {
        let settings = || Some(etcetera::choose_base_strategy().ok()?.config_dir().join("twilio-admin"));
        Self {
            home: everywhere.home.clone().or_else(settings),
            people: everywhere.people.clone(),
            roles: everywhere.roles.clone(),
            audit: everywhere.audit.clone(),
        }
    }

    pub(super) fn people(&self) -> Done<PathBuf> {
        self.file(self.people.as_ref(), "people.db", "--people")
    }

    /// The file of roles that arguments name.
    pub(super) fn given_roles(&self) -> Option<&PathBuf> {
        self.roles.as_ref()
    }

    /// The file of roles in the folder of files.
    pub(super) fn home_roles(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("access.toml"))
    }

    /// The audit log that arguments name.
    pub(super) fn given_audit(&self) -> Option<&PathBuf> {
        self.audit.as_ref()
    }

    /// The audit log of those who have no people, or begin them.
    pub(super) fn audit(&self) -> Done<PathBuf> {
        self.file(self.audit.as_ref(), "audit.log", "--audit")
    }

    pub(super) fn vault(&self, given: Option<&PathBuf>) -> Done<PathBuf> {
        self.file(given, "secrets.vault", "--vault")
    }

    fn file(&self, given: Option<&PathBuf>, name: &str, option: &str) -> Done<PathBuf> {
        let default = || self.home.as_ref().map(|home| home.join(name));
        given.cloned().or_else(default).ok_or_else(|| {
            let why = "the system does not say where the user's settings are; give --home or";
            Failure::usage(format!("{why} {option}"))
        })
    }
}
