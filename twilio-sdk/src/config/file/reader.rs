//! Checked ways to take values out of a table. What is wrong is reported, and the next key is looked at.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use super::known::Key;
use super::pem;
use super::problems::Problems;
use super::tree::{Node, Place, Table, Text, Value, join};
use crate::types::SecretString;

/// A time-out of a year is one that never comes.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What all readers of a file share.
pub(super) struct Shared<'a> {
    pub(super) problems: &'a Problems<'a>,
    /// The folder that paths in the file start from.
    pub(super) directory: &'a Path,
    pub(super) asked: RefCell<Vec<Key>>,
}

/// A table, which need not be there. Every key is asked for whatever else is there, which makes it a known one.
pub(super) struct Reader<'a> {
    shared: &'a Shared<'a>,
    table: Option<&'a Table>,
    /// The path of the table among the known ones.
    path: String,
    /// The path and the place of the table in the file.
    shown: String,
    place: Place,
}

impl<'a> Reader<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, table: &'a Table) -> Self {
        Self { shared, table: Some(table), path: String::new(), shown: String::new(), place: None }
    }

    /// A table in this one.
    pub(super) fn table(&self, key: &str) -> Self {
        let table = self.take(key, false, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(expected("a table", other)),
        });
        self.below(key, table)
    }

    fn below(&self, key: &str, table: Option<&'a Table>) -> Self {
        let node = self.node(key);
        let shown = node.map_or_else(|| join(&self.shown, key), |node| node.path.clone());
        let place = node.and_then(|node| node.place);
        Reader { shared: self.shared, table, path: join(&self.path, key), shown, place }
    }

    /// A table in this one, or one of some words.
    pub(super) fn table_or<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> (Self, Option<T>) {
        let table = match self.node(key).map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        };
        let reader = self.below(key, table);
        let word = match table {
            Some(_) => {
                self.ask(key, false);
                None
            }
            None => self.take(key, false, |value| {
                choose(value, words).map_err(|message| format!("{message}, or a table"))
            }),
        };
        (reader, word)
    }

    pub(super) fn is_there(&self) -> bool {
        self.table.is_some()
    }

    /// Whether a key has a value, be it a good one or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Reports what is wrong with a key, or, where it is empty, with the table itself.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        let message = message.into();
        match self.node(key) {
            Some(node) => self.shared.problems.add(node.place, &node.path, message),
            None if key.is_empty() => self.shared.problems.add(self.place, &self.shown, message),
            None => self.shared.problems.add(self.place, &join(&self.shown, key), message),
        }
    }

    /// Reports what a check of the values together has found, without the name that its message begins with.
    pub(super) fn check(&self, key: &str, result: crate::Result<()>) {
        if let Err(error) = result {
            let message = error.to_string();
            let short = message.strip_prefix(key).map(|rest| rest.trim_start_matches([':', ' ']));
            self.problem(key, short.unwrap_or(&message));
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.take(key, false, |value| text(value).map(|text| text.text.to_string()))
    }

    /// A text that must not be seen.
    pub(super) fn secret(&self, key: &str) -> Option<SecretString> {
        self.take(key, true, |value| {
            let text = text(value)?;
            // Names entries of an encrypted store; what a variable holds is never looked at again.
            match text.text.starts_with("secret://") && !text.variables {
                true => {
                    Err("`secret://` names an entry of a vault, and none is given to the loader".to_owned())
                }
                false => Ok(SecretString::from(text.text.as_str())),
            }
        })
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.take(key, false, |value| match value {
            Value::Flag(flag) => Ok(*flag),
            Value::Text(Text { text, variables: true }) => {
                text.trim().parse().map_err(|_| "must be true or false".to_owned())
            }
            other => Err(expected("true or false", other)),
        })
    }

    /// A whole number that is not negative.
    pub(super) fn count<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        self.take(key, false, count)
    }

    /// Bytes: a number, or text such as `64 KiB`.
    pub(super) fn size<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        const EXPECTED: &str = "a number of bytes above 0, or text such as \"64 KiB\" or \"1 MiB\"";
        self.take(key, false, |value| {
            let wrong = || expected(EXPECTED, value);
            let bytes = match value {
                Value::Integer(bytes) => *bytes,
                Value::Text(text) => match text.text.trim().parse::<bytesize::ByteSize>() {
                    // What passes the largest number ends there.
                    Ok(size) if size.0 < u64::MAX => size.0.into(),
                    _ => return Err(format!("must be {EXPECTED}")),
                },
                _ => return Err(wrong()),
            };
            if bytes < 1 {
                return Err(format!("must be {EXPECTED}"));
            }
            T::try_from(bytes).map_err(|_| "is too large".to_owned())
        })
    }

    /// A time above 0: a number of seconds, or text such as `1m30s`.
    pub(super) fn duration(&self, key: &str) -> Option<Duration> {
        self.take(key, false, |value| match duration(value)? {
            Duration::ZERO => Err("must be more than 0".to_owned()),
            duration => Ok(duration),
        })
    }

    /// The same, or 0.
    pub(super) fn duration_or_zero(&self, key: &str) -> Option<Duration> {
        self.take(key, false, duration)
    }

    /// One of some words.
    pub(super) fn choice<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.take(key, false, |value| choose(value, words))
    }

    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.list(key, false, |value| text(value).map(|text| text.text.to_string()))
    }

    pub(super) fn counts<T: TryFrom<i128>>(&self, key: &str) -> Option<Vec<T>> {
        self.list(key, false, count)
    }

    /// PEM, or the path of a file with it.
    pub(super) fn pem(&self, key: &str) -> Option<Vec<u8>> {
        self.take(key, false, |value| pem::read(&text(value)?.text, self.shared.directory))
    }

    /// The same, for a private key.
    pub(super) fn pem_secret(&self, key: &str) -> Option<SecretString> {
        self.take(key, true, |value| pem::read_secret(&text(value)?.text, self.shared.directory))
    }

    /// A list of the same.
    pub(super) fn pems(&self, key: &str) -> Option<Vec<Vec<u8>>> {
        self.list(key, false, |value| pem::read(&text(value)?.text, self.shared.directory))
    }

    fn ask(&self, key: &str, secret: bool) {
        self.shared.asked.borrow_mut().push(Key { path: join(&self.path, key), secret });
    }

    /// A value, unless variables make it empty: so a file can leave a key to the environment.
    fn node(&self, key: &str) -> Option<&'a Node> {
        self.table?.get(key).filter(
            |node| !matches!(&node.value, Value::Text(Text { text, variables: true }) if text.is_empty()),
        )
    }

    fn take<T>(
        &self,
        key: &str,
        secret: bool,
        read: impl FnOnce(&'a Value) -> Result<T, String>,
    ) -> Option<T> {
        self.ask(key, secret);
        self.read(self.node(key)?, read)
    }

    fn list<T>(
        &self,
        key: &str,
        secret: bool,
        read: impl Fn(&'a Value) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let list = self.take(key, secret, |value| match value {
            Value::List(list) => Ok(list),
            other => Err(expected("a list", other)),
        })?;
        // Every entry is looked at before the first bad one ends it.
        let read: Vec<Option<T>> = list.iter().map(|node| self.read(node, &read)).collect();
        read.into_iter().collect()
    }

    fn read<T>(&self, node: &'a Node, read: impl FnOnce(&'a Value) -> Result<T, String>) -> Option<T> {
        if matches!(node.value, Value::Broken) {
            return None;
        }
        read(&node.value).map_err(|message| self.shared.problems.add(node.place, &node.path, message)).ok()
    }
}

/// Names the kind of what was found, and never the value.
fn expected(what: &str, found: &Value) -> String {
    match found {
        Value::Nothing => format!("must be {what}, and not null; leave the key out for its default"),
        other => format!("must be {what}, and not {}", other.kind()),
    }
}

fn text(value: &Value) -> Result<&Text, String> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(expected("text", other)),
    }
}

fn count<T: TryFrom<i128>>(value: &Value) -> Result<T, String> {
    const EXPECTED: &str = "a whole number, 0 or more";
    let number = match value {
        Value::Integer(number) => *number,
        // Variables have no type.
        Value::Text(Text { text, variables: true }) => {
            text.trim().parse().map_err(|_| format!("must be {EXPECTED}"))?
        }
        Value::Text(_) => return Err(format!("must be {EXPECTED}, without quotes")),
        Value::Float(_) => return Err(format!("must be {EXPECTED}")),
        other => return Err(expected(EXPECTED, other)),
    };
    if number < 0 {
        return Err(format!("must be {EXPECTED}"));
    }
    T::try_from(number).map_err(|_| "is too large".to_owned())
}

fn duration(value: &Value) -> Result<Duration, String> {
    const EXPECTED: &str = "a number of seconds, or text such as \"30s\", \"1m30s\" or \"250ms\"";
    let seconds = match value {
        Value::Integer(seconds) => *seconds as f64,
        Value::Float(seconds) => *seconds,
        Value::Text(text) => match text.text.trim().parse() {
            Ok(seconds) if text.variables => seconds,
            _ => {
                let found = humantime::parse_duration(text.text.trim());
                return bounded(found.map_err(|_| format!("must be {EXPECTED}"))?);
            }
        },
        other => return Err(expected(EXPECTED, other)),
    };
    if !seconds.is_finite() || seconds < 0.0 {
        return Err("must be a finite number of seconds, and not negative".to_owned());
    }
    bounded(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn bounded(duration: Duration) -> Result<Duration, String> {
    match duration <= LONGEST {
        true => Ok(duration),
        false => Err("must be at most 365 days".to_owned()),
    }
}

fn choose<T: Clone>(value: &Value, words: &[(&str, T)]) -> Result<T, String> {
    let found = match value {
        Value::Text(text) => words.iter().find(|(word, _)| **word == **text.text),
        _ => None,
    };
    found.map(|(_, choice)| choice.clone()).ok_or_else(|| {
        let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        format!("must be {}", words.join(" or "))
    })
}
