//! The client's configuration from TOML and JSON files.

mod entry;
mod keys;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::ConnectionConfig;
use crate::{ConfigFormat, ConfigProblem, Result, SecretError, SecretSource};
#[allow(unused_imports)]
pub(crate) use twilio_sdk_config::internal::file::{
    Contents, Profiled, Reader, escape, missing, nearest, paths, put, read_any_file, read_file, read_str,
};
#[allow(unused_imports)]
pub(crate) use twilio_sdk_http::internal::config_file::tls;

/// Loads a client's configuration from files and strings.
///
/// [`ConnectionConfig::from_file`] is the short form. A loader also takes a profile, another source of variables than the
/// environment, and a source of secrets.
///
/// ```
/// use twilio_sdk::{Client, ConfigFormat, ConfigLoader};
///
/// let toml = r#"
///     timeout = "1m30s"
///     auth = { account_sid = "AC1", api_key = "SK1", api_secret = "${SECRET}" }
///     [profiles.eu]
///     region = "ie1"
///     edge = "${EDGE:-dublin}"
/// "#;
/// let secret = |name: &str| (name == "SECRET").then(|| "s".to_owned());
/// let config = ConfigLoader::new().profile("eu").env_source(secret).load_str(toml, ConfigFormat::Toml)?;
/// let twilio = Client::new(config)?;
///
/// let error = ConfigLoader::new().env_source(|_| None).load_str(toml, ConfigFormat::Toml).unwrap_err();
/// assert_eq!(error.config_problems()[0].key(), "auth.api_secret");
/// # Ok::<(), twilio_sdk::Error>(())
/// ```
///
/// # Keys
///
/// Every setting of [`ConnectionConfig`] has a key, except `on_attempt` and `public_key_client_validation`, which are code.
/// `examples/twilio.toml` shows and explains all of them. Unknown keys are errors.
///
/// * Durations are numbers of seconds or strings with units: `30`, `0.5`, `"30s"`, `"1m30s"`, `"250ms"`. They are above 0
///   and at most 365 days; `pool.acquire_timeout` and `pool.idle_timeout` may be 0.
/// * Sizes are numbers of bytes or strings with units: `65536`, `"64 KiB"`, `"1 MB"`.
/// * Certificates and keys are PEM or paths of PEM files. Paths are relative to the directory of the file.
///
/// # Variables
///
/// `${NAME}` in a string, also in lists, is replaced by the variable `NAME`, and `${NAME:-default}` by the default if the
/// variable is not set or empty. `$${` is a literal `${`; see [`escape_variables`](Self::escape_variables). Values are not
/// expanded again. A value that consists only of variables and is empty counts as missing, also in lists. Numbers and
/// booleans may come from variables too: `max_in_flight = "${MAX:-10}"`.
///
/// # Profiles
///
/// `[profiles.NAME]` may contain any of the keys. A profile inherits what it does not set: tables are merged key by key;
/// lists and the tables `auth` and `proxy` are replaced, so that credentials of two places never mix.
/// [`profile`](Self::profile) selects a profile, or else the variable `TWILIO_PROFILE`. Without either, the keys outside of
/// profiles are the configuration. In profiles that are not selected, only the names of keys and the syntax of variables
/// are checked.
///
/// # Secrets
///
/// Put secrets in variables, or in a vault: `api_secret = "secret://NAME"` is resolved by the
/// [`secret_source`](Self::secret_source). References are allowed for every secret, and everywhere in `auth`, so that names
/// and their secrets can be stored and replaced together. The reference must be the complete string, and not come from a
/// variable. Without a secret source it is an error, and so it is in the other files of these crates (users, the token
/// server), whose secrets come from variables.
///
/// If the file contains a literal secret and, on Unix, other users can read it, a `tracing` event of level WARN says so.
/// The same holds for a file with a private key. No error shows a value of the file or of a variable.
///
/// # Who can change the file
///
/// On Unix a file is rejected if another user could change it, like OpenSSH's `StrictModes`: its owner must be root or the
/// user that the program runs as, and only the owner and the group of root (gid 0) may have write permission. The same
/// holds for every directory of its path, except sticky ones such as `/tmp` and read-only mounts, and for the certificate
/// and key files that it names. Links are followed, and the target's mode counts. The error contains the command to run.
/// File systems without modes (`/mnt/c` of WSL, FAT) show 0777: keep the file elsewhere, or read it yourself and use
/// [`load_str`](Self::load_str). On Windows nothing is checked.
#[derive(Clone)]
pub struct ConfigLoader {
    profile: Option<String>,
    base_dir: Option<PathBuf>,
    variables: Arc<Variables>,
    secrets: Option<Arc<dyn SecretSource>>,
}

type Variables = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Default for ConfigLoader {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ConfigLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigLoader")
            .field("profile", &self.profile)
            .field("base_dir", &self.base_dir)
            .finish_non_exhaustive()
    }
}

impl ConfigLoader {
    /// Creates a loader that takes variables from the environment and the profile from `TWILIO_PROFILE`.
    pub fn new() -> Self {
        Self {
            profile: None,
            base_dir: None,
            variables: Arc::new(|name| std::env::var(name).ok()),
            secrets: None,
        }
    }

    /// Selects a profile. Overrides `TWILIO_PROFILE`.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Sets the source of variables, including `TWILIO_PROFILE` and `TWILIO_CONFIG`. Default: the environment. `None` means
    /// that a variable is not set.
    pub fn env_source(mut self, get: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.variables = Arc::new(get);
        self
    }

    /// Sets the source that resolves `secret://NAME`: a vault, or a
    /// [`MemorySecretSource`](crate::MemorySecretSource) with secrets that were fetched before.
    ///
    /// ```
    /// use twilio_sdk::{ConfigFormat, ConfigLoader, MemorySecretSource};
    ///
    /// let toml = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = 'secret://twilio' }";
    /// let secrets = MemorySecretSource::from_iter([("twilio", "the secret of an API key")]);
    /// let config = ConfigLoader::new().secret_source(secrets).load_str(toml, ConfigFormat::Toml)?;
    /// # Ok::<(), twilio_sdk::Error>(())
    /// ```
    pub fn secret_source(mut self, source: impl SecretSource + 'static) -> Self {
        self.secrets = Some(Arc::new(source));
        self
    }

    /// Returns the names of all `secret://` references of a file and its selected profile, to fetch them before the file
    /// is loaded.
    ///
    /// # Errors
    ///
    /// The same errors as [`load_file`](Self::load_file), if the file names no secret. If it does, `load_file` reports the
    /// other problems.
    pub fn secret_names(&self, path: impl AsRef<Path>) -> Result<Vec<String>> {
        let requested = Arc::new(RequestedNames::default());
        let read = self.clone().secret_source(Arc::clone(&requested)).load_file(path);
        match requested.names() {
            names if names.is_empty() => read.map(|_| names),
            names => Ok(names),
        }
    }

    /// Sets the directory that relative paths in the configuration start from. Default: the directory of the file, and for
    /// strings the current directory.
    pub fn base_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.base_dir = Some(directory.into());
        self
    }

    /// Loads a file in the format of its extension, `.toml` or `.json`.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): the file cannot be read, is larger than 1 MiB, or contains invalid settings.
    /// [`config_problems`](crate::Error::config_problems) lists everything that is wrong.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<ConnectionConfig> {
        self.read_file(path.as_ref(), None)
    }

    /// Checks a file for programs with other features and with access to its secrets. Of secrets only the success of
    /// [`resolve`](SecretSource::resolve) counts. Also returns what such a program needs.
    #[doc(hidden)]
    pub fn check(
        &self,
        path: &Path,
        names: Option<impl SecretSource + 'static>,
    ) -> (Result<ConnectionConfig>, Vec<ConfigProblem>) {
        let notes = RefCell::default();
        let loader = match names {
            Some(names) => self.clone().secret_source(names),
            None => self.clone(),
        };
        let read = loader.read_file(path, Some(&notes));
        (read, notes.into_inner())
    }

    fn read_file(
        &self,
        path: &Path,
        notes: Option<&RefCell<Vec<ConfigProblem>>>,
    ) -> Result<ConnectionConfig> {
        let contents = Contents::read(path)?;
        let directory = self.base_dir.as_deref().unwrap_or(path.parent().unwrap_or(Path::new("")));
        let name = Some(contents.name.as_str());
        self.load(&contents.bytes, contents.format, name, directory, contents.others_read, notes)
    }

    /// Loads a string.
    ///
    /// # Errors
    ///
    /// The same errors as [`load_file`](Self::load_file).
    pub fn load_str(&self, text: &str, format: ConfigFormat) -> Result<ConnectionConfig> {
        self.load_slice(text.as_bytes(), format)
    }

    /// Loads bytes.
    ///
    /// # Errors
    ///
    /// The same errors as [`load_file`](Self::load_file), also for bytes that are not UTF-8.
    pub fn load_slice(&self, bytes: &[u8], format: ConfigFormat) -> Result<ConnectionConfig> {
        self.load(bytes, format, None, self.base_dir.as_deref().unwrap_or(Path::new("")), false, None)
    }

    /// Loads the file named by the variable `TWILIO_CONFIG`. If that is not set or empty, reads the variables themselves,
    /// like [`ConnectionConfig::from_env`].
    ///
    /// If there is a file, only the variables that it names are used.
    ///
    /// # Errors
    ///
    /// The same errors as [`load_file`](Self::load_file) or [`ConnectionConfig::from_env`].
    pub fn load_config_or_env(&self) -> Result<ConnectionConfig> {
        match self.variable("TWILIO_CONFIG") {
            Some(path) => self.load_file(path),
            None => ConnectionConfig::from_lookup(|name| (self.variables)(name)),
        }
    }

    /// Escapes a string so that a configuration yields it unchanged: every `${` becomes `$${`.
    pub fn escape_variables(text: &str) -> Cow<'_, str> {
        escape(text)
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    fn load(
        &self,
        bytes: &[u8],
        format: ConfigFormat,
        file: Option<&str>,
        directory: &Path,
        others_read: bool,
        notes: Option<&RefCell<Vec<ConfigProblem>>>,
    ) -> Result<ConnectionConfig> {
        let profile = self.profile.clone().or_else(|| self.variable("TWILIO_PROFILE"));
        let source = Profiled {
            format,
            file,
            directory,
            profile: profile.as_deref(),
            variables: &*self.variables,
            secrets: self.secrets.as_deref(),
            others_read,
            notes,
            replaced: keys::REPLACED,
            required: ("auth", keys::NO_AUTH),
        };
        let config = source.read(bytes, &keys::config)?;
        // Problems that only the client's own checks find.
        config
            .check()
            .map_err(|error| {
                let problem = ConfigProblem::new("", error.to_string());
                file.map_or(problem.clone(), |file| problem.in_file(file)).into()
            })
            .map(|()| config)
    }
}

/// Collects the names of secrets that a configuration requests.
#[derive(Default)]
struct RequestedNames(Mutex<BTreeSet<String>>);

impl RequestedNames {
    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl SecretSource for RequestedNames {
    fn resolve(&self, name: &str) -> std::result::Result<crate::types::SecretString, SecretError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        Err(SecretError::NotFound)
    }
}
