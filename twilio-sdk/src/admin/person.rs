//! Who uses the program, what they may, and where it is recorded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bound::{self, Bound, TheirRoles};
use super::claim;
use super::exit::{Done, Failure};
use super::output::tell;
use super::secret_input::{from_file, from_variable};
use super::session::Session;
use crate::access::{
    AccessControl, AccessStore as _, Bindings, Permission, Permissions, Principal, Roles, SqliteAccessStore,
};
use crate::audit::internal::files_of;
use crate::audit::{AuditError, AuditLog, AuditSink, NoopAuditSink};
use crate::private_file::folder_of;

/// Where keys are shown, for records.
const SOURCE: &str = "twilio-admin";

/// Somebody who may do what they asked for.
#[derive(Debug)]
pub(super) struct Person {
    /// The name for records.
    pub(super) name: String,
    pub(super) audit: Arc<dyn AuditSink>,
}

/// Somebody whose key was accepted, and those who decide what they may.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) access: AccessControl,
    pub(super) principal: Principal,
}

impl Session {
    /// Finds out who it is and whether they may.
    pub(super) fn allow(&self, permission: Permission) -> Done<Person> {
        if self.has_people()? {
            let (store, bound) = self.people()?;
            let audit = self.log(&bound)?;
            let Member { access, principal } = self.member(store, &bound, Arc::clone(&audit))?;
            self.wait(access.require(&principal, permission))?;
            return Ok(Person { name: principal.name().to_owned(), audit });
        }
        let log = self.places.audit()?;
        self.nobody_beside(&log)?;
        Ok(Person { name: self.os_user(), audit: Arc::new(AuditLog::open(log)?) })
    }

    /// The same for those who read a log, which begins none; returns the log: that which is named, or the people's own. A log
    /// that is broken takes no records, and is read all the same: that is how it is found out what happened to it.
    pub(super) fn allow_to_read(&self, named: Option<&Path>) -> Done<PathBuf> {
        let has_people = self.has_people()?;
        let bound = match has_people {
            true => Some(self.people()?),
            false => None,
        };
        let own = match &bound {
            Some((_, bound)) => self.log_path(bound)?,
            None => self.places.audit()?,
        };
        let log = named.map_or_else(|| own.clone(), Path::to_owned);
        self.nobody_beside(&log)?;
        // Where they cannot be told, they cannot be read.
        for file in files_of(&log).unwrap_or_default() {
            self.nobody_beside(&file)?;
        }
        let Some((store, bound)) = bound else { return Ok(log) };
        let audit: Arc<dyn AuditSink> = match AuditLog::open(own) {
            Ok(log) => Arc::new(log),
            Err(error @ AuditError::Corrupt(_)) => {
                tell(&format!("that the log is read is not recorded: {error}"));
                Arc::new(NoopAuditSink)
            }
            Err(error) => return Err(error.into()),
        };
        let Member { access, principal } = self.member(store, &bound, audit)?;
        self.wait(access.require(&principal, Permission::ViewLogs))?;
        Ok(log)
    }

    /// Somebody whose key is accepted; what they may is asked for by what they do.
    pub(super) fn manager(&self) -> Done<Member> {
        self.needs_people()?;
        let people = self.places.people()?;
        if !is_there(&people) {
            return Err(none(&people));
        }
        let (store, bound) = self.people()?;
        let audit = self.log(&bound)?;
        self.member(store, &bound, audit)
    }

    /// The people of a database that has users, whoever asks.
    pub(super) fn everybody(&self) -> Done<AccessControl> {
        self.needs_people()?;
        let people = self.places.people()?;
        if !is_there(&people) {
            return Err(none(&people));
        }
        let (store, bound) = self.people()?;
        Ok(AccessControl::new(store, Roles::new(), self.log(&bound)?))
    }

    /// The people of a database that may be new, with what the first user binds it to.
    pub(super) fn first(&self) -> Done<(AccessControl, Bindings)> {
        self.needs_people()?;
        let people = self.places.people()?;
        let known = is_there(&people).then(|| self.people()).transpose()?;
        let bound = match known {
            Some((store, bound)) if bound.has_users => {
                let audit = self.log(&bound)?;
                return Ok((AccessControl::new(store, Roles::new(), audit), Bindings::default()));
            }
            _ => Bound::new(people.clone(), Bindings::default(), false),
        };
        let log = self.places.audit()?;
        self.nobody_beside(&log)?;
        let roles = self.places.given_roles().cloned().or_else(|| bound.unbound_roles(&self.places));
        let roles = roles.map(|file| bound::read(&file).map(|roles| (file, roles))).transpose()?;
        let audit: Arc<dyn AuditSink> = Arc::new(AuditLog::open(&log)?);
        let store = SqliteAccessStore::open(people)?;
        self.claim(&log)?;
        // Once all of them are there, links in their names can be followed.
        let bindings = bound.bound_to(&log, roles.as_ref().map(|(file, roles)| (file.as_path(), roles)))?;
        Ok((AccessControl::new(store, Roles::new(), audit), bindings))
    }

    /// Somebody who may do everything, with the people, and without the roles of any file.
    pub(super) fn owner(&self) -> Done<(Member, Bound)> {
        self.needs_people()?;
        let people = self.places.people()?;
        if !is_there(&people) {
            return Err(none(&people));
        }
        let (store, bound) = self.people()?;
        let audit = self.log(&bound)?;
        let member = self.known(AccessControl::new(store, Roles::new(), Arc::clone(&audit)), &audit)?;
        Ok((member, bound))
    }

    fn needs_people(&self) -> Done {
        match self.without_people {
            true => {
                Err(Failure::refused("users and keys are about people, so --without-people is not for them"))
            }
            false => Ok(()),
        }
    }

    /// The database of people, and what it is bound to.
    fn people(&self) -> Done<(SqliteAccessStore, Bound)> {
        let people = self.places.people()?;
        let store = SqliteAccessStore::open(&people)?;
        let records = self.wait(store.snapshot())?;
        Ok((store, Bound::new(people, records.bindings, !records.users.is_empty())))
    }

    pub(super) fn log_path(&self, bound: &Bound) -> Done<PathBuf> {
        if let Some(given) = self.places.given_audit() {
            self.nobody_beside(given)?;
        }
        let log = bound.log(&self.places)?;
        self.nobody_beside(&log)?;
        Ok(log)
    }

    fn log(&self, bound: &Bound) -> Done<Arc<dyn AuditSink>> {
        Ok(Arc::new(AuditLog::open(self.log_path(bound)?)?))
    }

    fn member(&self, store: SqliteAccessStore, bound: &Bound, audit: Arc<dyn AuditSink>) -> Done<Member> {
        let (roles, new) = match bound.roles(&self.places)? {
            TheirRoles::Known(roles) => (roles, None),
            TheirRoles::New { roles, file, asked_for } => (Roles::new(), Some((roles, file, asked_for))),
        };
        let access = AccessControl::new(store.clone(), roles, Arc::clone(&audit));
        let Member { access, principal } = self.known(access, &audit)?;
        let Some((roles, file, asked_for)) = new else { return Ok(Member { access, principal }) };
        // Roles that nobody has taken over yet are taken over by an admin's use of them, who could do it anyway.
        if self.wait(access.permissions(&principal))? == Permissions::ALL {
            let log = bound.log(&self.places)?;
            self.wait(access.bind(&principal, bound.bound_to(&log, Some((&file, &roles)))?))?;
            return Ok(Member { access: AccessControl::new(store, roles, audit), principal });
        }
        match asked_for {
            false => Ok(Member { access, principal }),
            true => Err(Failure::refused(format!(
                "{} is a file of roles that these people do not have; an admin gives them its roles with twilio-admin roles \
                 adopt {}",
                file.display(),
                file.display()
            ))),
        }
    }

    /// Whose key it is.
    fn known(&self, access: AccessControl, audit: &Arc<dyn AuditSink>) -> Done<Member> {
        let key = match (&self.key_file, from_variable("TWILIO_ADMIN_KEY")) {
            (Some(file), _) => from_file(file, "--key-file")?,
            (None, Some(key)) => key,
            (None, None) => self.input.ask("Your API key")?,
        };
        audit.redact_secret(&key);
        let principal = self.wait(access.authenticate_from(&key, SOURCE))?;
        Ok(Member { access, principal })
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
        for file in [file, &target] {
            let Some(people) = claim::owner(file)? else { continue };
            if self.without_people || !is_same(&people, &self.places.people()?) {
                return Err(Failure::refused(format!(
                    "{} is that of a database of people, whose permissions decide here; give --people {}, and no \
                     --without-people",
                    file.display(),
                    people.display()
                )));
            }
        }
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

/// Whether two names are known to be those of one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Whether there is anything of this name, or it cannot be told.
fn is_there(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    path.symlink_metadata().map_or_else(|error| !matches!(error.kind(), NotFound | NotADirectory), |_| true)
}
