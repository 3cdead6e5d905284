use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use crate::{AuthFuture, Credential, MemoryUserStore, PasswordHash, UserStore};
use twilio_sdk_audit::internal::Recorder;
use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditSink, EventOutcome};
use twilio_sdk_config::internal::file::{Reader, missing, read_file, read_str};
use twilio_sdk_config::{ConfigError, ConfigFormat};

/// The minimum time between checks for changes.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// A store of users in a TOML or JSON file, reloaded when the file changes.
///
/// ```toml
/// [[auth.users]]
/// username = "alice"
/// password_hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzYWx0$…"
/// scopes = ["read", "write"]
/// ```
///
/// * `password_hash` is Argon2id in PHC form, see [`PasswordHash::hash`]. `password`, a plaintext password, is an error unless
///   the table `auth` has `allow_plaintext_passwords = true`, which is meant for migrating such a file. It is hashed when the
///   file is read.
/// * `${VAR}` is replaced by an environment variable, as in other configuration files. An empty variable is an error.
/// * Usernames consist of visible ASCII characters without `:` and are case-sensitive. Usernames that differ only in case,
///   unknown keys and invalid hashes are errors.
///
/// A changed file is reloaded within a second, without dropping requests. If it is invalid, the store logs a `tracing` event of
/// level ERROR and keeps the previous users.
#[derive(Debug)]
pub struct FileUserStore {
    path: PathBuf,
    users: RwLock<Arc<MemoryUserStore>>,
    seen: Mutex<Seen>,
    version: AtomicU64,
    recorder: RwLock<Recorder>,
}

/// Identifies a version of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    node: u64,
}

#[derive(Debug)]
struct Seen {
    stamp: Option<Stamp>,
    checked: Instant,
    /// Whether a change was not applied because its audit event could not be written.
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
    /// Opens the file and reads its users.
    ///
    /// # Errors
    ///
    /// [`ConfigError::problems`] lists everything that is wrong with the file.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        let path = path.into();
        let stamp = Stamp::of(&path);
        let users = RwLock::new(Arc::new(load(&path)?));
        Ok(Self {
            path,
            users,
            seen: Mutex::new(Seen { stamp, checked: Instant::now(), unrecorded: false }),
            version: AtomicU64::new(0),
            recorder: RwLock::default(),
        })
    }

    /// Records an audit event `config.change` for each reload and each failed one. Default: none. If the event cannot be
    /// written, the new users are not applied, and the store retries a second later.
    pub fn audit(self, audit: impl AuditSink + 'static) -> Self {
        self.set_recorder(Recorder::new(audit));
        self
    }

    fn set_recorder(&self, recorder: Recorder) {
        *self.recorder.write().unwrap_or_else(PoisonError::into_inner) = recorder;
    }

    /// Reloads the file now.
    ///
    /// # Errors
    ///
    /// The same errors as [`open`](Self::open), or the audit event could not be written. The store keeps the previous users.
    pub fn reload(&self) -> Result<(), ConfigError> {
        let stamp = Stamp::of(&self.path);
        let users = load(&self.path);
        let recorded = self.record(users.as_ref().err());
        // Locked until the users are replaced: if two threads reload concurrently and the one with the older file is last, its
        // stamp must be stored too, so that the file is reloaded.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // An invalid file is not reloaded before it changes.
        seen.stamp = stamp;
        seen.unrecorded = recorded.is_err();
        recorded?;
        let users = Arc::new(users?);
        *self.users.write().unwrap_or_else(PoisonError::into_inner) = users;
        self.version.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    fn record(&self, error: Option<&ConfigError>) -> Result<(), ConfigError> {
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
            ConfigError::new(format!(
                "{file}: the previous users are kept: the audit event could not be written: {error}"
            ))
        })
    }

    /// Returns the number of users.
    pub fn len(&self) -> usize {
        self.users().len()
    }

    /// Returns whether there are no users.
    pub fn is_empty(&self) -> bool {
        self.users().is_empty()
    }

    fn users(&self) -> Arc<MemoryUserStore> {
        Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whether the file has changed. Checks once a second at most.
    fn has_changed(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.checked.elapsed() < CHECK_INTERVAL {
            return false;
        }
        seen.checked = Instant::now();
        let stamp = Stamp::of(&self.path);
        let changed = stamp != seen.stamp || seen.unrecorded;
        seen.stamp = stamp;
        changed
    }

    fn apply_changes(&self) {
        if !self.has_changed() {
            return;
        }
        let file = self.path.display();
        match self.reload() {
            Ok(()) => tracing::info!(target: "twilio_sdk::inbound_auth", %file, "users reloaded"),
            Err(error) => tracing::error!(
                target: "twilio_sdk::inbound_auth",
                %file,
                %error,
                "users not reloaded; the previous users are kept"
            ),
        }
    }
}

impl UserStore for FileUserStore {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            self.apply_changes();
            self.users().authenticate(credential).await
        })
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn reload_if_changed(&self) {
        self.apply_changes();
    }

    fn set_audit(&self, audit: &Arc<dyn AuditSink>) {
        self.set_recorder(Recorder::new(Arc::clone(audit)));
    }
}

fn load(path: &Path) -> Result<MemoryUserStore, ConfigError> {
    let users =
        read_file(path, &|name| std::env::var(name).ok(), &|reader| users(&reader.strict_table("auth")))?;
    let users = MemoryUserStore::new(users)
        .map_err(|error| ConfigError::new(format!("{}: auth.users: {error}", path.display())))?;
    if !users.is_even() {
        tracing::warn!(
            target: "twilio_sdk::inbound_auth",
            file = %path.display(),
            "the password hashes have different parameters, so the response time can reveal whether a user exists"
        );
    }
    Ok(users)
}

/// Reads the table `auth` of a file.
fn users(auth: &Reader<'_>) -> Option<Vec<(String, PasswordHash, Vec<String>)>> {
    let plain_allowed = auth.flag("allow_plaintext_passwords").unwrap_or(false);
    let users = auth.tables("users", |user| {
        let username = user.string("username");
        let (hash, password) = (user.string("password_hash"), user.secret("password"));
        let scopes = user.strings("scopes").unwrap_or_default();
        if !user.is_present() {
            return None;
        }
        missing(user, &["username"]);
        if let Some(Err(why)) = username.as_deref().map(twilio_sdk_types::internal::user_name::check_basic) {
            user.problem("username", format!("is not a valid username: {why}"));
        }
        let hash = match (hash, password) {
            (Some(hash), None) => {
                hash.parse::<PasswordHash>().map_err(|error| user.problem("password_hash", error.to_string())).ok()
            }
            (None, Some(password)) if plain_allowed && !is_transmittable(password.expose_secret()) => {
                user.problem("password", "is empty or contains a control character");
                None
            }
            (None, Some(password)) if plain_allowed => {
                PasswordHash::hash(&password).map_err(|error| user.problem("password", error.to_string())).ok()
            }
            (None, Some(_)) => {
                user.problem(
                    "password",
                    "is a plaintext password; give `password_hash` instead, or set `allow_plaintext_passwords = true` in \
                     the table `auth`",
                );
                None
            }
            (Some(_), Some(_)) => {
                user.problem("password", "is given in addition to `password_hash`; give one of them");
                None
            }
            (None, None) => {
                // A `password` that cannot be read has been reported.
                if !user.has("password") {
                    missing(user, &["password_hash"]);
                }
                None
            }
        };
        Some((username?, hash?, scopes))
    });
    if !auth.has("users") {
        auth.problem("users", "is missing; without users every request is rejected");
    }
    Some(users)
}

/// Returns whether Basic authentication can transmit the string.
fn is_transmittable(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// Returns the usernames and scopes of a users file, for fuzzing.
pub fn users_of(text: &str, format: ConfigFormat) -> Result<Vec<(String, Vec<String>)>, ConfigError> {
    let found = read_str(text, format, &|_| None, &|reader| users(&reader.table("auth")))?;
    Ok(found.into_iter().map(|(name, _, scopes)| (name, scopes)).collect())
}

#[cfg(test)]
mod tests;
