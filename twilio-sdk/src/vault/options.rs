use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Argon2Params, Vault, VaultError};
use crate::audit::{AuditSink, NoopAuditSink};
use crate::types::SecretString;

/// How a vault is made, opened and watched.
#[derive(Clone, Debug)]
pub struct VaultOptions {
    pub(super) path: PathBuf,
    pub(super) work: Argon2Params,
    pub(super) lock_timeout: Duration,
    pub(super) audit: Arc<dyn AuditSink>,
    pub(super) actor: Option<String>,
}

impl VaultOptions {
    /// The defaults, which each method names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            work: Argon2Params::default(),
            lock_timeout: Duration::from_secs(10),
            audit: Arc::new(NoopAuditSink),
            actor: None,
        }
    }

    /// How much work it is to make the key of a new file, or of a new passphrase; see [`Argon2Params`] for the default.
    pub fn work_factor(mut self, work: Argon2Params) -> Self {
        self.work = work;
        self
    }

    /// How long to wait for another process that changes the file; 10 s unless set.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Where it is recorded that the vault was opened and its entries were used; nowhere unless set.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.audit = Arc::new(audit);
        self
    }

    /// Who uses the vault, for the record: the name of a user or of a program; not known unless set.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Makes a new file, of mode 0600, in a folder that only its owner may use and that is made where it is not there.
    ///
    /// # Errors
    ///
    /// [`VaultError::AlreadyThere`] for any file of this name, and what [`VaultError`] lists.
    pub fn create(self, passphrase: &SecretString) -> Result<Vault, VaultError> {
        Vault::create_with(self, passphrase)
    }

    /// Opens a file. The key takes some tenths of a second, so asynchronous programs do it on a thread for blocking
    /// work.
    ///
    /// # Errors
    ///
    /// [`VaultError::WrongPassphrase`], and what [`VaultError`] lists.
    pub fn open(self, passphrase: &SecretString) -> Result<Vault, VaultError> {
        Vault::open_with(self, passphrase)
    }
}
