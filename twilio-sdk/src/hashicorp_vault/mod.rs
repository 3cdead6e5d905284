//! Secrets from HashiCorp's Vault, by version 2 of its key/value engine over HTTP.
//!
//! Configuration is read without waiting, so its secrets are fetched before:
//!
//! ```no_run
//! # #[cfg(feature = "config-file")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use twilio_sdk::ConfigLoader;
//! use twilio_sdk::hashicorp_vault::{HashicorpVault, HashicorpVaultConfig};
//! use twilio_sdk::types::SecretString;
//!
//! let token = SecretString::from(std::env::var("VAULT_TOKEN")?);
//! let vault = HashicorpVault::new(HashicorpVaultConfig::new("https://vault.example.com:8200", token))?;
//! let loader = ConfigLoader::new();
//! let secrets = vault.prefetch(loader.secret_names("twilio.toml")?).await?;
//! let config = loader.secret_source(secrets).load_file("twilio.toml")?;
//! # Ok(())
//! # }
//! ```
//!
//! # Names
//!
//! `PATH#FIELD` is a field of the secret at a path: `secret://apps/twilio#api_secret` is `api_secret` of `apps/twilio`.
//! Without `#FIELD` it is the field `value`. `PATH?version=3#FIELD` is that of an earlier version.
//!
//! # What it does not do
//!
//! It logs in nowhere and renews no tokens: the token that it is given must be able to read, for as long as it is used.
//! Nothing is kept between calls of [`prefetch`](HashicorpVault::prefetch), which asks once for each path, without
//! trying again. The exchanges that tests run against have the shape that the server's documentation gives; a real
//! server is used where the program `vault` is installed.

mod answer;
mod config;
mod error;
mod name;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderValue, Request};
use twilio_sdk_http::internal::{Exchange, chain};

use crate::types::SecretValue;
use crate::{MemorySecretSource, Result};

pub use config::HashicorpVaultConfig;
pub use error::{HashicorpVaultError, HashicorpVaultErrorKind};

use name::Name;

/// A key/value engine of a server. Cheap to clone.
#[derive(Clone)]
pub struct HashicorpVault(Arc<Inner>);

struct Inner {
    config: HashicorpVaultConfig,
    /// The address with the path of the engine.
    base: String,
    token: HeaderValue,
    namespace: Option<HeaderValue>,
    exchange: Exchange,
}

impl std::fmt::Debug for HashicorpVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashicorpVault").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl HashicorpVault {
    /// Checks the configuration; nothing is sent.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): it cannot work, and the message says why.
    pub fn new(config: HashicorpVaultConfig) -> Result<Self> {
        let checked = config.check()?;
        let exchange = Exchange::new(&config.connection, config.needs_tls())?;
        let (base, token, namespace) = (checked.base, checked.token, checked.namespace);
        Ok(Self(Arc::new(Inner { config, base, token, namespace, exchange })))
    }

    /// Fetches secrets by their names, each path once.
    ///
    /// # Errors
    ///
    /// The first name whose secret cannot be had, and why.
    pub async fn prefetch(
        &self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> std::result::Result<MemorySecretSource, HashicorpVaultError> {
        let (mut secrets, mut read) = (MemorySecretSource::new(), BTreeMap::<String, SecretValue>::new());
        for name in names {
            let name = name.as_ref();
            let failed = |kind| HashicorpVaultError::new(name, kind);
            let parsed = Name::parse(name).ok_or_else(|| failed(HashicorpVaultErrorKind::Name))?;
            if !read.contains_key(&parsed.target) {
                let data = self.read(&parsed.target).await.map_err(failed)?;
                read.insert(parsed.target.clone(), data);
            }
            let field = read.get(&parsed.target).and_then(|data| data.expose_secret().get(parsed.field));
            let field = field.ok_or_else(|| failed(HashicorpVaultErrorKind::NotFound))?;
            secrets.insert(name, field.as_str().ok_or_else(|| failed(HashicorpVaultErrorKind::NotString))?);
        }
        Ok(secrets)
    }

    /// The same for programs without an async runtime.
    ///
    /// # Errors
    ///
    /// As of [`prefetch`](Self::prefetch).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn prefetch_blocking(
        &self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> std::result::Result<MemorySecretSource, HashicorpVaultError> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        let vault = self.clone();
        let first = names.first().cloned().unwrap_or_default();
        crate::blocking::wait(async move { vault.prefetch(names).await }).unwrap_or_else(|error| {
            Err(HashicorpVaultError::new(&first, HashicorpVaultErrorKind::Unavailable(error.to_string())))
        })
    }

    /// The data of a secret.
    async fn read(&self, target: &str) -> std::result::Result<SecretValue, HashicorpVaultErrorKind> {
        let Inner { base, token, namespace, exchange, .. } = &*self.0;
        let mut request = Request::get(format!("{base}{target}"))
            .header("X-Vault-Token", token)
            .header("X-Vault-Request", "true")
            .header("Accept", "application/json");
        if let Some(namespace) = namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        let request = request.body(Vec::new()).map_err(|_| HashicorpVaultErrorKind::Name)?;
        let raw = exchange.send(request).await;
        answer::data(raw.map_err(|error| HashicorpVaultErrorKind::Unavailable(chain(&error)))?)
    }
}
