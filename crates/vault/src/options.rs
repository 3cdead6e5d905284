use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::{Argon2Params, Vault, VaultError};
use twilio_sdk_audit::{AuditSink, NoopAuditSink};
use twilio_sdk_types::SecretString;

/// Options for creating and opening a vault.
#[derive(Clone, Debug)]
pub struct VaultOptions {
    pub(super) path: PathBuf,
    pub(super) argon2_params: Argon2Params,
    pub(super) lock_timeout: Duration,
    pub(super) audit: Arc<dyn AuditSink>,
    pub(super) actor: Option<String>,
    pub(super) allow_unprotected: bool,
}

impl VaultOptions {
    /// Creates the default options, which each setter names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            argon2_params: Argon2Params::default(),
            lock_timeout: Duration::from_secs(10),
            audit: Arc::new(NoopAuditSink),
            actor: None,
            allow_unprotected: false,
        }
    }

    /// Sets the Argon2 parameters of a new file. [`Argon2Params`] names the default.
    pub fn argon2_params(mut self, params: Argon2Params) -> Self {
        self.argon2_params = params;
        self
    }

    /// Sets how long to wait for another process that changes the file. Default: 10 s.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Sets the sink that records opening the vault and every use of its entries. Default: none.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.audit = Arc::new(audit);
        self
    }

    /// Sets the actor of audit events: the name of a user or a program. Default: none.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Accepts platforms without file modes, such as Windows, where other users may be able to read and write the file.
    /// Encryption then is its only protection. Default: `false`.
    pub fn allow_unprotected_files(mut self, allow: bool) -> Self {
        self.allow_unprotected = allow;
        self
    }

    /// Creates a file of mode 0600. Its directory must be accessible to its owner only, and is created if it is missing.
    ///
    /// # Errors
    ///
    /// [`VaultError::AlreadyExists`] if the file exists; see [`VaultError`] for others.
    pub fn create(self, passphrase: &SecretString) -> Result<Vault, VaultError> {
        Vault::create_with(self, passphrase)
    }

    /// Opens a file. The key derivation takes some tenths of a second: call it on a thread for blocking work in asynchronous
    /// programs.
    ///
    /// # Errors
    ///
    /// [`VaultError::WrongPassphrase`]; see [`VaultError`] for others.
    pub fn open(self, passphrase: &SecretString) -> Result<Vault, VaultError> {
        Vault::open_with(self, passphrase)
    }
}
