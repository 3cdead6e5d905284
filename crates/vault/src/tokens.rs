use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::{Vault, VaultError};
use twilio_sdk_config::{StoreError, StoreFuture, TokenStore, Tokens};
use twilio_sdk_types::SecretValue;

/// Keeps OAuth tokens in a vault, one entry per key.
///
/// Entries do not expire, because the refresh token outlives the access token.
///
/// ```no_run
/// use std::sync::Arc;
/// use twilio_sdk_config::TokenStore;
/// use twilio_sdk_vault::{Vault, VaultTokenStore};
///
/// # fn example() -> Result<(), twilio_sdk_vault::VaultError> {
/// let vault = Vault::open("secrets.vault", &"correct horse battery staple".into())?;
/// // For `TokenSource::from_store` of `twilio-sdk-oauth`.
/// let store: Arc<dyn TokenStore> = Arc::new(VaultTokenStore::new(Arc::new(vault)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VaultTokenStore {
    vault: Arc<Vault>,
    prefix: Arc<str>,
}

impl VaultTokenStore {
    /// Creates a store that keeps the tokens of a key in the entry `oauth/KEY`.
    pub fn new(vault: Arc<Vault>) -> Self {
        Self { vault, prefix: "oauth/".into() }
    }

    /// Sets the prefix of entry names. Default: `oauth/`.
    pub fn prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Runs work on a thread for blocking work, if there is an async runtime.
    async fn run<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Vault, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (vault, name) = (Arc::clone(&self.vault), format!("{}{key}", self.prefix));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(move || work(&vault, &name)).await?,
            Err(_) => work(&vault, &name),
        }
    }
}

impl fmt::Debug for VaultTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultTokenStore").field("vault", &self.vault).field("prefix", &self.prefix).finish()
    }
}

impl TokenStore for VaultTokenStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Tokens>> {
        Box::pin(self.run(key, |vault, name| match vault.get(name) {
            Ok(entry) => {
                let json = entry.json().ok_or("vault: the value of the entry is a string, not tokens")?;
                let text = zeroize::Zeroizing::new(json.expose_secret().to_string());
                Ok(Some(Tokens::from_json(&text)?))
            }
            Err(VaultError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }))
    }

    fn save<'a>(&'a self, key: &'a str, tokens: &'a Tokens) -> StoreFuture<'a, ()> {
        let text = tokens.to_json();
        Box::pin(self.run(key, move |vault, name| {
            let json: Value = serde_json::from_str(text.expose_secret())?;
            vault.set(name, SecretValue::from(json), None)?;
            Ok(())
        }))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(self.run(key, |vault, name| vault.delete(name).map(drop).map_err(Into::into)))
    }
}
