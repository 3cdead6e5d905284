//! Shortcuts to a configuration and a client.

use std::path::Path;

use super::ConfigLoader;
use crate::config::ConnectionConfig;
use crate::{Client, Result};

impl ConnectionConfig {
    /// Loads a TOML or JSON file. The environment variable `TWILIO_PROFILE` may select a profile of it. [`ConfigLoader`]
    /// documents the contents.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config), with everything that is wrong in
    /// [`config_problems`](crate::Error::config_problems).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file_profile(path, None)
    }

    /// Loads a profile of a TOML or JSON file and ignores `TWILIO_PROFILE`. Without a name, like
    /// [`from_file`](Self::from_file).
    ///
    /// # Errors
    ///
    /// The same errors as [`from_file`](Self::from_file).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_file_profile(path: impl AsRef<Path>, profile: Option<&str>) -> Result<Self> {
        let loader = ConfigLoader::new();
        match profile {
            Some(name) => loader.profile(name),
            None => loader,
        }
        .load_file(path)
    }

    /// Loads the file named by the environment variable `TWILIO_CONFIG`. If that is not set, reads the environment like
    /// [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// The same errors as [`from_file`](Self::from_file) or [`from_env`](Self::from_env).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_config_or_env() -> Result<Self> {
        ConfigLoader::new().load_config_or_env()
    }
}

impl Client {
    /// Creates a client from a TOML or JSON file; see [`ConnectionConfig::from_file`].
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config), with everything that is wrong in
    /// [`config_problems`](crate::Error::config_problems).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(ConnectionConfig::from_file(path)?)
    }

    /// Creates a client from the file named by `TWILIO_CONFIG`, or else from the environment; see
    /// [`ConnectionConfig::from_config_or_env`].
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config).
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn from_config_or_env() -> Result<Self> {
        Self::new(ConnectionConfig::from_config_or_env()?)
    }
}
