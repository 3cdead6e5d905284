//! The short ways to a configuration and a client.

use std::path::Path;

use super::ConfigLoader;
use crate::config::ConnectionConfig;
use crate::{Client, Result};

impl ConnectionConfig {
    /// Reads a TOML or JSON file; the environment's variable `TWILIO_PROFILE` may choose a profile in it. See
    /// [`ConfigLoader`] for what it may hold.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config), with everything that is wrong in
    /// [`config_problems`](crate::Error::config_problems).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file_profile(path, None)
    }

    /// Reads a profile of a TOML or JSON file, whatever `TWILIO_PROFILE` says; without a name the same as
    /// [`from_file`](Self::from_file).
    ///
    /// # Errors
    ///
    /// As of [`from_file`](Self::from_file).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_file_profile(path: impl AsRef<Path>, profile: Option<&str>) -> Result<Self> {
        let loader = ConfigLoader::new();
        match profile {
            Some(name) => loader.profile(name),
            None => loader,
        }
        .file(path)
    }

    /// Reads the file that the environment's variable `TWILIO_CONFIG` names, or else the environment, as
    /// [`from_env`](Self::from_env) does.
    ///
    /// # Errors
    ///
    /// As of [`from_file`](Self::from_file) or [`from_env`](Self::from_env).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_env_or_file() -> Result<Self> {
        ConfigLoader::new().env_or_file()
    }
}

impl Client {
    /// Makes a client of a TOML or JSON file; see [`ConnectionConfig::from_file`].
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config), with everything that is wrong in
    /// [`config_problems`](crate::Error::config_problems).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(ConnectionConfig::from_file(path)?)
    }

    /// Makes a client of the file that `TWILIO_CONFIG` names, or else of the environment; see
    /// [`ConnectionConfig::from_env_or_file`].
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_env_or_file() -> Result<Self> {
        Self::new(ConnectionConfig::from_env_or_file()?)
    }
}
