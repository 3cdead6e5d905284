//! Other files than a client's configuration, read in the same way: without profiles, each by its own keys.

use std::cell::RefCell;
use std::fs::File;
use std::path::Path;

use super::expand_in::{malformed, put_in};
use super::known::Known;
use super::load::unreadable;
use super::problems::Problems;
use super::reader::{Reader, Shared};
use super::tree::Table;
use super::{ConfigFormat, parse, pem};
use crate::Result;

/// What a file's keys are read into: the function is shown an empty file first, to learn which keys there are.
pub(crate) type Keys<'k, T> = &'k dyn Fn(&Reader<'_>) -> Option<T>;

/// Reads a file, in the format that its name tells.
pub(crate) fn read_file<T>(
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    let name = path.display().to_string();
    let Some(format) = ConfigFormat::of(path) else {
        return Err(unreadable(Some(name), "the name of a configuration file must end in .toml or .json"));
    };
    let failed = |e: std::io::Error| unreadable(Some(name.clone()), format!("cannot be read: {e}"));
    let bytes = pem::whole(File::open(path).map_err(failed)?).map_err(failed)?;
    let bytes = bytes.ok_or_else(|| unreadable(Some(name.clone()), "is larger than 1 MiB"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable(Some(name.clone()), "is not UTF-8"))?;
    read_text(text, format, Some(name.clone()), path.parent().unwrap_or(Path::new("")), variables, keys)
}

/// Reads a text; relative paths in it start from the folder.
pub(crate) fn read_text<T>(
    text: &str,
    format: ConfigFormat,
    file: Option<String>,
    directory: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let problems = Problems::new(file, text);
    let read = || {
        let parsed = match format {
            ConfigFormat::Toml => parse::toml(text),
            ConfigFormat::Json => parse::json(text),
        };
        let mut root = match parsed {
            Ok(root) => root,
            Err(unreadable) => {
                problems.add_at(unreadable.place, "", unreadable.message);
                return None;
            }
        };
        known(keys).prune(&mut root, "", "", &problems);
        root.name("");
        malformed(&mut root, &problems);
        put_in(&mut root, variables, &problems);
        let shared = Shared { problems: &problems, directory, secrets: None, asked: RefCell::default() };
        keys(&Reader::new(&shared, &root))
    };
    match read() {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems.into_error()),
    }
}

fn known<T>(keys: Keys<'_, T>) -> Known {
    let (problems, nothing) = (Problems::new(None, ""), Table::default());
    let shared =
        Shared { problems: &problems, directory: Path::new(""), secrets: None, asked: RefCell::default() };
    let _ = keys(&Reader::new(&shared, &nothing));
    Known::new(shared.asked.take(), None)
}

/// The paths of all keys that a file may have, tables included.
#[cfg(all(test, feature = "token-server"))]
pub(crate) fn paths<T>(keys: Keys<'_, T>) -> Vec<String> {
    known(keys).paths().map(str::to_owned).collect()
}
