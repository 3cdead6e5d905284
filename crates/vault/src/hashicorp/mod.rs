//! Secrets from HashiCorp Vault, by version 2 of its key/value engine over HTTP.
//!
//! Configuration files are read without awaiting anything, so fetch their secrets first. The result is a
//! [`MemorySecretSource`], which `twilio_sdk::ConfigLoader::secret_source` takes; its
//! method `secret_names` lists the names in a file.
//!
//! ```no_run
//! use twilio_sdk_config::SecretSource;
//! use twilio_sdk_vault::hashicorp::{HashicorpVault, HashicorpVaultConfig};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let token = std::env::var("VAULT_TOKEN")?;
//! let vault = HashicorpVault::new(HashicorpVaultConfig::new("https://vault.example.com:8200", token))?;
//! let secrets = vault.fetch_secrets(["apps/twilio#api_secret"]).await?;
//! let api_secret = secrets.resolve("apps/twilio#api_secret")?;
//! # Ok(())
//! # }
//! ```
//!
//! # Names
//!
//! `PATH#FIELD` is a field of the secret at a path: `secret://apps/twilio#api_secret` is `api_secret` of `apps/twilio`. Without
//! `#FIELD`, the field is `value`. `PATH?version=3#FIELD` is a field of an earlier version.
//!
//! # Errors
//!
//! [`HashicorpVaultError`] names the secret and has a [`HashicorpVaultErrorKind`].
//!
//! # Limits
//!
//! It does not log in and renews no tokens: the given token must be able to read for as long as it is used. Nothing is cached
//! between calls of [`fetch_secrets`](HashicorpVault::fetch_secrets), which requests each path once, without retries. Tests run
//! against responses as the server's documentation shows them, and against a real server if the program `vault` is
//! installed.

mod config;
mod error;
mod name;
mod response;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderValue, Request};
use twilio_sdk_http::internal::{Exchange, chain};

use twilio_sdk_config::{ConfigError, MemorySecretSource};
use twilio_sdk_types::SecretValue;

pub use config::HashicorpVaultConfig;
pub use error::{HashicorpVaultError, HashicorpVaultErrorKind};

use name::Name;

/// Reads secrets of a key/value engine. Cheap to clone.
#[derive(Clone)]
pub struct HashicorpVault(Arc<Inner>);

struct Inner {
    config: HashicorpVaultConfig,
    /// Address with the path of the engine.
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
    /// Creates a reader. Sends nothing.
    ///
    /// # Errors
    ///
    /// The configuration is invalid.
    pub fn new(config: HashicorpVaultConfig) -> Result<Self, ConfigError> {
        let checked = config.check()?;
        let exchange = Exchange::new(&config.connection, config.needs_tls())?;
        let (base, token, namespace) = (checked.base, checked.token, checked.namespace);
        Ok(Self(Arc::new(Inner { config, base, token, namespace, exchange })))
    }

    /// Fetches secrets by name. Requests each path once.
    ///
    /// # Errors
    ///
    /// The error of the first secret that cannot be fetched.
    pub async fn fetch_secrets(
        &self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<MemorySecretSource, HashicorpVaultError> {
        let (mut secrets, mut read) = (MemorySecretSource::new(), BTreeMap::<String, SecretValue>::new());
        for name in names {
            let name = name.as_ref();
            let failed = |kind| HashicorpVaultError::new(name, kind);
            let parsed = Name::parse(name).ok_or_else(|| failed(HashicorpVaultErrorKind::InvalidName))?;
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

    /// Like [`fetch_secrets`](Self::fetch_secrets), for programs without an async runtime. Blocks the thread.
    ///
    /// # Errors
    ///
    /// The same errors as [`fetch_secrets`](Self::fetch_secrets).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn fetch_secrets_blocking(
        &self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<MemorySecretSource, HashicorpVaultError> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        let (vault, first) = (self.clone(), names.first().cloned().unwrap_or_default());
        // The caller may be inside a runtime, where entering another one would panic; another thread may.
        let fetched = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(vault.fetch_secrets(names))).map_err(|e| e.to_string())
        });
        let fetched =
            fetched.join().unwrap_or_else(|_| Err("the thread for requests has stopped".to_owned()));
        fetched.unwrap_or_else(|why| {
            Err(HashicorpVaultError::new(&first, HashicorpVaultErrorKind::Unavailable(why)))
        })
    }

    /// Reads the data of a secret.
    async fn read(&self, target: &str) -> Result<SecretValue, HashicorpVaultErrorKind> {
        let Inner { base, token, namespace, exchange, .. } = &*self.0;
        let mut request = Request::get(format!("{base}{target}"))
            .header("X-Vault-Token", token)
            .header("X-Vault-Request", "true")
            .header("Accept", "application/json");
        if let Some(namespace) = namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        let request = request.body(Vec::new()).map_err(|_| HashicorpVaultErrorKind::InvalidName)?;
        let raw = exchange.send(request).await;
        response::data(raw.map_err(|error| HashicorpVaultErrorKind::Unavailable(chain(&error)))?)
    }
}
