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

    /// The file of roles, which must be there where it was named.
    pub(super) fn roles(&self) -> Done<Option<PathBuf>> {
        let file = self.file(self.roles.as_ref(), "access.toml", "--roles")?;
        Ok((self.roles.is_some() || file.try_exists().unwrap_or(true)).then_some(file))
    }

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
