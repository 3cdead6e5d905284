//! Configuration files: what they may hold, what is wrong with them, and what their settings do on the wire.

mod errors;
mod example;
mod owner;
mod profiles;
mod secrets;
mod values;
mod warnings;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use twilio_sdk::{ConfigFormat, ConfigLoader, ConnectionConfig, Result};

/// Credentials that need no variables.
const AUTH: &str = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = 's3cret' }\n";

/// A loader with these variables and no others.
fn loader(variables: &'static [(&'static str, &'static str)]) -> ConfigLoader {
    ConfigLoader::new().env_source(|name| {
        variables.iter().find(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned())
    })
}

/// Reads TOML with credentials before it.
fn toml(text: &str) -> Result<ConnectionConfig> {
    loader(VARIABLES).load_str(&format!("{AUTH}{text}"), ConfigFormat::Toml)
}

const VARIABLES: &[(&str, &str)] =
    &[("FIVE", "5"), ("YES", "true"), ("EMPTY", ""), ("WORD", "s3cret-word"), ("HALF", "0.5")];

/// A configuration as text, but for its secrets.
fn shown(config: &ConnectionConfig) -> String {
    format!("{config:?}")
}

/// A folder that is there as long as this is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        #[cfg(unix)]
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        let path = std::env::temp_dir().join(format!("twilio-sdk-config-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
