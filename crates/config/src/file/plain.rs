//! Reads files without profiles, each with its own keys.

use std::cell::RefCell;
use std::path::Path;

use super::expand_in::{report_malformed, substitute};
use super::known::Known;
use super::load::{Contents, parsed, utf8, warn_of_secrets};
use super::problems::Problems;
use super::reader::{Reader, Shared};
use crate::{ConfigError, ConfigFormat};

/// Reads the keys of a file into a value. Called with an empty file first, to learn which keys are known.
pub type Keys<'k, T> = &'k dyn Fn(&Reader<'_>) -> Option<T>;

const NO_SECRETS: &str = "`secret://` references work in a client's configuration, not in this file; give the secret by a variable, ${NAME}";

/// Reads a file that decides about security, in the format of its extension. Relative paths start from its directory.
///
/// # Errors
///
/// Everything that is wrong with the file; also if another user could change it.
pub fn read_file<T>(
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T, ConfigError> {
    read_contents(Contents::read(path)?, path, variables, keys)
}

/// Reads a file that other users may change; otherwise like [`read_file`].
///
/// # Errors
///
/// Everything that is wrong with the file.
pub fn read_any_file<T>(
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T, ConfigError> {
    read_contents(Contents::read_any(path)?, path, variables, keys)
}

fn read_contents<T>(
    contents: Contents,
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T, ConfigError> {
    let text = utf8(&contents.bytes, Some(&contents.name))?;
    let origin = Origin {
        name: Some(contents.name.clone()),
        directory: path.parent().unwrap_or(Path::new("")),
        others_read: contents.others_read,
    };
    read(text, contents.format, origin, variables, keys)
}

/// Reads a string. Relative paths start from the current directory.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read_str<T>(
    text: &str,
    format: ConfigFormat,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T, ConfigError> {
    let origin = Origin { name: None, directory: Path::new(""), others_read: false };
    read(utf8(text.as_bytes(), None)?, format, origin, variables, keys)
}

/// Source of a configuration.
struct Origin<'o> {
    name: Option<String>,
    directory: &'o Path,
    others_read: bool,
}

fn read<T>(
    text: &str,
    format: ConfigFormat,
    origin: Origin<'_>,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T, ConfigError> {
    let problems = Problems::new(origin.name.clone(), text);
    let read = || {
        let mut root = parsed(text, format, &problems)?;
        let known = Known::of(keys, None);
        known.prune(&mut root, "", "", &problems);
        root.name("");
        if let (true, Some(name)) = (origin.others_read, &origin.name) {
            warn_of_secrets(&known, std::iter::once(&root), name);
        }
        report_malformed(&mut root, &problems);
        substitute(&mut root, variables, &problems);
        let directory = origin.directory;
        let shared = Shared {
            problems: &problems,
            directory,
            secrets: Err(NO_SECRETS),
            notes: None,
            requested: RefCell::default(),
        };
        keys(&Reader::new(&shared, &root))
    };
    match read() {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems.into_error()),
    }
}

/// Returns the paths of all known keys of a file, tables included. For tests of documentation and examples.
pub fn paths<T>(keys: Keys<'_, T>) -> Vec<String> {
    Known::of(keys, None).paths().map(str::to_owned).collect()
}
