//! Checked ways to take values out of a table. What is wrong is reported, and the next key is looked at.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use super::known::{Key, Kind};
use super::pem;
use super::problems::Problems;
use super::tree::{Node, Place, Table, Value, join};
#[cfg(feature = "emulator")]
use super::values::json;
use super::values::{choose, count, duration, expected, flag, number, secret, size, text};
use crate::SecretSource;
use crate::types::SecretString;

/// What all readers of a file share.
pub(super) struct Shared<'a> {
    pub(super) problems: &'a Problems<'a>,
    /// The folder that paths in the file start from.
    pub(super) directory: &'a Path,
    /// What `secret://` leads to, or why it leads nowhere.
    pub(super) secrets: Result<&'a dyn SecretSource, &'static str>,
    /// Where the file is checked for programs that are built otherwise and hold the secrets: what they need.
    pub(super) notes: Option<&'a Problems<'a>>,
    pub(super) asked: RefCell<Vec<Key>>,
}

/// A table, which need not be there. Every key is asked for whatever else is there, which makes it a known one.
pub(crate) struct Reader<'a> {
    shared: &'a Shared<'a>,
    table: Option<&'a Table>,
    /// The path of the table among the known ones.
    path: String,
    /// The path and the place of the table in the file.
    shown: String,
    place: Place,
    /// Whether a value that variables make empty is an error, and not left out.
    decisive: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, table: &'a Table) -> Self {
        Self {
            shared,
            table: Some(table),
            path: String::new(),
            shown: String::new(),
            place: None,
            decisive: false,
        }
    }

    /// A table in this one.
    pub(crate) fn table(&self, key: &str) -> Self {
        let table = self.take(key, Kind::Open, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(expected("a table", other)),
        });
        self.below(key, table)
    }

    /// A table whose keys decide about security: a value that variables make empty is an error, in all tables below too.
    #[cfg(feature = "listener")]
    pub(crate) fn decisive(&self, key: &str) -> Self {
        Self { decisive: true, ..self.table(key) }
    }

    fn below(&self, key: &str, table: Option<&'a Table>) -> Self {
        let node = self.node(key);
        let shown = node.map_or_else(|| join(&self.shown, key), |node| node.path.clone());
        let place = node.and_then(|node| node.place);
        Reader {
            shared: self.shared,
            table,
            path: join(&self.path, key),
            shown,
            place,
            decisive: self.decisive,
        }
    }

    /// A table in this one, or one of some words.
    pub(crate) fn table_or<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> (Self, Option<T>) {
        let table = match self.node(key).map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        };
        let reader = self.below(key, table);
        let word = match table {
            Some(_) => {
                self.ask(key, Kind::Open);
                None
            }
            None => self.take(key, Kind::Open, |value| {
                choose(value, words).map_err(|message| format!("{message}, or a table"))
            }),
        };
        (reader, word)
    }

    /// A list of tables, each of which is read.
    pub(crate) fn tables<T>(&self, key: &str, mut each: impl FnMut(&Reader<'a>) -> Option<T>) -> Vec<T> {
        let list = self.take(key, Kind::Open, |value| match value {
            Value::List(list) => Ok(list),
            other => Err(expected("a list of tables", other)),
        });
        let path = join(&self.path, key);
        let reader = |table, shown: String, place| Reader {
            shared: self.shared,
            table,
            path: path.clone(),
            shown,
            place,
            decisive: self.decisive,
        };
        let Some(list) = list else {
            // The keys of the tables are known ones also where there are no tables.
            each(&reader(None, path.clone(), None));
            return Vec::new();
        };
        let mut read = Vec::with_capacity(list.len());
        for node in list {
            match &node.value {
                Value::Table(table) => read.extend(each(&reader(Some(table), node.path.clone(), node.place))),
                Value::Broken => {}
                other => self.shared.problems.add(node.place, &node.path, expected("a table", other)),
            }
        }
        read
    }

    pub(crate) fn is_there(&self) -> bool {
        self.table.is_some()
    }

    /// Whether a key has a value, be it a good one or not.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Reports what is wrong with a key, or, where it is empty, with the table itself.
    pub(crate) fn problem(&self, key: &str, message: impl Into<String>) {
        let message = message.into();
        match self.node(key) {
            Some(node) => self.shared.problems.add(node.place, &node.path, message),
            None if key.is_empty() => self.shared.problems.add(self.place, &self.shown, message),
            None => self.shared.problems.add(self.place, &join(&self.shown, key), message),
        }
    }

    /// How many problems there are in the file so far.
    pub(crate) fn problems(&self) -> usize {
        self.shared.problems.len()
    }

    /// Reports what a check of the values together has found, without the name that its message begins with.
    pub(crate) fn check(&self, key: &str, name: &str, result: crate::Result<()>) {
        if let Err(error) = result {
            let message = error.to_string();
            let short = message.strip_prefix(name).map(|rest| rest.trim_start_matches(['.', ':', ' ']));
            self.problem(key, short.unwrap_or(&message));
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.take(key, Kind::Open, |value| text(value).map(|text| text.text.to_string()))
    }

    /// A text that must not be seen.
    pub(crate) fn secret(&self, key: &str) -> Option<SecretString> {
        self.take(key, Kind::Secret, |value| secret(value, self.shared.secrets).map(|secret| secret.text))
    }

    /// A field of credentials, which may come from a source of secrets also where it is none. A file that is checked
    /// without its secrets gets `stand_in` in place of what the source holds.
    pub(crate) fn credential(&self, key: &str, is_secret: bool, stand_in: &str) -> Option<SecretString> {
        let kind = if is_secret { Kind::Secret } else { Kind::Open };
        self.take(key, kind, |value| {
            let secret = secret(value, self.shared.secrets)?;
            let stands_in = secret.fetched && self.shared.notes.is_some();
            Ok(if stands_in { stand_in.into() } else { secret.text })
        })
    }

    /// Reports a key that needs a feature of the crate. A file that is checked for another program gets a note instead.
    pub(crate) fn needs_feature(&self, key: &str, feature: &str, is_built: bool) {
        let needs = format!("needs the feature `{feature}` of twilio-sdk");
        match (self.shared.notes, self.node(key)) {
            (Some(notes), Some(node)) => {
                notes.add(node.place, &node.path, format!("{needs} in the program that reads the file"));
            }
            (None, Some(_)) if !is_built => self.problem(key, needs),
            _ => {}
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.take(key, Kind::Open, flag)
    }

    /// A whole number that is not negative.
    pub(crate) fn count<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        self.take(key, Kind::Open, count)
    }

    /// Any number but NaN and the infinite ones.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.take(key, Kind::Open, number)
    }

    /// Bytes: a number, or text such as `64 KiB`.
    pub(crate) fn size<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        self.take(key, Kind::Open, size)
    }

    /// A time above 0: a number of seconds, or text such as `1m30s`.
    pub(crate) fn duration(&self, key: &str) -> Option<Duration> {
        self.take(key, Kind::Open, |value| match duration(value)? {
            Duration::ZERO => Err("must be more than 0".to_owned()),
            duration => Ok(duration),
        })
    }

    /// The same, or 0.
    pub(crate) fn duration_or_zero(&self, key: &str) -> Option<Duration> {
        self.take(key, Kind::Open, duration)
    }

    /// One of some words.
    pub(crate) fn choice<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.take(key, Kind::Open, |value| choose(value, words))
    }

    pub(crate) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.list(key, Kind::Open, |value| text(value).map(|text| text.text.to_string()))
    }

    pub(crate) fn counts<T: TryFrom<i128>>(&self, key: &str) -> Option<Vec<T>> {
        self.list(key, Kind::Open, count)
    }

    /// Any value.
    #[cfg(feature = "emulator")]
    pub(crate) fn json(&self, key: &str) -> Option<serde_json::Value> {
        self.take(key, Kind::Open, json)
    }

    /// The keys of a table that is asked for none of its own: they are the file's to choose.
    #[cfg(any(feature = "access", feature = "emulator"))]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.table.into_iter().flat_map(|table| &table.entries).map(|entry| entry.key.as_str())
    }

    /// The path of a file, from the folder of this one.
    #[cfg(feature = "auth-layer")]
    pub(crate) fn path(&self, key: &str) -> Option<std::path::PathBuf> {
        self.take(key, Kind::Open, |value| match text(value)?.text.as_str() {
            "" => Err("must be the path of a file".to_owned()),
            path => Ok(self.shared.directory.join(path)),
        })
    }

    /// PEM, or the path of a file with it.
    pub(crate) fn pem(&self, key: &str) -> Option<Vec<u8>> {
        self.take(key, Kind::Open, |value| pem::read(&text(value)?.text, self.shared.directory))
    }

    /// The same, for a private key.
    pub(crate) fn pem_secret(&self, key: &str) -> Option<SecretString> {
        let read = self.take(key, Kind::SecretPem, |value| {
            let secret = secret(value, self.shared.secrets)?;
            match secret.fetched && !pem::is_pem(secret.text.expose_secret()) {
                true if self.shared.notes.is_some() => Ok(None),
                // What a vault holds is no path, or whoever fills it could name any file.
                true => Err("the secret of this name is not PEM".to_owned()),
                false => pem::read_secret(secret.text.expose_secret(), self.shared.directory).map(Some),
            }
        });
        read.flatten()
    }

    /// A list of the same.
    pub(crate) fn pems(&self, key: &str) -> Option<Vec<Vec<u8>>> {
        self.list(key, Kind::Open, |value| pem::read(&text(value)?.text, self.shared.directory))
    }

    fn ask(&self, key: &str, kind: Kind) {
        self.shared.asked.borrow_mut().push(Key { path: join(&self.path, key), kind });
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        self.table?.get(key).filter(|node| self.decisive || !node.is_left_out())
    }

    fn take<T>(&self, key: &str, kind: Kind, read: impl FnOnce(&'a Value) -> Result<T, String>) -> Option<T> {
        self.ask(key, kind);
        self.read(self.node(key)?, read)
    }

    fn list<T>(
        &self,
        key: &str,
        kind: Kind,
        read: impl Fn(&'a Value) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let list = self.take(key, kind, |value| match value {
            Value::List(list) => Ok(list),
            other => Err(expected("a list", other)),
        })?;
        // Every entry is looked at before the first bad one ends it.
        let given = list.iter().filter(|node| self.decisive || !node.is_left_out());
        let read: Vec<Option<T>> = given.map(|node| self.read(node, &read)).collect();
        read.into_iter().collect()
    }

    fn read<T>(&self, node: &'a Node, read: impl FnOnce(&'a Value) -> Result<T, String>) -> Option<T> {
        if matches!(node.value, Value::Broken) {
            return None;
        }
        let read = match self.decisive && node.is_hollow() {
            true => Err("has a variable that is empty; set the variable, or leave the key out".to_owned()),
            false => read(&node.value),
        };
        read.map_err(|message| self.shared.problems.add(node.place, &node.path, message)).ok()
    }
}
