//! Authentication and authorization of the user who runs the program, and the audit log of the command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use twilio_sdk::access_control::{
    AccessControl, AccessStore as _, Bindings, Permission, Permissions, Principal, Roles, SqliteAccessStore,
};
use twilio_sdk::audit::internal::files_of;
use twilio_sdk::audit::{AuditError, AuditLog, AuditSink, NoopAuditSink};
use twilio_sdk_config::internal::private_file::folder_of;

use crate::claim;
use crate::exit::{Done, Failure};
use crate::output::tell;
use crate::secret_input::{from_file, from_variable};
use crate::session::Session;
use crate::users_db::{self, BoundRoles, UsersDb};

/// The source of requests in records.
const SOURCE: &str = "twilio-admin";

/// A user with the permission for the command.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The name in records.
    pub(crate) name: String,
    pub(crate) audit: Arc<dyn AuditSink>,
}

/// An authenticated user of the users database.
#[derive(Debug)]
pub(crate) struct Authenticated {
    pub(crate) access: AccessControl,
    pub(crate) principal: Principal,
}

impl Session {
    /// Authenticates the user and requires a permission.
    pub(crate) fn allow(&self, permission: Permission) -> Done<Caller> {
        if self.has_users_db()? {
            let (store, db) = self.open_users_db()?;
            let audit = self.log(&db)?;
            let Authenticated { access, principal } = self.authenticate(store, &db, Arc::clone(&audit))?;
            self.wait(access.require(&principal, permission))?;
            return Ok(Caller { name: principal.name().to_owned(), audit });
        }
        let log = self.places.audit_log()?;
        self.check_owner(&log)?;
        Ok(Caller { name: self.os_user(), audit: Arc::new(AuditLog::open(log)?) })
    }

    /// Authorizes reading a log, without creating one. Returns the log of the arguments, or the users database's own. A tampered
    /// log takes no records, and can be read nevertheless, to find out what happened.
    pub(crate) fn allow_to_read(&self) -> Done<PathBuf> {
        let db = match self.has_users_db()? {
            true => Some(self.open_users_db()?),
            false => None,
        };
        let own = match &db {
            Some((_, db)) => db.own_log(),
            None => self.places.audit_log()?,
        };
        self.check_owner(&own)?;
        let log = self.places.given_audit_log().cloned().unwrap_or_else(|| own.clone());
        self.check_owner(&log)?;
        // A folder that cannot be listed has no readable files either.
        for file in files_of(&log).unwrap_or_default() {
            self.check_owner(&file)?;
        }
        let Some((store, db)) = db else { return Ok(log) };
        let audit: Arc<dyn AuditSink> = match AuditLog::open(own) {
            Ok(log) => Arc::new(log),
            Err(error @ AuditError::Corrupt(_)) => {
                tell(&format!("reading the log is not recorded: {error}"));
                Arc::new(NoopAuditSink)
            }
            Err(error) => return Err(error.into()),
        };
        let Authenticated { access, principal } = self.authenticate(store, &db, audit)?;
        self.wait(access.require(&principal, Permission::ViewLogs))?;
        Ok(log)
    }

    /// Authenticates the user. The command itself requires permissions.
    pub(crate) fn manager(&self) -> Done<Authenticated> {
        let (store, db) = self.existing_users_db()?;
        let audit = self.log(&db)?;
        self.authenticate(store, &db, audit)
    }

    /// Opens the users database without authentication.
    pub(crate) fn unauthenticated(&self) -> Done<AccessControl> {
        let (store, db) = self.existing_users_db()?;
        Ok(AccessControl::new(store, Roles::new(), self.log(&db)?))
    }

    /// Opens or creates the users database without authentication. Returns the bindings of the first user.
    pub(crate) fn bootstrap(&self) -> Done<(AccessControl, Bindings)> {
        self.needs_users_db()?;
        let path = self.places.users_db()?;
        let existing = exists(&path).then(|| self.open_users_db()).transpose()?;
        let db = match existing {
            Some((store, db)) if db.has_users => {
                let audit = self.log(&db)?;
                return Ok((AccessControl::new(store, Roles::new(), audit), Bindings::default()));
            }
            _ => UsersDb::new(path.clone(), Bindings::default(), false),
        };
        let log = self.places.audit_log()?;
        self.check_owner(&log)?;
        let roles = self.places.given_roles().cloned().or_else(|| db.unbound_roles(&self.places));
        let roles = roles.map(|file| users_db::read_roles(&file).map(|roles| (file, roles))).transpose()?;
        let audit: Arc<dyn AuditSink> = Arc::new(AuditLog::open(&log)?);
        let store = SqliteAccessStore::open(path)?;
        self.claim(&log)?;
        // Links in the paths can be resolved once all files exist.
        let bindings = db.bindings_of(&log, roles.as_ref().map(|(file, roles)| (file.as_path(), roles)))?;
        Ok((AccessControl::new(store, Roles::new(), audit), bindings))
    }

    /// Authenticates a user with all permissions, without the roles of any file.
    pub(crate) fn owner(&self) -> Done<(Authenticated, UsersDb)> {
        let (store, db) = self.existing_users_db()?;
        let audit = self.log(&db)?;
        let access = AccessControl::new(store, Roles::new(), Arc::clone(&audit));
        Ok((self.authenticate_key(access, &audit)?, db))
    }

    fn needs_users_db(&self) -> Done {
        match self.no_users_db {
            true => Err(Failure::rejected("users and keys are in a users database; leave out --no-users-db")),
            false => Ok(()),
        }
    }

    fn existing_users_db(&self) -> Done<(SqliteAccessStore, UsersDb)> {
        self.needs_users_db()?;
        let path = self.places.users_db()?;
        match exists(&path) {
            true => self.open_users_db(),
            false => Err(missing(&path)),
        }
    }

    fn open_users_db(&self) -> Done<(SqliteAccessStore, UsersDb)> {
        let path = self.places.users_db()?;
        let store = SqliteAccessStore::open(&path)?;
        let snapshot = self.wait(store.snapshot())?;
        Ok((store, UsersDb::new(path, snapshot.bindings, !snapshot.users.is_empty())))
    }

    pub(crate) fn log_path(&self, db: &UsersDb) -> Done<PathBuf> {
        if let Some(given) = self.places.given_audit_log() {
            self.check_owner(given)?;
        }
        let log = db.log(&self.places)?;
        self.check_owner(&log)?;
        Ok(log)
    }

    fn log(&self, db: &UsersDb) -> Done<Arc<dyn AuditSink>> {
        Ok(Arc::new(AuditLog::open(self.log_path(db)?)?))
    }

    fn authenticate(
        &self,
        store: SqliteAccessStore,
        db: &UsersDb,
        audit: Arc<dyn AuditSink>,
    ) -> Done<Authenticated> {
        let (roles, new) = match db.roles(&self.places)? {
            BoundRoles::Known(roles) => (roles, None),
            BoundRoles::New { roles, file, given } => (Roles::new(), Some((roles, file, given))),
        };
        let access = AccessControl::new(store.clone(), roles, Arc::clone(&audit));
        let Authenticated { access, principal } = self.authenticate_key(access, &audit)?;
        let Some((roles, file, given)) = new else { return Ok(Authenticated { access, principal }) };
        // An admin could adopt these roles anyway.
        if self.wait(access.permissions(&principal))? == Permissions::ALL {
            let log = db.own_log();
            self.wait(access.bind(&principal, db.bindings_of(&log, Some((&file, &roles)))?))?;
            return Ok(Authenticated { access: AccessControl::new(store, roles, audit), principal });
        }
        match given {
            false => Ok(Authenticated { access, principal }),
            true => Err(Failure::rejected(format!(
                "{} is not the roles file of the users database; an admin can adopt it with twilio-admin roles adopt {}",
                file.display(),
                file.display()
            ))),
        }
    }

    fn authenticate_key(&self, access: AccessControl, audit: &Arc<dyn AuditSink>) -> Done<Authenticated> {
        let key = match (&self.key_file, from_variable("TWILIO_ADMIN_KEY")) {
            (Some(file), _) => from_file(file, "--key-file")?,
            (None, Some(key)) => key,
            (None, None) => self.input.prompt("Your API key")?,
        };
        audit.redact_secret(&key);
        let principal = self.wait(access.authenticate_from(&key, SOURCE))?;
        Ok(Authenticated { access, principal })
    }

    /// Returns whether a users database decides. Running without one must be requested.
    fn has_users_db(&self) -> Done<bool> {
        let path = self.places.users_db()?;
        match (exists(&path), self.no_users_db) {
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            (true, true) => Err(Failure::rejected(format!(
                "the users database {} exists; leave out --no-users-db",
                path.display()
            ))),
            (false, false) => Err(missing(&path).and(
                "give --no-users-db to run without one, with file permissions and the vault's passphrase as access control",
            )),
        }
    }

    /// Checks that the users database of a file's folder, or the one that claims the file, is in use.
    pub(crate) fn check_owner(&self, file: &Path) -> Done {
        // The file may be a link; the folder of its target counts as well.
        let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        for file in [file, &target] {
            let Some(owner) = claim::owner(file)? else { continue };
            if self.no_users_db || !is_same(&owner, &self.places.users_db()?) {
                return Err(Failure::rejected(format!(
                    "{} belongs to a users database, whose permissions apply here; give --users-db {}, without --no-users-db",
                    file.display(),
                    owner.display()
                )));
            }
        }
        for folder in [folder_of(file), folder_of(&target)] {
            let owner = folder.join("users.db");
            if exists(&owner) && (self.no_users_db || !is_same(&owner, &self.places.users_db()?)) {
                return Err(Failure::rejected(format!(
                    "next to {} is a users database, whose permissions apply here; give --users-db {}, without --no-users-db",
                    file.display(),
                    owner.display()
                )));
            }
        }
        Ok(())
    }

    /// Returns the user of the operating system.
    fn os_user(&self) -> String {
        #[cfg(unix)]
        return format!("uid:{}", rustix::process::getuid().as_raw());
        #[cfg(not(unix))]
        format!("user:{}", std::env::var("USERNAME").unwrap_or_else(|_| "unknown".to_owned()))
    }
}

fn missing(path: &Path) -> Failure {
    Failure::rejected(format!(
        "the users database {} does not exist; twilio-admin user bootstrap NAME creates one",
        path.display()
    ))
}

/// Returns whether two paths are known to be one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Returns whether a file of this name exists, or may exist.
fn exists(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    path.symlink_metadata().map_or_else(|error| !matches!(error.kind(), NotFound | NotADirectory), |_| true)
}
