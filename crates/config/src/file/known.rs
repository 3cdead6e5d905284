//! The known keys: those that the reading function requests from an empty file.

use std::cell::RefCell;
use std::path::Path;

use super::expand::expand;
use super::key::{Key, Kind};
use super::pem;
use super::problems::Problems;
use super::reader::{Reader, Shared};
use super::tree::{Table, Value, join};
use super::values::secret_name;

/// The known keys of a configuration.
pub(crate) struct Known {
    keys: Vec<Key>,
    /// A further key of the root.
    extra: Option<&'static str>,
}

impl Known {
    /// Returns the keys that a function requests, and an `extra` one of the root.
    pub(crate) fn of<T>(read: impl FnOnce(&Reader<'_>) -> T, extra: Option<&'static str>) -> Self {
        let (problems, nothing) = (Problems::new(None, ""), Table::default());
        let (directory, requested) = (Path::new(""), RefCell::default());
        let shared = Shared { problems: &problems, directory, secrets: Err(""), notes: None, requested };
        read(&Reader::new(&shared, &nothing));
        Self { keys: shared.requested.take(), extra }
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.path.as_str())
    }

    fn has(&self, path: &str) -> bool {
        self.paths().any(|known| known == path)
    }

    fn is_table(&self, path: &str) -> bool {
        self.paths().any(|known| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Returns whether a table contains a literal secret, not one from a variable or a secret source.
    pub(crate) fn has_literal_secret(&self, table: &Table) -> bool {
        let clear = |kind: Kind, value: &Value| match value {
            Value::Text(text) if kind == Kind::SecretPem && !pem::is_pem(&text.text) => false,
            Value::Text(text) if text.text.is_empty() || secret_name(&text.text).is_some() => false,
            Value::Text(text) => {
                expand(&text.text, &|_| Some(String::new())).is_ok_and(|made| !made.variables)
            }
            _ => false,
        };
        let mut secrets = self.keys.iter().filter(|key| key.kind != Kind::Open);
        secrets.any(|key| table.any_at(&key.path, &|value| clear(key.kind, value)))
    }

    /// Removes and reports unknown keys. `at` is the path of the table among the known keys, `shown` its path in the file.
    pub(crate) fn prune(&self, table: &mut Table, at: &str, shown: &str, problems: &Problems<'_>) {
        table.entries.retain_mut(|entry| {
            let path = join(at, &entry.key);
            if !self.has(&path) {
                if !problems.is_full() {
                    // Profiles are keys of the root, not of each other.
                    let root = self.extra.filter(|_| shown.is_empty());
                    let message = match self.nearest(at, root, &entry.key) {
                        Some(near) => format!("unknown key; did you mean `{near}`?"),
                        None => format!("unknown key; the keys here are: {}", self.list(at, root)),
                    };
                    problems.add(entry.place, &join(shown, &entry.key), message);
                }
                return false;
            }
            if self.is_table(&path) {
                let shown = join(shown, &entry.key);
                match &mut entry.node.value {
                    Value::Table(inner) => self.prune(inner, &path, &shown, problems),
                    Value::List(list) => {
                        for (at, node) in list.iter_mut().enumerate() {
                            if let Value::Table(inner) = &mut node.value {
                                self.prune(inner, &path, &format!("{shown}[{at}]"), problems);
                            }
                        }
                    }
                    _ => {}
                }
            }
            true
        });
    }

    /// Returns the known keys of a table.
    fn here<'k>(&'k self, at: &'k str) -> impl Iterator<Item = &'k str> {
        self.paths().filter_map(move |path| match at {
            "" => Some(path),
            at => path.strip_prefix(at)?.strip_prefix('.'),
        })
    }

    fn list(&self, at: &str, more: Option<&str>) -> String {
        self.here(at).filter(|key| !key.contains('.')).chain(more).collect::<Vec<_>>().join(", ")
    }

    /// Returns the most similar key of the table, or else the equal key of another table.
    fn nearest(&self, at: &str, more: Option<&str>, key: &str) -> Option<String> {
        nearest(key, self.here(at).filter(|known| !known.contains('.')).chain(more))
            .map(str::to_owned)
            .or_else(|| {
                let leaf = |path: &&str| plain(path.rsplit('.').next().unwrap_or(path)) == plain(key);
                self.paths().find(leaf).map(str::to_owned)
            })
    }
}

/// Returns the most similar name, if one is similar enough.
pub fn nearest<'n>(given: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let given = plain(given);
    // Long strings resemble no name, and comparing them is slow.
    if given.len() > 64 {
        return None;
    }
    names
        .map(|name| (strsim::osa_distance(&given, &plain(name)), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Normalizes spelling: equal for `max_attempts`, `max-attempts` and `maxAttempts`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
