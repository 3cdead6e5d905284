//! Other files than a client's configuration, read in the same way: without profiles, each by its own keys.

use std::cell::RefCell;
use std::path::Path;

use super::expand_in::{malformed, put_in};
use super::known::Known;
use super::load::{Whole, parsed, text_of, warn_of_secrets};
use super::problems::Problems;
use super::reader::{Reader, Shared};
use crate::Result;
use crate::config::ConfigFormat;

/// What a file's keys are read into: the function is shown an empty file first, to learn which keys there are.
pub(crate) type Keys<'k, T> = &'k dyn Fn(&Reader<'_>) -> Option<T>;

/// These files are read by programs and stores that no source of secrets is given to.
const NO_SECRETS: &str = "`secret://` is for a client's configuration and leads nowhere in this file; give the secret by a variable, ${NAME}";

/// Reads a file that decides about security, in the format that its name tells; relative paths in it start from its
/// folder. One that other users can change is an error.
pub(crate) fn read_file<T>(
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    read_whole(Whole::read(path)?, path, variables, keys)
}

/// Reads a file that other users may change.
#[cfg(feature = "emulator")]
pub(crate) fn read_any_file<T>(
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    read_whole(Whole::read_any(path)?, path, variables, keys)
}

fn read_whole<T>(
    whole: Whole,
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    let text = text_of(&whole.bytes, Some(&whole.name))?;
    let file = Origin {
        name: Some(whole.name.clone()),
        directory: path.parent().unwrap_or(Path::new("")),
        open_to_others: whole.open_to_others,
    };
    read(text, whole.format, file, variables, keys)
}

/// Reads a text; relative paths in it start from the folder that the program runs in.
#[cfg(feature = "emulator")]
pub(crate) fn read_text<T>(
    text: &str,
    format: ConfigFormat,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    let text = text_of(text.as_bytes(), None)?;
    read(
        text,
        format,
        Origin { name: None, directory: Path::new(""), open_to_others: false },
        variables,
        keys,
    )
}

/// Where a text came from.
struct Origin<'o> {
    name: Option<String>,
    directory: &'o Path,
    open_to_others: bool,
}

fn read<T>(
    text: &str,
    format: ConfigFormat,
    origin: Origin<'_>,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    let problems = Problems::new(origin.name.clone(), text);
    let read = || {
        let mut root = parsed(text, format, &problems)?;
        let known = Known::of(keys, None);
        known.prune(&mut root, "", "", &problems);
        root.name("");
        if let (true, Some(name)) = (origin.open_to_others, &origin.name) {
            warn_of_secrets(&known, std::iter::once(&root), name);
        }
        malformed(&mut root, &problems);
        put_in(&mut root, variables, &problems);
        let directory = origin.directory;
        let shared = Shared {
            problems: &problems,
            directory,
            secrets: Err(NO_SECRETS),
            notes: None,
            asked: RefCell::default(),
        };
        keys(&Reader::new(&shared, &root))
    };
    match read() {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems.into_error()),
    }
}

/// The paths of all keys that a file may have, tables included.
#[cfg(all(test, feature = "token-server"))]
pub(crate) fn paths<T>(keys: Keys<'_, T>) -> Vec<String> {
    Known::of(keys, None).paths().map(str::to_owned).collect()
}
