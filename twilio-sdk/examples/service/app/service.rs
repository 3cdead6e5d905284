//! The state of the service.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use twilio_sdk::access_control::{AccessControl, Guarded, LogView, Principal, Roles, SqliteAccessStore};
use twilio_sdk::access_token::AccessToken;
use twilio_sdk::audit::{AuditEvent, AuditEventKind, AuditLog, AuditSink as _};
use twilio_sdk::inbound_auth::AuthRules;
use twilio_sdk::types::SecretString;
use twilio_sdk::vault::{Vault, VaultOptions};
use twilio_sdk::{ApiKeyConfig, Client, ConfigLoader};

pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The vault's entry with the Twilio API key: a JSON object with `account_sid`, `api_key` and `api_secret`.
pub const ENTRY: &str = "twilio";

/// The client and its API key, which also signs tokens.
#[derive(Clone)]
pub struct Twilio {
    pub client: Client,
    pub key: ApiKeyConfig,
}

pub struct Service {
    folder: PathBuf,
    rules: AuthRules,
    /// The service's own access to the vault. Administrators use `vault`, which checks permissions.
    secrets: Vault,
    twilio: RwLock<Twilio>,
    /// Held while the key is replaced, so that two replacements do not undo each other.
    replacing: Mutex<()>,
    pub access: AccessControl,
    pub audit: Arc<AuditLog>,
    pub log: Guarded<LogView>,
    pub vault: Guarded<Vault>,
}

impl Service {
    /// Opens the files of the folder. Blocks for some tenths of a second, mostly for the vault's key derivation.
    pub fn open(folder: impl Into<PathBuf>, passphrase: &SecretString) -> Outcome<Arc<Self>> {
        let folder = folder.into();
        let audit = Arc::new(AuditLog::open(folder.join("audit.log"))?);
        let vault = VaultOptions::new(folder.join("secrets.vault")).audit(Arc::clone(&audit));
        let vault = vault.actor("service").open(passphrase)?;
        let people = SqliteAccessStore::open(folder.join("users.db"))?;
        let access = AccessControl::new(people, Roles::new(), Arc::clone(&audit));
        Ok(Arc::new(Self {
            rules: AuthRules::from_file(folder.join("auth.toml"))?.audit(Arc::clone(&audit)),
            twilio: RwLock::new(connect(&folder, &vault)?),
            replacing: Mutex::default(),
            log: access.guard_log(audit.path()),
            vault: access.guard_vault(vault.with_actor("service")),
            secrets: vault,
            folder,
            access,
            audit,
        }))
    }

    pub fn rules(&self) -> &AuthRules {
        &self.rules
    }

    /// Returns the current client and key.
    pub fn twilio(&self) -> Twilio {
        self.twilio.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn replacing(&self) -> MutexGuard<'_, ()> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the client by one with the key in the vault.
    pub fn reconnect(&self, principal: &Principal) -> Outcome<()> {
        let twilio = connect(&self.folder, &self.secrets)?;
        let event = AuditEvent::new(AuditEventKind::ConfigChange, twilio_sdk::audit::EventOutcome::Ok);
        self.audit.record(&event.actor(principal.name()).resource("the client's credentials"))?;
        *self.twilio.write().unwrap_or_else(PoisonError::into_inner) = twilio;
        Ok(())
    }
}

/// Creates a client. `twilio.toml` refers to the vault's entry, so that the file holds no secret.
fn connect(folder: &Path, vault: &Vault) -> Outcome<Twilio> {
    let entry = vault.get(ENTRY)?;
    let text = |field: &str| entry.string_at(&format!("/{field}"));
    let key = ApiKeyConfig::new(
        text("account_sid")?.expose_secret(),
        text("api_key")?.expose_secret(),
        text("api_secret")?,
    );
    // Reject a key that cannot sign tokens now, not at the first token.
    AccessToken::new(&key, "example")?.sign()?;
    let loader = ConfigLoader::new().secret_source(vault.with_actor("service"));
    let client = Client::new(loader.load_file(folder.join("twilio.toml"))?)?;
    Ok(Twilio { client, key })
}
