//! Who uses the program, what they may, and where it is recorded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::exit::{Done, Failure};
use super::output::tell;
use super::secret_input::{from_file, from_variable};
use super::session::Session;
use crate::access::{AccessControl, Actor, Permission, Roles, SqliteAccessStore};
use crate::audit::{Audit, AuditError, AuditLog, NoAudit, files_of_log};
use crate::private_file::folder_of;

/// Where keys are shown, for records.
const SOURCE: &str = "twilio-admin";

/// Somebody who may do what they asked for.
#[derive(Debug)]
pub(super) struct Person {
    /// The name for records.
    pub(super) name: String,
    pub(super) audit: Arc<dyn Audit>,
}

/// Somebody whose key was accepted, and those who decide what they may.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) access: AccessControl,
    pub(super) actor: Actor,
}

impl Session {
    /// Finds out who it is and whether they may.
    pub(super) fn allow(&self, permission: Permission) -> Done<Person> {
        if self.has_people()? {
            let audit = self.log()?;
            let Member { access, actor } = self.member(Arc::clone(&audit))?;
            self.wait(access.require(&actor, permission))?;
            return Ok(Person { name: actor.name().to_owned(), audit });
        }
        Ok(Person { name: self.os_user(), audit: self.log()? })
    }

    /// The same for those who read a log, which begins none. A log that is broken takes no records, and is read all the
    /// same: that is how it is found out what happened to it.
    pub(super) fn allow_to_read(&self, log: &Path) -> Done {
        let has_people = self.has_people()?;
        self.nobody_beside(log)?;
        // Where they cannot be told, they cannot be read.
        for file in files_of_log(log).unwrap_or_default() {
            self.nobody_beside(&file)?;
        }
        if !has_people {
            return Ok(());
        }
        let audit: Arc<dyn Audit> = match AuditLog::open(self.audit()?) {
            Ok(log) => Arc::new(log),
            Err(error @ AuditError::Broken(_)) => {
                tell(&format!("that the log is read is not recorded: {error}"));
                Arc::new(NoAudit)
            }
            Err(error) => return Err(error.into()),
        };
        let Member { access, actor } = self.member(audit)?;
        Ok(self.wait(access.require(&actor, Permission::ViewLogs))?)
    }

    /// Somebody whose key is accepted; what they may is asked for by what they do.
    pub(super) fn manager(&self) -> Done<Member> {
        self.needs_people()?;
        let people = self.places.people()?;
        match is_there(&people) {
            true => self.member(self.log()?),
            false => Err(none(&people)),
        }
    }

    /// The people, whoever asks. With `--first` there may be none yet.
    pub(super) fn everybody(&self, first: bool) -> Done<AccessControl> {
        self.needs_people()?;
        let people = self.places.people()?;
        match first || is_there(&people) {
            true => self.access(self.log()?),
            false => Err(none(&people)),
        }
    }

    fn needs_people(&self) -> Done {
        match self.without_people {
            true => {
                Err(Failure::refused("users and keys are about people, so --without-people is not for them"))
            }
            false => Ok(()),
        }
    }

    fn audit(&self) -> Done<PathBuf> {
        let log = self.places.audit()?;
        self.nobody_beside(&log)?;
        Ok(log)
    }

    fn log(&self) -> Done<Arc<dyn Audit>> {
        Ok(Arc::new(AuditLog::open(self.audit()?)?))
    }

    fn access(&self, audit: Arc<dyn Audit>) -> Done<AccessControl> {
        let people = self.places.people()?;
        let roles = match self.places.roles()? {
            Some(file) => {
                roles_of(&people, &file)?;
                Roles::from_file(file).map_err(|error| Failure::failed(error.to_string()))?
            }
            None => Roles::new(),
        };
        Ok(AccessControl::new(SqliteAccessStore::open(people)?, roles, audit))
    }

    fn member(&self, audit: Arc<dyn Audit>) -> Done<Member> {
        let access = self.access(Arc::clone(&audit))?;
        let key = match (&self.key_file, from_variable("TWILIO_ADMIN_KEY")) {
            (Some(file), _) => from_file(file, "--key-file")?,
            (None, Some(key)) => key,
            (None, None) => self.input.ask("Your API key")?,
        };
        audit.guard(&key);
        let actor = self.wait(access.authenticate_from(&key, SOURCE))?;
        Ok(Member { access, actor })
    }

    /// Whether there are people whose permissions decide. That there are none must be known to whoever asks.
    fn has_people(&self) -> Done<bool> {
        let people = self.places.people()?;
        match (is_there(&people), self.without_people) {
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            (true, true) => Err(Failure::refused(format!(
                "there is a database of people, {}, and --without-people is for where there is none",
                people.display()
            ))),
            (false, false) => Err(none(&people).and(
                "to go without people, where the permissions of files and the passphrase of the vault decide, say \
                 --without-people",
            )),
        }
    }

    /// That nobody steps around the people in the folder of a file, neither without people nor with people of their own.
    pub(super) fn nobody_beside(&self, file: &Path) -> Done {
        // The file may be a link, and those beside what it leads to decide as well.
        let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        for folder in [folder_of(file), folder_of(&target)] {
            let people = folder.join("people.db");
            if is_there(&people) && (self.without_people || !is_same(&people, &self.places.people()?)) {
                return Err(Failure::refused(format!(
                    "beside {} is a database of people, whose permissions decide here; give --people {}, and no \
                     --without-people",
                    file.display(),
                    people.display()
                )));
            }
        }
        Ok(())
    }

    /// Who the system says it is.
    fn os_user(&self) -> String {
        #[cfg(unix)]
        return format!("uid:{}", rustix::process::getuid().as_raw());
        #[cfg(not(unix))]
        format!("user:{}", std::env::var("USERNAME").unwrap_or_else(|_| "unknown".to_owned()))
    }
}

fn none(people: &Path) -> Failure {
    Failure::refused(format!(
        "there is no database of people, {}; twilio-admin user add NAME --first begins one",
        people.display()
    ))
}

/// That the roles of people who have a file of roles beside them are not defined by another one.
fn roles_of(people: &Path, file: &Path) -> Done {
    let own = folder_of(people).join("access.toml");
    match is_there(&own) && !is_same(&own, file) {
        true => Err(Failure::refused(format!(
            "beside {} is a file of roles, whose roles these people have; give --roles {}",
            people.display(),
            own.display()
        ))),
        false => Ok(()),
    }
}

/// Whether two names are known to be those of one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Whether there is anything of this name, or it cannot be told.
fn is_there(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    path.symlink_metadata().map_or_else(|error| !matches!(error.kind(), NotFound | NotADirectory), |_| true)
}
