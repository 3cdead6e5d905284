use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{Vault, VaultError};
use crate::oauth::{StoreError, StoreFuture, TokenStore, Tokens};
use crate::types::SecretValue;

/// OAuth tokens in a vault, one entry for each key, on the vault's record.
///
/// Entries do not expire: the refresh token in them outlives the access token.
///
/// ```no_run
/// # fn example(client: twilio_sdk::oauth::OAuthClient) -> Result<(), twilio_sdk::vault::VaultError> {
/// use std::sync::Arc;
/// use twilio_sdk::oauth::TokenSource;
/// use twilio_sdk::vault::{Vault, VaultTokenStore};
///
/// let vault = Vault::open("secrets.vault", &"correct horse battery staple".into())?;
/// let source = TokenSource::from_store(client, Arc::new(VaultTokenStore::new(Arc::new(vault))), "alice");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VaultTokenStore {
    vault: Arc<Vault>,
    prefix: Arc<str>,
}

impl VaultTokenStore {
    /// Keeps the tokens of a key in the entry `oauth/KEY`.
    pub fn new(vault: Arc<Vault>) -> Self {
        Self { vault, prefix: "oauth/".into() }
    }

    /// What stands before the key in the name of an entry; `oauth/` unless set.
    pub fn prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Runs something on a thread for blocking work, where there is one.
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
                let json = entry.json().ok_or("vault: the entry holds a text and no tokens")?;
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
