use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::content::Content;
use crate::seal::{MAX_FILE_BYTES, Seal};
use crate::{Argon2Params, Entry, EntryInfo, EntryValue, VaultError, VaultOptions};
use twilio_sdk_audit::internal::PendingChange;
use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};
use twilio_sdk_config::internal::private_file::{
    self, Lock, beside, folder_of, is_open_to_others, make_folder, replace,
};
use twilio_sdk_types::SecretString;

/// An encrypted store of secrets in one file. The [crate documentation](crate) describes the file.
///
/// Every method reads the file, and so sees changes by other processes. Methods block while they read or write a small
/// file, and changes wait for other processes. The vault keeps the key, not the passphrase.
#[derive(Debug)]
pub struct Vault {
    options: VaultOptions,
    seal: Arc<RwLock<Seal>>,
}

impl Vault {
    /// Creates a file with the default [`VaultOptions`].
    ///
    /// # Errors
    ///
    /// The same errors as [`VaultOptions::create`].
    pub fn create(path: impl Into<PathBuf>, passphrase: &SecretString) -> Result<Self, VaultError> {
        VaultOptions::new(path).create(passphrase)
    }

    /// Opens a file with the default [`VaultOptions`].
    ///
    /// # Errors
    ///
    /// The same errors as [`VaultOptions::open`].
    pub fn open(path: impl Into<PathBuf>, passphrase: &SecretString) -> Result<Self, VaultError> {
        VaultOptions::new(path).open(passphrase)
    }

    pub(super) fn create_with(options: VaultOptions, passphrase: &SecretString) -> Result<Self, VaultError> {
        options.audit.redact_secret(passphrase);
        check_platform(options.allow_unprotected)?;
        let path = &options.path;
        make_folder(folder_of(path))?;
        check_folder(path)?;
        let seal = Seal::create(passphrase, options.argon2_params)?;
        let _lock = lock(&options)?;
        match path.symlink_metadata() {
            Ok(_) => return Err(VaultError::AlreadyExists),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let bytes = seal.seal(&Content::default().to_json()?)?;
        let event =
            event(&options, AuditEventKind::CredentialUnlock, EventOutcome::Ok, None, Some("a new vault"));
        recorded(&options, event, || Ok(replace(path, &bytes)?))?;
        Ok(Self { seal: Arc::new(RwLock::new(seal)), options })
    }

    pub(super) fn open_with(options: VaultOptions, passphrase: &SecretString) -> Result<Self, VaultError> {
        options.audit.redact_secret(passphrase);
        let opened =
            check_platform(options.allow_unprotected).and_then(|()| read(&options.path)).and_then(|file| {
                let seal = Seal::open(&file, passphrase)?;
                Content::parse(&seal.unseal(&file)?).map(|_| seal)
            });
        let (outcome, reason) = ended(&opened);
        let event = event(&options, AuditEventKind::CredentialUnlock, outcome, None, reason.as_deref());
        options.audit.record(&event)?;
        Ok(Self { seal: Arc::new(RwLock::new(opened?)), options })
    }

    /// Returns this vault with another actor for audit events. Changing the passphrase changes it for both.
    pub fn with_actor(&self, actor: impl Into<String>) -> Self {
        Self { options: self.options.clone().actor(actor), seal: Arc::clone(&self.seal) }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// Returns the entry of this name.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotFound`], and [`VaultError::Expired`] from the entry's `expires_at` on; see [`VaultError`] for others.
    pub fn get(&self, name: &str) -> Result<Entry, VaultError> {
        let found = self.content().and_then(|content| match content.get(name) {
            None => Err(VaultError::NotFound(name.to_owned())),
            Some(entry) if entry.info.is_expired() => Err(VaultError::Expired(name.to_owned())),
            Some(entry) => Ok(entry.clone()),
        });
        if let Ok(entry) = &found {
            self.redact(&entry.value);
        }
        self.record(AuditEventKind::CredentialRead, Some(name), found)
    }

    /// Lists all entries by name, without their secrets. Includes expired ones.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn list(&self) -> Result<Vec<EntryInfo>, VaultError> {
        Ok(self.content()?.infos().cloned().collect())
    }

    /// Sets an entry. Returns whether it replaced one. From `expires_at` on, to the second, [`get`](Self::get) rejects it; it stays
    /// in the file until it is deleted.
    ///
    /// # Errors
    ///
    /// [`VaultError::InvalidName`]; see [`VaultError`] for others.
    pub fn set(
        &self,
        name: &str,
        value: impl Into<EntryValue>,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<bool, VaultError> {
        let value = value.into();
        self.redact(&value);
        self.check_name(name)
            .or_else(|error| self.rejected(AuditEventKind::CredentialStore, Some(name), error))?;
        self.change(AuditEventKind::CredentialStore, Some(name), |content| {
            content.set(name, value, expires_at.map(OffsetDateTime::unix_timestamp), now())
        })
    }

    /// Deletes an entry. Returns whether it existed.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written.
    pub fn delete(&self, name: &str) -> Result<bool, VaultError> {
        self.change(AuditEventKind::CredentialDelete, Some(name), |content| content.remove(name))
    }

    /// Changes the passphrase, with a new salt. Other processes must open the file again.
    ///
    /// # Errors
    ///
    /// See [`VaultError`]; the old passphrase then stays.
    pub fn rekey(&self, passphrase: &SecretString, params: Argon2Params) -> Result<(), VaultError> {
        self.options.audit.redact_secret(passphrase);
        let kind = AuditEventKind::CredentialRekey;
        let prepared = Seal::create(passphrase, params).and_then(|next| {
            let lock = lock(&self.options)?;
            let seal = self.seal.write().unwrap_or_else(PoisonError::into_inner);
            let plain = seal.unseal(&read(self.path())?)?;
            Content::parse(&plain)?;
            let bytes = next.seal(trimmed(&plain))?;
            Ok((lock, seal, next, bytes))
        });
        let (_lock, mut seal, next, bytes) = prepared.or_else(|error| self.rejected(kind, None, error))?;
        recorded(&self.options, event(&self.options, kind, EventOutcome::Ok, None, None), || {
            Ok(replace(self.path(), &bytes)?)
        })?;
        *seal = next;
        Ok(())
    }

    /// Changes the entries atomically, under the lock. The change is recorded as begun before the new file replaces the old one;
    /// if it cannot be recorded, the file stays unchanged.
    pub(super) fn change<T>(
        &self,
        kind: AuditEventKind,
        name: Option<&str>,
        change: impl FnOnce(&mut Content) -> T,
    ) -> Result<T, VaultError> {
        let prepared = || {
            let lock = lock(&self.options)?;
            let seal = self.seal.read().unwrap_or_else(PoisonError::into_inner);
            let mut content = Content::parse(&seal.unseal(&read(self.path())?)?)?;
            let result = change(&mut content);
            let bytes = seal.seal(&content.to_json()?)?;
            Ok((lock, seal, bytes, result))
        };
        let (_lock, _seal, bytes, result) = prepared().or_else(|error| self.rejected(kind, name, error))?;
        recorded(&self.options, event(&self.options, kind, EventOutcome::Ok, name, None), || {
            Ok(replace(self.path(), &bytes)?)
        })?;
        Ok(result)
    }

    fn content(&self) -> Result<Content, VaultError> {
        let seal = self.seal.read().unwrap_or_else(PoisonError::into_inner);
        Content::parse(&seal.unseal(&read(self.path())?)?)
    }

    pub(super) fn check_name(&self, name: &str) -> Result<(), VaultError> {
        match (1..=256).contains(&name.len()) && !name.chars().any(char::is_control) {
            true => Ok(()),
            false => Err(VaultError::InvalidName),
        }
    }

    /// Passes the secrets of an entry to the audit sink for redaction.
    pub(super) fn redact(&self, value: &EntryValue) {
        match value {
            EntryValue::String(text) => self.options.audit.redact_secret(text),
            EntryValue::Json(json) => {
                twilio_sdk_redact::for_each_secret(json.expose_secret(), &mut |secret| {
                    self.options.audit.redact_secret(&secret.into());
                })
            }
        }
    }

    /// Records and returns an outcome; an error if it cannot be recorded.
    pub(super) fn record<T>(
        &self,
        kind: AuditEventKind,
        name: Option<&str>,
        done: Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let (outcome, reason) = ended(&done);
        self.options.audit.record(&event(&self.options, kind, outcome, name, reason.as_deref()))?;
        done
    }

    /// Records a change that was rejected before it began, and returns its error.
    pub(super) fn rejected<T>(
        &self,
        kind: AuditEventKind,
        name: Option<&str>,
        error: VaultError,
    ) -> Result<T, VaultError> {
        self.record(kind, name, Err(error))
    }
}

/// Makes a change, and records its begin and its end.
fn recorded(
    options: &VaultOptions,
    event: AuditEvent,
    make: impl FnOnce() -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let begun = PendingChange::begin(&*options.audit, event)?;
    let made = make();
    let (outcome, why) = ended(&made);
    begun.end(&*options.audit, outcome, why);
    made
}

/// Returns the outcome and reason of an audit event.
fn ended<T>(done: &Result<T, VaultError>) -> (EventOutcome, Option<String>) {
    match done {
        Ok(_) => (EventOutcome::Ok, None),
        Err(error @ (VaultError::WrongPassphrase | VaultError::Expired(_))) => {
            (EventOutcome::Denied, Some(error.to_string()))
        }
        Err(error) => (EventOutcome::Failed, Some(error.to_string())),
    }
}

fn event(
    options: &VaultOptions,
    kind: AuditEventKind,
    outcome: EventOutcome,
    name: Option<&str>,
    reason: Option<&str>,
) -> AuditEvent {
    let mut event = AuditEvent::new(kind, outcome).source(options.path.display().to_string());
    if let Some(actor) = &options.actor {
        event = event.actor(actor);
    }
    if let Some(name) = name {
        event = event.resource(name);
    }
    match reason {
        Some(reason) => event.reason(reason),
        None => event,
    }
}

pub(super) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

fn lock(options: &VaultOptions) -> Result<Lock, VaultError> {
    Lock::take(&beside(&options.path, ".lock"), options.lock_timeout)?.ok_or(VaultError::Locked)
}

/// Rejects platforms whose files are not protected, unless that is accepted.
fn check_platform(accepted: bool) -> Result<(), VaultError> {
    private_file::check_platform(accepted).map_err(|_| VaultError::Unprotected)
}

fn check_folder(path: &Path) -> Result<(), VaultError> {
    match is_open_to_others(&folder_of(path).metadata()?) {
        true => Err(VaultError::InsecurePermissions("directory")),
        false => Ok(()),
    }
}

/// Reads the file.
fn read(path: &Path) -> Result<Vec<u8>, VaultError> {
    check_folder(path)?;
    // The first change would replace a link by a file.
    if !path.symlink_metadata()?.is_file() {
        return Err(VaultError::Corrupt("it is not a file"));
    }
    let file = std::fs::File::open(path)?;
    if is_open_to_others(&file.metadata()?) {
        return Err(VaultError::InsecurePermissions("file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= MAX_FILE_BYTES {
        true => Ok(bytes),
        false => Err(VaultError::Corrupt("it is larger than a vault can be")),
    }
}

/// Removes the padding.
fn trimmed(plain: &Zeroizing<Vec<u8>>) -> &[u8] {
    plain.trim_ascii_end()
}
