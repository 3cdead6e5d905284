//! TOML and JSON files with `${VAR}` and `secret://NAME`.

mod expand;
mod expand_in;
mod key;
mod known;
mod load;
mod parse;
mod pem;
mod plain;
mod problems;
mod profile;
mod reader;
mod tree;
mod values;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

pub use self::expand::escape;
pub use self::known::nearest;
pub use self::load::Contents;
pub use self::plain::{Keys, paths, read_any_file, read_file, read_str};
pub use self::profile::Profiled;
pub use self::reader::Reader;
use crate::ConfigError;

/// The format of a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigFormat {
    /// TOML 1.1.
    Toml,
    /// JSON (RFC 8259) with an object as its root.
    Json,
}

impl ConfigFormat {
    /// Returns the format for a file extension, `.toml` or `.json`, ignoring case.
    ///
    /// ```
    /// use twilio_sdk_config::ConfigFormat;
    ///
    /// assert_eq!(ConfigFormat::from_path("/etc/twilio.toml"), Some(ConfigFormat::Toml));
    /// assert_eq!(ConfigFormat::from_path("twilio.yaml"), None);
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Option<Self> {
        path.as_ref().extension()?.to_str()?.parse().ok()
    }
}

impl fmt::Display for ConfigFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Toml => "toml",
            Self::Json => "json",
        })
    }
}

impl FromStr for ConfigFormat {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        match name.to_ascii_lowercase().as_str() {
            "toml" => Ok(Self::Toml),
            "json" => Ok(Self::Json),
            _ => Err(ConfigError::new("configuration format: must be `toml` or `json`")),
        }
    }
}

/// Sets a setting if there is a value.
pub fn put<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

/// Reports which of the keys are missing.
pub fn missing(reader: &Reader<'_>, keys: &[&str]) {
    for key in keys.iter().filter(|key| !reader.has(key)) {
        reader.problem(key, "is missing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_and_printed() {
        for format in [ConfigFormat::Toml, ConfigFormat::Json] {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert!("yaml".parse::<ConfigFormat>().is_err());
    }

    #[test]
    fn a_file_reports_all_its_problems() {
        let keys: Keys<'_, (Option<String>, Option<u16>)> =
            &|file| Some((file.string("name"), file.count("port")));
        let read = |text| read_str(text, ConfigFormat::Toml, &|_| Some("7".to_owned()), keys);
        assert_eq!(read("name = 'a'\nport = '${PORT}'"), Ok((Some("a".to_owned()), Some(7))));
        let error = read("name = 1\nprot = 2").unwrap_err();
        let lines = [
            "configuration:1:8: name: must be a string, not a number",
            "configuration:2:1: prot: unknown key; did you mean `port`?",
        ];
        assert_eq!(error.to_string(), lines.join("\n"));
        assert_eq!(paths(keys), ["name", "port"]);
    }
}
