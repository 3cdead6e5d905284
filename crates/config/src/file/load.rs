//! Reads files and parses them into trees.

use std::fs::File;
use std::path::Path;

use zeroize::Zeroizing;

use super::known::Known;
use super::problems::Problems;
use super::tree::Table;
use super::{parse, pem};
use crate::file_owner::open_trusted;
use crate::{ConfigError, ConfigFormat, ConfigProblem};

/// Contents of a configuration file.
pub struct Contents {
    /// Path of the file for error messages.
    pub name: String,
    /// Format of the file's extension.
    pub format: ConfigFormat,
    /// Bytes of the file, at most 1 MiB.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether other users can read the file.
    pub others_read: bool,
}

impl Contents {
    /// Reads a file that decides about security, in the format of its extension.
    ///
    /// # Errors
    ///
    /// The file cannot be read, another user could change it, it is too large, or its extension is unknown.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::read_with(path, open_trusted)
    }

    /// Reads a file that other users may change.
    pub(crate) fn read_any(path: &Path) -> Result<Self, ConfigError> {
        Self::read_with(path, |path| File::open(path).map_err(|error| format!("cannot be read: {error}")))
    }

    fn read_with(path: &Path, open: impl FnOnce(&Path) -> Result<File, String>) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let wrong = |message: String| unreadable(Some(&name), message);
        let Some(format) = ConfigFormat::from_path(path) else {
            return Err(wrong("the name of a configuration file must end in .toml or .json".to_owned()));
        };
        let failed = |e: std::io::Error| wrong(format!("cannot be read: {e}"));
        let file = open(path).map_err(wrong)?;
        let others_read = pem::others_read(&file);
        let bytes =
            pem::whole(file).map_err(failed)?.ok_or_else(|| wrong("is larger than 1 MiB".to_owned()))?;
        Ok(Self { name, format, bytes, others_read })
    }
}

/// Returns bytes as a string without byte order mark.
pub(crate) fn utf8<'b>(bytes: &'b [u8], file: Option<&str>) -> Result<&'b str, ConfigError> {
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable(file, "is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Parses a string, and reports syntax errors.
pub(crate) fn parsed(text: &str, format: ConfigFormat, problems: &Problems<'_>) -> Option<Table> {
    let parsed = match format {
        ConfigFormat::Toml => parse::toml(text),
        ConfigFormat::Json => parse::json(text),
    };
    parsed.map_err(|error| problems.add_at(error.place, "", error.message)).ok()
}

/// Warns of literal secrets in a file that other users can read.
pub(crate) fn warn_of_secrets<'t>(known: &Known, mut tables: impl Iterator<Item = &'t Table>, file: &str) {
    if tables.any(|table| known.has_literal_secret(table)) {
        tracing::warn!(
            file,
            "other users can read the configuration file, and it contains a literal secret; run chmod 600 or use ${{VAR}}"
        );
    }
}

/// Returns the error of a whole file.
pub(crate) fn unreadable(file: Option<&str>, message: impl Into<String>) -> ConfigError {
    let problem = ConfigProblem::new("", message);
    match file {
        Some(file) => problem.in_file(file),
        None => problem,
    }
    .into()
}
