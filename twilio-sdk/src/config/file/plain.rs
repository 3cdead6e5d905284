//! Other files than a client's configuration, read in the same way: without profiles, each by its own keys.

use std::cell::RefCell;
use std::path::Path;

use super::expand_in::{malformed, put_in};
use super::known::Known;
use super::load::{Whole, parsed, text_of, warn_of_secrets};
use super::problems::Problems;
use super::reader::{Reader, Shared};
use crate::Result;

/// What a file's keys are read into: the function is shown an empty file first, to learn which keys there are.
pub(crate) type Keys<'k, T> = &'k dyn Fn(&Reader<'_>) -> Option<T>;

/// These files are read by programs and stores that no source of secrets is given to.
const NO_SECRETS: &str = "`secret://` is for a client's configuration and leads nowhere in this file; give the secret by a variable, ${NAME}";

/// Reads a file, in the format that its name tells; relative paths in it start from its folder.
pub(crate) fn read_file<T>(
    path: &Path,
    variables: &dyn Fn(&str) -> Option<String>,
    keys: Keys<'_, T>,
) -> Result<T> {
    let Whole { name, format, bytes, open_to_others } = Whole::read(path)?;
    let text = text_of(&bytes, Some(&name))?;
    let problems = Problems::new(Some(name.clone()), text);
    let read = || {
        let mut root = parsed(text, format, &problems)?;
        let known = Known::of(keys, None);
        known.prune(&mut root, "", "", &problems);
        root.name("");
        if open_to_others {
            warn_of_secrets(&known, std::iter::once(&root), &name);
        }
        malformed(&mut root, &problems);
        put_in(&mut root, variables, &problems);
        let directory = path.parent().unwrap_or(Path::new(""));
        let shared =
            Shared { problems: &problems, directory, secrets: Err(NO_SECRETS), asked: RefCell::default() };
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
