//! Typed access to the values of a table. Reports every problem and continues with the next key.

use std::cell::RefCell;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use twilio_sdk_types::SecretString;

use super::key::{Key, Kind};
use super::pem;
use super::problems::Problems;
use super::tree::{Node, Place, Table, Value, join};
use super::values::{choose, count, duration, expected, flag, json, number, secret, size, string};
use crate::SecretSource;

/// State that all readers of a file share.
pub(crate) struct Shared<'a> {
    pub(crate) problems: &'a Problems<'a>,
    /// Directory that relative paths in the file start from.
    pub(crate) directory: &'a Path,
    /// Source of `secret://` references, or why there is none.
    pub(crate) secrets: Result<&'a dyn SecretSource, &'static str>,
    /// Collects the features that the file needs, if it is checked for a program with other features and secrets.
    pub(crate) notes: Option<&'a Problems<'a>>,
    pub(crate) requested: RefCell<Vec<Key>>,
}

/// Reads the keys of a table, which may be missing.
///
/// Every requested key is a known one. A reading function must therefore request all its keys, whatever the file contains.
pub struct Reader<'a> {
    shared: &'a Shared<'a>,
    table: Option<&'a Table>,
    /// Path of the table among the known keys.
    path: String,
    /// Path and location of the table in the file.
    shown: String,
    place: Place,
    /// Whether a value that variables make empty is an error instead of missing.
    strict: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(shared: &'a Shared<'a>, table: &'a Table) -> Self {
        Self {
            shared,
            table: Some(table),
            path: String::new(),
            shown: String::new(),
            place: None,
            strict: false,
        }
    }

    /// Returns a table of this one.
    pub fn table(&self, key: &str) -> Self {
        let table = self.take(key, Kind::Open, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(expected("a table", other)),
        });
        self.below(key, table)
    }

    /// Like [`table`](Self::table), for settings that decide about security: a value that variables make empty is an error
    /// instead of missing, also in the tables below.
    pub fn strict_table(&self, key: &str) -> Self {
        Self { strict: true, ..self.table(key) }
    }

    fn below(&self, key: &str, table: Option<&'a Table>) -> Self {
        let node = self.node(key);
        let shown = node.map_or_else(|| join(&self.shown, key), |node| node.path.clone());
        let place = node.and_then(|node| node.place);
        Reader { shared: self.shared, table, path: join(&self.path, key), shown, place, strict: self.strict }
    }

    /// Returns a table of this one, or one of the given words.
    pub fn table_or<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> (Self, Option<T>) {
        let table = match self.node(key).map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        };
        let reader = self.below(key, table);
        let word = match table {
            Some(_) => {
                self.request(key, Kind::Open);
                None
            }
            None => self.take(key, Kind::Open, |value| {
                choose(value, words).map_err(|message| format!("{message}, or a table"))
            }),
        };
        (reader, word)
    }

    /// Reads each table of a list.
    pub fn tables<T>(&self, key: &str, mut each: impl FnMut(&Reader<'a>) -> Option<T>) -> Vec<T> {
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
            strict: self.strict,
        };
        let Some(list) = list else {
            // The keys of the tables are known even if the list is missing.
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

    /// Returns whether the table exists.
    pub fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// Returns whether a key has a value, valid or not.
    pub fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Reports a problem of a key, or of the table if the key is empty.
    pub fn problem(&self, key: &str, message: impl Into<String>) {
        let message = message.into();
        match self.node(key) {
            Some(node) => self.shared.problems.add(node.place, &node.path, message),
            None if key.is_empty() => self.shared.problems.add(self.place, &self.shown, message),
            None => self.shared.problems.add(self.place, &join(&self.shown, key), message),
        }
    }

    /// Returns the number of problems found in the file so far.
    pub fn problem_count(&self) -> usize {
        self.shared.problems.len()
    }

    /// Reports the error of a check of several values, without the name that its message starts with.
    pub fn check<E: Display>(&self, key: &str, name: &str, result: Result<(), E>) {
        if let Err(error) = result {
            let message = error.to_string();
            let short = message.strip_prefix(name).map(|rest| rest.trim_start_matches(['.', ':', ' ']));
            self.problem(key, short.unwrap_or(&message));
        }
    }

    /// Returns a string.
    pub fn string(&self, key: &str) -> Option<String> {
        self.take(key, Kind::Open, |value| string(value).map(|text| text.text.to_string()))
    }

    /// Returns a secret string, which may be a `secret://` reference.
    pub fn secret(&self, key: &str) -> Option<SecretString> {
        self.take(key, Kind::Secret, |value| secret(value, self.shared.secrets).map(|secret| secret.text))
    }

    /// Returns a field of credentials. It may be a `secret://` reference even if it is not secret. If the file is checked
    /// without its secrets, a reference yields `stand_in`.
    pub fn credential(&self, key: &str, is_secret: bool, stand_in: &str) -> Option<SecretString> {
        let kind = if is_secret { Kind::Secret } else { Kind::Open };
        self.take(key, kind, |value| {
            let secret = secret(value, self.shared.secrets)?;
            let is_checked = secret.fetched && self.shared.notes.is_some();
            Ok(if is_checked { stand_in.into() } else { secret.text })
        })
    }

    /// Reports a key that needs a feature of `twilio-sdk`. If the file is checked for another program, adds a note instead.
    pub fn needs_feature(&self, key: &str, feature: &str, is_built: bool) {
        let needs = format!("needs the feature `{feature}` of twilio-sdk");
        match (self.shared.notes, self.node(key)) {
            (Some(notes), Some(node)) => {
                notes.add(node.place, &node.path, format!("{needs} in the program that reads the file"));
            }
            (None, Some(_)) if !is_built => self.problem(key, needs),
            _ => {}
        }
    }

    /// Returns `true` or `false`.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.take(key, Kind::Open, flag)
    }

    /// Returns a whole number, 0 or more.
    pub fn count<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        self.take(key, Kind::Open, count)
    }

    /// Returns a finite number.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.take(key, Kind::Open, number)
    }

    /// Returns a number of bytes above 0: a number, or a string such as `64 KiB`.
    pub fn size<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        self.take(key, Kind::Open, size)
    }

    /// Returns a duration above 0: a number of seconds, or a string such as `1m30s`.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        self.take(key, Kind::Open, |value| match duration(value)? {
            Duration::ZERO => Err("must be more than 0".to_owned()),
            duration => Ok(duration),
        })
    }

    /// Like [`duration`](Self::duration), but allows 0.
    pub fn duration_or_zero(&self, key: &str) -> Option<Duration> {
        self.take(key, Kind::Open, duration)
    }

    /// Returns the value of one of the given words.
    pub fn choice<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.take(key, Kind::Open, |value| choose(value, words))
    }

    /// Returns a list of strings.
    pub fn strings(&self, key: &str) -> Option<Vec<String>> {
        self.list(key, Kind::Open, |value| string(value).map(|text| text.text.to_string()))
    }

    /// Returns a list of whole numbers, 0 or more.
    pub fn counts<T: TryFrom<i128>>(&self, key: &str) -> Option<Vec<T>> {
        self.list(key, Kind::Open, count)
    }

    /// Returns any value as JSON.
    pub fn json(&self, key: &str) -> Option<serde_json::Value> {
        self.take(key, Kind::Open, json)
    }

    /// Returns the keys of a table whose names the file chooses, such as names of roles.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.table.into_iter().flat_map(|table| &table.entries).map(|entry| entry.key.as_str())
    }

    /// Returns the path of a file, relative to the directory of this one.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.take(key, Kind::Open, |value| match string(value)?.text.as_str() {
            "" => Err("must be the path of a file".to_owned()),
            path => Ok(self.shared.directory.join(path)),
        })
    }

    /// Returns PEM from the value or from the file that it names.
    pub fn pem(&self, key: &str) -> Option<Vec<u8>> {
        self.take(key, Kind::Open, |value| pem::read(&string(value)?.text, self.shared.directory))
    }

    /// Like [`pem`](Self::pem), but for a private key.
    pub fn pem_secret(&self, key: &str) -> Option<SecretString> {
        let read = self.take(key, Kind::SecretPem, |value| {
            let secret = secret(value, self.shared.secrets)?;
            match secret.fetched && !pem::is_pem(secret.text.expose_secret()) {
                true if self.shared.notes.is_some() => Ok(None),
                // A secret is never a path: otherwise whoever fills the vault could name any file.
                true => Err("the secret of this name is not PEM".to_owned()),
                false => pem::read_secret(secret.text.expose_secret(), self.shared.directory).map(Some),
            }
        });
        read.flatten()
    }

    /// Returns a list of PEMs.
    pub fn pems(&self, key: &str) -> Option<Vec<Vec<u8>>> {
        self.list(key, Kind::Open, |value| pem::read(&string(value)?.text, self.shared.directory))
    }

    fn request(&self, key: &str, kind: Kind) {
        self.shared.requested.borrow_mut().push(Key { path: join(&self.path, key), kind });
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        self.table?.get(key).filter(|node| self.strict || !node.is_left_out())
    }

    fn take<T>(&self, key: &str, kind: Kind, read: impl FnOnce(&'a Value) -> Result<T, String>) -> Option<T> {
        self.request(key, kind);
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
        // All entries are read, so that the problems of all are reported.
        let given = list.iter().filter(|node| self.strict || !node.is_left_out());
        let read: Vec<Option<T>> = given.map(|node| self.read(node, &read)).collect();
        read.into_iter().collect()
    }

    fn read<T>(&self, node: &'a Node, read: impl FnOnce(&'a Value) -> Result<T, String>) -> Option<T> {
        if matches!(node.value, Value::Broken) {
            return None;
        }
        let read = match self.strict && node.is_hollow() {
            true => Err("contains a variable that is empty; set it, or leave the key out".to_owned()),
            false => read(&node.value),
        };
        read.map_err(|message| self.shared.problems.add(node.place, &node.path, message)).ok()
    }
}
