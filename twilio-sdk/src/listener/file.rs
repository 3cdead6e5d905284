use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use super::{Authentication, Credential, MemoryUserStore, PasswordHash, UserStore};
use crate::audit::{AuditEvent, AuditEventKind, AuditSink, EventOutcome, Recorder};
use crate::config::file::{Reader, missing, read_file};
use crate::{Error, Result};

/// How often the file is looked at, at most.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Users in a TOML or JSON file, read again when it changes.
///
/// ```toml
/// [[auth.users]]
/// username = "alice"
/// password_hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzYWx0$…"
/// scopes = ["read", "write"]
/// ```
///
/// * `password_hash` is Argon2id in PHC form ([`PasswordHash::create`] makes one). `password`, a password in clear, is
///   an error unless the table `auth` says `allow_plain_passwords = true`, which is meant for taking over such a file;
///   it is hashed when it is read.
/// * `${VAR}` stands for an environment variable, as in other configuration files; one that is empty is an error.
/// * Names are visible ASCII characters without `:` and case-sensitive; two users whose names differ in upper and lower
///   case only, unknown keys and bad hashes are errors.
///
/// A changed file is read within a second, without a request's being dropped. One that is broken is reported by a
/// `tracing` event of level ERROR, and the users that were known stay known.
#[derive(Debug)]
pub struct FileUserStore {
    path: PathBuf,
    users: RwLock<Arc<MemoryUserStore>>,
    seen: Mutex<Seen>,
    generation: AtomicU64,
    recorder: RwLock<Recorder>,
}

/// What tells a changed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    node: u64,
}

#[derive(Debug)]
struct Seen {
    stamp: Option<Stamp>,
    looked: Instant,
    /// Whether a change could not be recorded, and so was not taken.
    unrecorded: bool,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        let node = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let node = 0;
        Some(Self { modified: metadata.modified().ok(), length: metadata.len(), node })
    }
}

impl FileUserStore {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`Error::config_problems`] lists everything that is wrong with it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let stamp = Stamp::of(&path);
        let users = RwLock::new(Arc::new(load(&path)?));
        Ok(Self {
            path,
            users,
            seen: Mutex::new(Seen { stamp, looked: Instant::now(), unrecorded: false }),
            generation: AtomicU64::new(0),
            recorder: RwLock::default(),
        })
    }

    /// Where it is recorded that the file was read again, or could not be (`config.change`); nowhere unless set. Users of
    /// whom nothing can be recorded are not taken, and are read again a second later.
    pub fn audit(self, audit: impl AuditSink + 'static) -> Self {
        self.set_recorder(Recorder::new(audit));
        self
    }

    fn set_recorder(&self, recorder: Recorder) {
        *self.recorder.write().unwrap_or_else(PoisonError::into_inner) = recorder;
    }

    /// Reads the file again, now.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open), and where it cannot be recorded; the users that were known stay known.
    pub fn reload(&self) -> Result<()> {
        let stamp = Stamp::of(&self.path);
        let users = load(&self.path);
        let recorded = self.record(users.as_ref().err());
        // Held until the users are in their place: of two who read at once, the one with the older file may be the last,
        // and then its stamp must be there too, for the file to be read again.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that is broken is not read again before it changes.
        seen.stamp = stamp;
        seen.unrecorded = recorded.is_err();
        recorded?;
        let users = Arc::new(users?);
        *self.users.write().unwrap_or_else(PoisonError::into_inner) = users;
        self.generation.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    fn record(&self, error: Option<&Error>) -> Result<()> {
        let recorder = self.recorder.read().unwrap_or_else(PoisonError::into_inner).clone();
        let file = self.path.display();
        let event = match error {
            None => AuditEvent::new(AuditEventKind::ConfigChange, EventOutcome::Ok),
            Some(error) => {
                AuditEvent::new(AuditEventKind::ConfigChange, EventOutcome::Failed).reason(error.to_string())
            }
        };
        let event = event.action("read users").resource(file.to_string());
        recorder.record(&event).map_err(|error| {
            Error::config(format!(
                "{file}: the users stay as they were, because it cannot be recorded: {error}"
            ))
        })
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.users().is_empty()
    }

    fn users(&self) -> Arc<MemoryUserStore> {
        Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the file has changed since it was read; looked at once a second by one of those who ask.
    fn has_changed(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.looked.elapsed() < LOOK_AGAIN {
            return false;
        }
        seen.looked = Instant::now();
        let stamp = Stamp::of(&self.path);
        let changed = stamp != seen.stamp || seen.unrecorded;
        seen.stamp = stamp;
        changed
    }

    fn reload_if_changed(&self) {
        if !self.has_changed() {
            return;
        }
        let file = self.path.display();
        match self.reload() {
            Ok(()) => tracing::info!(target: "twilio_sdk::listener", %file, "the users were read again"),
            Err(error) => tracing::error!(
                target: "twilio_sdk::listener",
                %file,
                %error,
                "the users cannot be read; those that were known stay known"
            ),
        }
    }
}

impl UserStore for FileUserStore {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            self.reload_if_changed();
            self.users().authenticate(credential).await
        })
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn refresh(&self) {
        self.reload_if_changed();
    }

    fn record_changes(&self, audit: &Arc<dyn AuditSink>) {
        self.set_recorder(Recorder::new(Arc::clone(audit)));
    }
}

fn load(path: &Path) -> Result<MemoryUserStore> {
    let users = read_file(path, &|name| std::env::var(name).ok(), &|reader| users(&reader.decisive("auth")))?;
    let users = MemoryUserStore::new(users)
        .map_err(|error| Error::config(format!("{}: auth.users: {error}", path.display())))?;
    if !users.is_even() {
        tracing::warn!(
            target: "twilio_sdk::listener",
            file = %path.display(),
            "the hashes have several parameters, so the time of a check can tell whether a user exists"
        );
    }
    Ok(users)
}

/// Reads the table `auth` of a file.
fn users(auth: &Reader<'_>) -> Option<Vec<(String, PasswordHash, Vec<String>)>> {
    let plain_allowed = auth.flag("allow_plain_passwords").unwrap_or(false);
    let users = auth.tables("users", |user| {
        let username = user.text("username");
        let (hash, password) = (user.text("password_hash"), user.secret("password"));
        let scopes = user.texts("scopes").unwrap_or_default();
        if !user.is_there() {
            return None;
        }
        missing(user, &["username"]);
        if let Some(Err(why)) = username.as_deref().map(crate::types::internal::user_name::check_basic) {
            user.problem("username", format!("cannot be a user's: {why}"));
        }
        let hash = match (hash, password) {
            (Some(hash), None) => {
                PasswordHash::parse(&hash).map_err(|error| user.problem("password_hash", error.to_string())).ok()
            }
            (None, Some(password)) if plain_allowed && !can_be_carried(password.expose_secret()) => {
                user.problem("password", "is empty or holds a control character");
                None
            }
            (None, Some(password)) if plain_allowed => {
                PasswordHash::create(&password).map_err(|error| user.problem("password", error.to_string())).ok()
            }
            (None, Some(_)) => {
                user.problem(
                    "password",
                    "is a password in clear; give `password_hash` in its place, or `allow_plain_passwords = true` in \
                     the table `auth`",
                );
                None
            }
            (Some(_), Some(_)) => {
                user.problem("password", "stands beside `password_hash`; give one of them");
                None
            }
            (None, None) => {
                // What is there and could not be read has been reported.
                if !user.has("password") {
                    missing(user, &["password_hash"]);
                }
                None
            }
        };
        Some((username?, hash?, scopes))
    });
    if !auth.has("users") {
        auth.problem("users", "is missing; without users nobody is let in");
    }
    Some(users)
}

/// Whether Basic authentication can carry it: no [`Credential`] has a name or a password that it cannot.
fn can_be_carried(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// The names and scopes of a text of users.
#[cfg(all(fuzzing, feature = "emulator"))]
pub(crate) fn users_of(text: &str, format: crate::ConfigFormat) -> Result<Vec<(String, Vec<String>)>> {
    let found =
        crate::config::file::read_text(text, format, &|_| None, &|reader| users(&reader.table("auth")))?;
    Ok(found.into_iter().map(|(name, _, scopes)| (name, scopes)).collect())
}

#[cfg(test)]
mod tests;
