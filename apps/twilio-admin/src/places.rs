//! The files of commands.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use crate::exit::{Done, Failure};
use crate::options::GlobalOptions;

/// The files of commands.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// `None` if the system has no configuration folder for the user.
    home: Option<PathBuf>,
    users_db: Option<PathBuf>,
    roles: Option<PathBuf>,
    audit_log: Option<PathBuf>,
}

impl Places {
    pub(crate) fn new(options: &GlobalOptions) -> Self {
        let settings = || Some(etcetera::choose_base_strategy().ok()?.config_dir().join("twilio-admin"));
        Self {
            home: options.home.clone().or_else(settings),
            users_db: options.users_db.clone(),
            roles: options.roles.clone(),
            audit_log: options.audit_log.clone(),
        }
    }

    pub(crate) fn users_db(&self) -> Done<PathBuf> {
        self.file(self.users_db.as_ref(), "users.db", "--users-db")
    }

    /// Returns the roles file of the arguments.
    pub(crate) fn given_roles(&self) -> Option<&PathBuf> {
        self.roles.as_ref()
    }

    /// Returns the roles file in the home folder.
    pub(crate) fn home_roles(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("access.toml"))
    }

    /// Returns the audit log of the arguments.
    pub(crate) fn given_audit_log(&self) -> Option<&PathBuf> {
        self.audit_log.as_ref()
    }

    /// Returns the audit log of a new users database, or without one.
    pub(crate) fn audit_log(&self) -> Done<PathBuf> {
        self.file(self.audit_log.as_ref(), "audit.log", "--audit-log")
    }

    pub(crate) fn vault(&self, given: Option<&PathBuf>) -> Done<PathBuf> {
        self.file(given, "secrets.vault", "--vault")
    }

    fn file(&self, given: Option<&PathBuf>, name: &str, option: &str) -> Done<PathBuf> {
        let default = || self.home.as_ref().map(|home| home.join(name));
        given.cloned().or_else(default).ok_or_else(|| {
            Failure::usage(format!("the user has no configuration folder; give --home or {option}"))
        })
    }
}
