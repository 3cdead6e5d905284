//! Configuration from TOML and JSON files.

mod entry;
mod expand_in;
mod keys;
mod known;
mod load;
mod parse;
mod pem;
#[cfg(any(feature = "access", feature = "listener", feature = "emulator"))]
mod plain;
mod problems;
mod reader;
#[cfg(test)]
mod tests;
mod tree;
mod values;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(any(feature = "access", feature = "listener"))]
pub(crate) use self::keys::missing;
#[cfg(any(feature = "auth-layer", feature = "ldap"))]
pub(crate) use self::keys::{put, tls};
#[cfg(feature = "emulator")]
pub(crate) use self::known::nearest;
use self::load::{Source, Whole, load, text_of, unreadable};
#[cfg(all(test, feature = "token-server"))]
pub(crate) use self::plain::paths;
#[cfg(any(feature = "access", feature = "listener", feature = "emulator"))]
pub(crate) use self::plain::read_file;
#[cfg(feature = "emulator")]
pub(crate) use self::plain::{read_any_file, read_text};
#[cfg(any(feature = "access", feature = "listener", feature = "emulator"))]
pub(crate) use self::reader::Reader;
use super::ConnectionConfig;
use super::secret_source::Asked;
use crate::error::ConfigProblem;
use crate::{Result, SecretSource};

/// The format of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigFormat {
    /// TOML 1.1.
    Toml,
    /// JSON (RFC 8259), with an object at its root.
    Json,
}

impl ConfigFormat {
    /// The format that a file's name tells by its end: `.toml` or `.json`, in any case.
    pub fn of(path: impl AsRef<Path>) -> Option<Self> {
        let extension = path.as_ref().extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Reads configurations from files and texts.
///
/// [`ConnectionConfig::from_file`] is the short way. This one takes a profile, and variables from elsewhere than
/// the environment.
///
/// ```
/// use twilio_sdk::{ConfigFormat, ConfigLoader};
///
/// let text = r#"
///     timeout = "1m30s"
///     auth = { account_sid = "AC1", api_key = "SK1", api_secret = "${SECRET}" }
///     [profiles.eu]
///     region = "ie1"
///     edge = "${EDGE:-dublin}"
/// "#;
/// let secret = |name: &str| (name == "SECRET").then(|| "s".to_owned());
/// let config = ConfigLoader::new().profile("eu").variables(secret).text(text, ConfigFormat::Toml)?;
/// let twilio = twilio_sdk::Client::new(config)?;
///
/// let error = ConfigLoader::new().variables(|_| None).text(text, ConfigFormat::Toml).unwrap_err();
/// assert_eq!(error.config_problems()[0].key(), "auth.api_secret");
/// # Ok::<(), twilio_sdk::Error>(())
/// ```
///
/// # Keys
///
/// Every option of [`ConnectionConfig`] has its key, except `on_attempt` and `public_key_client_validation`, which are code.
/// `examples/twilio.toml` shows and explains all of them. Unknown keys are errors.
///
/// * Times are numbers of seconds, or texts with units: `30`, `0.5`, `"30s"`, `"1m30s"`, `"250ms"`. They are above
///   0 and at most 365 days; `pool.wait` and `pool.idle_timeout` may be 0.
/// * Sizes are numbers of bytes, or texts with units: `65536`, `"64 KiB"`, `"1 MB"`.
/// * Certificates and keys are PEM, or paths of files with PEM; the paths start from the folder of the file.
///
/// # Variables
///
/// `${NAME}` in any text, also in lists, becomes the value of the variable `NAME`; `${NAME:-default}` becomes the
/// default where the variable is not set or empty. `$${` stands for the characters `${`, see
/// [`escape`](Self::escape). What is put in is not looked at again. A value that consists of variables alone and
/// is empty counts as not given, in lists too. Numbers and flags may come from variables too:
/// `max_active = "${MAX:-10}"`.
///
/// # Profiles
///
/// `[profiles.NAME]` holds any of the keys again. A profile inherits what it does not set: tables are merged key by
/// key, lists and the tables `auth` and `proxy` are replaced, so that credentials of two places never mix. It is
/// chosen by [`profile`](Self::profile), or else by the variable `TWILIO_PROFILE`; without either, the values
/// outside of profiles are the configuration. Of profiles that are not chosen, only the names of keys and the
/// form of variables are checked.
///
/// # Secrets
///
/// Give secrets by variables, or keep them in a vault: `api_secret = "secret://NAME"` is what the source that
/// [`secrets`](Self::secrets) takes has for `NAME`, wherever a secret may stand, and in all of `auth`, because names and
/// their secrets are kept and replaced together. The whole text must be of this form, and not the value of a variable. Without a source it is an error, and so it is in the other files of this crate
/// (users, the token server), whose secrets come from variables.
///
/// Where a secret stands in the file itself and, on Unix, other users can read the file, a `tracing` event of level
/// WARN says so; the same goes for a file with a private key. No error shows a value of the file or of a variable.
///
/// # Who can change the file
///
/// On Unix a file is rejected where another user could change it, as OpenSSH does (`StrictModes`): its owner must be root
/// or the user that the program runs as, and only the owner and the group of root (gid 0) may have write permission. The
/// same goes for every folder on the way to it, except sticky ones such as `/tmp` and read-only mounts, and for the files
/// with certificates and keys that it names. Links are followed, and the target's mode counts. The error names the
/// command to run. File systems without modes (`/mnt/c` of WSL, FAT) show 0777: keep the file elsewhere, or read it
/// yourself and use [`text`](Self::text). On Windows nothing is checked.
#[derive(Clone)]
pub struct ConfigLoader {
    profile: Option<String>,
    directory: Option<PathBuf>,
    variables: Arc<Variables>,
    secrets: Option<Arc<dyn SecretSource>>,
}

/// Where the values of variables come from.
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
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl ConfigLoader {
    /// Variables are those of the environment, `TWILIO_PROFILE` chooses the profile.
    pub fn new() -> Self {
        Self {
            profile: None,
            directory: None,
            variables: Arc::new(|name| std::env::var(name).ok()),
            secrets: None,
        }
    }

    /// The profile, whatever `TWILIO_PROFILE` says.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Where the values of variables come from, `TWILIO_PROFILE` and `TWILIO_CONFIG` among them, instead of the
    /// environment. `None` means that a variable is not set.
    pub fn variables(mut self, get: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.variables = Arc::new(get);
        self
    }

    /// What `secret://NAME` stands for: a vault, or [`Secrets`](crate::Secrets) that were fetched before.
    ///
    /// ```
    /// use twilio_sdk::{ConfigFormat, ConfigLoader, Secrets};
    ///
    /// let text = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = 'secret://twilio' }";
    /// let loader = ConfigLoader::new().secrets(Secrets::from_iter([("twilio", "the secret of an API key")]));
    /// let config = loader.text(text, ConfigFormat::Toml)?;
    /// # Ok::<(), twilio_sdk::Error>(())
    /// ```
    pub fn secrets(mut self, source: impl SecretSource + 'static) -> Self {
        self.secrets = Some(Arc::new(source));
        self
    }

    /// The names that stand behind `secret://` in a file, with the profile that would be chosen: what to fetch before
    /// the file is read.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file), where the file names no secret; where it does, that tells the other problems.
    pub fn secret_names(&self, path: impl AsRef<Path>) -> Result<Vec<String>> {
        let asked = Arc::new(Asked::default());
        let read = self.clone().secrets(Arc::clone(&asked)).file(path);
        match asked.names() {
            names if names.is_empty() => read.map(|_| names),
            names => Ok(names),
        }
    }

    /// The folder that paths in the configuration start from: the file's own unless set, and for texts the
    /// current folder.
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Reads a file, in the format that its name tells: `.toml` or `.json`.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): the file cannot be read, is larger than 1 MiB, or holds what cannot
    /// work. [`config_problems`](crate::Error::config_problems) lists everything that is wrong.
    pub fn file(&self, path: impl AsRef<Path>) -> Result<ConnectionConfig> {
        self.read_file(path.as_ref(), None)
    }

    /// Checks a file for programs that may be built with other features, and that alone may have its secrets: of them
    /// only [`resolve`](SecretSource::resolve)'s success counts. Gives what such a program needs as well.
    #[cfg(feature = "admin")]
    pub(crate) fn check(
        &self,
        path: &Path,
        names: Option<impl SecretSource + 'static>,
    ) -> (Result<ConnectionConfig>, Vec<ConfigProblem>) {
        let notes = RefCell::default();
        let loader = match names {
            Some(names) => self.clone().secrets(names),
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
        let Whole { name, format, bytes, open_to_others } = Whole::read(path)?;
        let own = path.parent().unwrap_or(Path::new(""));
        let directory = self.directory.as_deref().unwrap_or(own);
        self.load(&bytes, format, Some(name), directory, open_to_others, notes)
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file).
    pub fn text(&self, text: &str, format: ConfigFormat) -> Result<ConnectionConfig> {
        self.bytes(text.as_bytes(), format)
    }

    /// Reads bytes, which may be anything.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file); bytes that are not UTF-8 are an error too.
    pub fn bytes(&self, bytes: &[u8], format: ConfigFormat) -> Result<ConnectionConfig> {
        self.load(bytes, format, None, self.directory.as_deref().unwrap_or(Path::new("")), false, None)
    }

    /// Reads the file that the variable `TWILIO_CONFIG` names; where it is not set or empty, the variables
    /// themselves, as [`ConnectionConfig::from_env`] does.
    ///
    /// Where there is a file, the variables enter only where the file names them.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file), or of `from_env`.
    pub fn env_or_file(&self) -> Result<ConnectionConfig> {
        match self.variable("TWILIO_CONFIG") {
            Some(path) => self.file(path),
            None => ConnectionConfig::from_lookup(|name| (self.variables)(name)),
        }
    }

    /// Text in the form in which it comes out of a configuration as it is: `$${` for every `${`.
    pub fn escape(text: &str) -> Cow<'_, str> {
        super::expand::escape(text)
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    fn load(
        &self,
        bytes: &[u8],
        format: ConfigFormat,
        file: Option<String>,
        directory: &Path,
        open_to_others: bool,
        notes: Option<&RefCell<Vec<ConfigProblem>>>,
    ) -> Result<ConnectionConfig> {
        if bytes.len() as u64 > pem::MOST_BYTES {
            return Err(unreadable(file, "is larger than 1 MiB"));
        }
        let text = text_of(bytes, file.as_deref())?;
        let profile = self.profile.clone().or_else(|| self.variable("TWILIO_PROFILE"));
        let variables = &*self.variables;
        let profile = profile.as_deref();
        let secrets = self.secrets.as_deref();
        load(text, &Source { format, file, directory, profile, variables, secrets, open_to_others, notes })
    }
}
