//! Reads files with profiles: parses, finds unknown keys, selects a profile, substitutes variables, reads values.

use std::cell::RefCell;
use std::path::Path;

use super::expand_in::{report_malformed, substitute};
use super::known::{Known, nearest};
use super::load::{parsed, unreadable, utf8, warn_of_secrets};
use super::plain::Keys;
use super::problems::Problems;
use super::reader::{Reader, Shared};
use super::tree::{Entry, Node, Place, Table, Value, join};
use crate::file_owner::MAX_BYTES;
use crate::{ConfigError, ConfigFormat, ConfigProblem, SecretSource};

/// Source and rules of a configuration with profiles.
pub struct Profiled<'a> {
    /// Format of the text.
    pub format: ConfigFormat,
    /// Name of the file in error messages.
    pub file: Option<&'a str>,
    /// Directory that relative paths start from.
    pub directory: &'a Path,
    /// Name of the selected profile.
    pub profile: Option<&'a str>,
    /// Returns the values of variables.
    pub variables: &'a dyn Fn(&str) -> Option<String>,
    /// Source of `secret://` references.
    pub secrets: Option<&'a dyn SecretSource>,
    /// Whether other users can read the file.
    pub others_read: bool,
    /// Collects the features that the file needs, if it is checked for a program with other features.
    pub notes: Option<&'a RefCell<Vec<ConfigProblem>>>,
    /// Tables that a profile replaces instead of merging, so that credentials of two places never mix.
    pub replaced: &'a [&'a str],
    /// A key that must be present, and the message if it is missing.
    pub required: (&'a str, &'a str),
}

impl Profiled<'_> {
    /// Reads the configuration.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read<T>(&self, bytes: &[u8], keys: Keys<'_, T>) -> Result<T, ConfigError> {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(unreadable(self.file, "is larger than 1 MiB"));
        }
        let text = utf8(bytes, self.file)?;
        let problems = Problems::new(self.file.map(str::to_owned), text);
        match self.read_values(text, keys, &problems) {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(problems.into_error()),
        }
    }

    fn read_values<T>(&self, text: &str, keys: Keys<'_, T>, problems: &Problems<'_>) -> Option<T> {
        let mut root = parsed(text, self.format, problems)?;
        let known = Known::of(keys, Some("profiles"));
        let mut profiles = take_profiles(&mut root, problems);
        known.prune(&mut root, "", "", problems);
        root.name("");
        for profile in &mut profiles {
            known.prune(&mut profile.table, "", &profile.path, problems);
            profile.table.name(&profile.path);
        }
        // Further problems would not be reported.
        if problems.is_full() {
            return None;
        }
        if self.others_read {
            let tables = std::iter::once(&root).chain(profiles.iter().map(|profile| &profile.table));
            warn_of_secrets(&known, tables, self.file.unwrap_or_default());
        }
        report_malformed(&mut root, problems);
        profiles.iter_mut().for_each(|profile| report_malformed(&mut profile.table, problems));
        let names: Vec<String> = profiles.iter().map(|profile| profile.name.clone()).collect();
        if let Some(name) = self.profile {
            match profiles.into_iter().find(|profile| profile.name == name) {
                Some(profile) => root.overlay(profile.table, self.replaced),
                None => {
                    problems.add(None, "profiles", unknown_profile(name, &names));
                    return None;
                }
            }
        }
        substitute(&mut root, self.variables, problems);
        let notes = Problems::new(self.file.map(str::to_owned), text);
        let shared = Shared {
            problems,
            directory: self.directory,
            secrets: self.secrets.ok_or(
                "`secret://` needs a secret source, and the loader has none; set one with `secret_source`",
            ),
            notes: self.notes.map(|_| &notes),
            requested: RefCell::default(),
        };
        let config = keys(&Reader::new(&shared, &root));
        if let Some(list) = self.notes {
            list.borrow_mut().extend(notes.into_list());
        }
        let (key, message) = self.required;
        if root.get(key).is_none() {
            let mut message = message.to_owned();
            if self.profile.is_none() && !names.is_empty() {
                let names = names.join(", ");
                message.push_str(&format!("; or select a profile ({names}) by argument or TWILIO_PROFILE"));
            }
            problems.add(None, key, message);
        }
        config
    }
}

struct Profile {
    name: String,
    /// Path in the file.
    path: String,
    table: Table,
}

/// Removes the profiles from the root.
fn take_profiles(root: &mut Table, problems: &Problems<'_>) -> Vec<Profile> {
    let Some(node) = root.take("profiles") else { return Vec::new() };
    let wrong = |place: Place, path: &str, node: &Value| {
        problems.add(place, path, format!("must be a table, not {}", node.kind()));
    };
    let Value::Table(table) = node.value else {
        wrong(node.place, "profiles", &node.value);
        return Vec::new();
    };
    let mut found = Vec::new();
    for Entry { key, node: Node { place, value, .. }, .. } in table.entries {
        let path = join("profiles", &key);
        match value {
            Value::Table(table) => found.push(Profile { name: key, path, table }),
            other => wrong(place, &path, &other),
        }
    }
    found
}

fn unknown_profile(name: &str, names: &[String]) -> String {
    let known = match names {
        [] => "the file has none".to_owned(),
        names => format!("the file has {}", names.join(", ")),
    };
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("unknown profile {name:?}; did you mean {near:?}?"),
        None => format!("unknown profile {name:?}; {known}"),
    }
}
