//! Which keys there are: those that the reader asks for, when it is shown an empty file.

use std::cell::RefCell;
use std::path::Path;

use super::pem;
use super::problems::Problems;
use super::reader::{Reader, Shared};
use super::tree::{Table, Value, join};
use super::values::secret_name;
use crate::config::expand::expand;

/// The keys of a configuration.
pub(super) struct Known {
    keys: Vec<Key>,
    /// A key that the root has beside them.
    beside: Option<&'static str>,
}

/// A key that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) path: String,
    pub(super) kind: Kind,
}

/// Whether a value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Secret,
    /// It is one where it is PEM, and none where it is the path of a file.
    SecretPem,
}

impl Known {
    /// What a function asks for; its root has `beside` too.
    pub(super) fn of<T>(read: impl FnOnce(&Reader<'_>) -> T, beside: Option<&'static str>) -> Self {
        let (problems, nothing) = (Problems::new(None, ""), Table::default());
        let (directory, asked) = (Path::new(""), RefCell::default());
        let shared = Shared { problems: &problems, directory, secrets: Err(""), notes: None, asked };
        read(&Reader::new(&shared, &nothing));
        Self { keys: shared.asked.take(), beside }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.path.as_str())
    }

    fn has(&self, path: &str) -> bool {
        self.paths().any(|known| known == path)
    }

    fn is_table(&self, path: &str) -> bool {
        self.paths().any(|known| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Whether a secret stands in a table as it is, and not by a variable.
    pub(super) fn secret_in_clear(&self, table: &Table) -> bool {
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

    /// Takes the keys that are not known out of a table and reports them; `at` is the path of the table among
    /// the known ones, `shown` the one in the file.
    pub(super) fn prune(&self, table: &mut Table, at: &str, shown: &str, problems: &Problems<'_>) {
        table.entries.retain_mut(|entry| {
            let path = join(at, &entry.key);
            if !self.has(&path) {
                if !problems.is_full() {
                    // Profiles stand at the root of the file, and not in each other.
                    let root = self.beside.filter(|_| shown.is_empty());
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

    /// The known keys of a table.
    fn here<'k>(&'k self, at: &'k str) -> impl Iterator<Item = &'k str> {
        self.paths().filter_map(move |path| match at {
            "" => Some(path),
            at => path.strip_prefix(at)?.strip_prefix('.'),
        })
    }

    fn list(&self, at: &str, more: Option<&str>) -> String {
        self.here(at).filter(|key| !key.contains('.')).chain(more).collect::<Vec<_>>().join(", ")
    }

    /// The key of the table that is meant most likely, or else the same key of another table.
    fn nearest(&self, at: &str, more: Option<&str>, key: &str) -> Option<String> {
        nearest(key, self.here(at).filter(|known| !known.contains('.')).chain(more))
            .map(str::to_owned)
            .or_else(|| {
                let leaf = |path: &&str| plain(path.rsplit('.').next().unwrap_or(path)) == plain(key);
                self.paths().find(leaf).map(str::to_owned)
            })
    }
}

/// The name that differs least from the given one, if it differs little.
pub(crate) fn nearest<'n>(given: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let given = plain(given);
    // A text as long as a page resembles no name, and comparing it takes long.
    if given.len() > 64 {
        return None;
    }
    names
        .map(|name| (strsim::osa_distance(&given, &plain(name)), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The same for `max_active`, `max-active` and `maxActive`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
