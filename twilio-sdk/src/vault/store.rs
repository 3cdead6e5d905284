use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::content::Content;
use super::seal::{MOST_FILE, Seal};
use super::{Argon2Params, Entry, EntryInfo, EntryValue, VaultError, VaultOptions};
use crate::audit::internal::PendingChange;
use crate::audit::{AuditEvent, AuditEventKind, EventOutcome};
use crate::private_file::{Lock, beside, folder_of, is_open_to_others, make_folder, replace};
use crate::types::SecretString;

/// An encrypted store of secrets in one file, see the [module](crate::vault).
///
/// Every call reads the file, so what another process has changed is seen. Calls block for as long as a small file
/// takes, and changes also wait for other processes. The passphrase itself is not kept, only its key.
#[derive(Debug)]
pub struct Vault {
    options: VaultOptions,
    seal: Arc<RwLock<Seal>>,
}

impl Vault {
    /// Makes a new file with the defaults of [`VaultOptions`].
    ///
    /// # Errors
    ///
    /// As of [`VaultOptions::create`].
    pub fn create(path: impl Into<PathBuf>, passphrase: &SecretString) -> Result<Self, VaultError> {
        VaultOptions::new(path).create(passphrase)
    }

    /// Opens a file with the defaults of [`VaultOptions`].
    ///
    /// # Errors
    ///
    /// As of [`VaultOptions::open`].
    pub fn open(path: impl Into<PathBuf>, passphrase: &SecretString) -> Result<Self, VaultError> {
        VaultOptions::new(path).open(passphrase)
    }

    pub(super) fn create_with(options: VaultOptions, passphrase: &SecretString) -> Result<Self, VaultError> {
        options.audit.redact_secret(passphrase);
        let path = &options.path;
        make_folder(folder_of(path))?;
        check_folder(path)?;
        let seal = Seal::create(passphrase, options.work)?;
        let _lock = lock(&options)?;
        match path.symlink_metadata() {
            Ok(_) => return Err(VaultError::AlreadyThere),
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
        let opened = read(&options.path).and_then(|file| {
            let seal = Seal::open(&file, passphrase)?;
            Content::parse(&seal.unseal(&file)?).map(|_| seal)
        });
        let (outcome, reason) = ended(&opened);
        let event = event(&options, AuditEventKind::CredentialUnlock, outcome, None, reason.as_deref());
        options.audit.record(&event)?;
        Ok(Self { seal: Arc::new(RwLock::new(opened?)), options })
    }

    /// The same open vault for the calls of somebody else, who is then the actor on the record. A change of the passphrase
    /// is one for both.
    pub fn with_actor(&self, actor: impl Into<String>) -> Self {
        Self { options: self.options.clone().actor(actor), seal: Arc::clone(&self.seal) }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// The entry of a name.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotFound`], [`VaultError::Expired`] from the entry's `expires_at` on, and what [`VaultError`]
    /// lists.
    pub fn get(&self, name: &str) -> Result<Entry, VaultError> {
        let found = self.content().and_then(|content| match content.get(name) {
            None => Err(VaultError::NotFound(name.to_owned())),
            Some(entry) if entry.info.is_expired() => Err(VaultError::Expired(name.to_owned())),
            Some(entry) => Ok(entry.clone()),
        });
        if let Ok(entry) = &found {
            self.guard(&entry.value);
        }
        self.record(AuditEventKind::CredentialRead, Some(name), found)
    }

    /// Everything about all entries but their secrets, by name; expired ones too.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn list(&self) -> Result<Vec<EntryInfo>, VaultError> {
        Ok(self.content()?.infos().cloned().collect())
    }

    /// Puts an entry in, in place of one of the same name, and tells whether there was one. From `expires_at` on, to
    /// the second, it is not handed out; it stays in the file until it is deleted.
    ///
    /// # Errors
    ///
    /// [`VaultError::InvalidName`], and what [`VaultError`] lists.
    pub fn set(
        &self,
        name: &str,
        value: impl Into<EntryValue>,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<bool, VaultError> {
        let value = value.into();
        self.guard(&value);
        self.check(name).or_else(|error| self.refused(AuditEventKind::CredentialStore, Some(name), error))?;
        self.change(AuditEventKind::CredentialStore, Some(name), |content| {
            content.set(name, value, expires_at.map(OffsetDateTime::unix_timestamp), now())
        })
    }

    /// Takes an entry out, and tells whether there was one.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written.
    pub fn delete(&self, name: &str) -> Result<bool, VaultError> {
        self.change(AuditEventKind::CredentialDelete, Some(name), |content| content.remove(name))
    }

    /// Gives the file another passphrase, with a new salt. Other processes that have it open must open it again.
    ///
    /// # Errors
    ///
    /// What [`VaultError`] lists; the old passphrase then stays.
    pub fn rekey(&self, passphrase: &SecretString, work: Argon2Params) -> Result<(), VaultError> {
        self.options.audit.redact_secret(passphrase);
        let kind = AuditEventKind::CredentialRekey;
        let prepared = Seal::create(passphrase, work).and_then(|next| {
            let lock = lock(&self.options)?;
            let seal = self.seal.write().unwrap_or_else(PoisonError::into_inner);
            let plain = seal.unseal(&read(self.path())?)?;
            Content::parse(&plain)?;
            let bytes = next.seal(trimmed(&plain))?;
            Ok((lock, seal, next, bytes))
        });
        let (_lock, mut seal, next, bytes) = prepared.or_else(|error| self.refused(kind, None, error))?;
        recorded(&self.options, event(&self.options, kind, EventOutcome::Ok, None, None), || {
            Ok(replace(self.path(), &bytes)?)
        })?;
        *seal = next;
        Ok(())
    }

    /// Changes the entries in one step: under the lock, from what the file holds now. The change is recorded as begun when
    /// the new file is encrypted, and then takes the old one's place; what cannot be recorded leaves the file as it is.
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
        let (_lock, _seal, bytes, result) = prepared().or_else(|error| self.refused(kind, name, error))?;
        recorded(&self.options, event(&self.options, kind, EventOutcome::Ok, name, None), || {
            Ok(replace(self.path(), &bytes)?)
        })?;
        Ok(result)
    }

    fn content(&self) -> Result<Content, VaultError> {
        let seal = self.seal.read().unwrap_or_else(PoisonError::into_inner);
        Content::parse(&seal.unseal(&read(self.path())?)?)
    }

    pub(super) fn check(&self, name: &str) -> Result<(), VaultError> {
        match (1..=256).contains(&name.len()) && !name.chars().any(char::is_control) {
            true => Ok(()),
            false => Err(VaultError::InvalidName),
        }
    }

    /// Tells the record of the secrets that an entry holds.
    pub(super) fn guard(&self, value: &EntryValue) {
        match value {
            EntryValue::Text(text) => self.options.audit.redact_secret(text),
            EntryValue::Json(json) => {
                twilio_sdk_redact::for_each_secret(json.expose_secret(), &mut |secret| {
                    self.options.audit.redact_secret(&secret.into());
                })
            }
        }
    }

    /// Records how something ended, and gives it back; what cannot be recorded is an error.
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

    /// Records a change that does not begin, and gives back why.
    pub(super) fn refused<T>(
        &self,
        kind: AuditEventKind,
        name: Option<&str>,
        error: VaultError,
    ) -> Result<T, VaultError> {
        self.record(kind, name, Err(error))
    }
}

/// Makes a change that is recorded as begun before it and with its end after it.
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

/// The outcome for the record.
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
    Lock::take(&beside(&options.path, ".lock"), options.lock_timeout)?.ok_or(VaultError::Busy)
}

fn check_folder(path: &Path) -> Result<(), VaultError> {
    match is_open_to_others(&folder_of(path).metadata()?) {
        true => Err(VaultError::OpenToOthers("folder")),
        false => Ok(()),
    }
}

/// The bytes of a vault's file.
fn read(path: &Path) -> Result<Vec<u8>, VaultError> {
    check_folder(path)?;
    // A link would be replaced by a file at the first change.
    if !path.symlink_metadata()?.is_file() {
        return Err(VaultError::Unreadable("it is no file"));
    }
    let file = std::fs::File::open(path)?;
    if is_open_to_others(&file.metadata()?) {
        return Err(VaultError::OpenToOthers("file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_FILE + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= MOST_FILE {
        true => Ok(bytes),
        false => Err(VaultError::Unreadable("it is larger than a vault can be")),
    }
}

/// The content without what it was filled up with.
fn trimmed(plain: &Zeroizing<Vec<u8>>) -> &[u8] {
    plain.trim_ascii_end()
}
