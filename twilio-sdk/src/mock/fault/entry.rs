//! A table of a fault file, which knows where it is and which of its keys were asked for.

use std::time::Duration;

use serde_json::{Map, Value};

/// What reading gives, else what is wrong and where.
pub(super) type Outcome<T> = Result<T, String>;

pub(super) struct Entry {
    /// Such as `fault[0].steps[1]`; empty for the file itself.
    place: String,
    map: Map<String, Value>,
    asked: Vec<&'static str>,
}

impl Entry {
    pub(super) fn new(place: String, value: Value) -> Outcome<Self> {
        match value {
            Value::Object(map) => Ok(Self { place, map, asked: Vec::new() }),
            _ if place.is_empty() => Err("a table with a list `fault` is expected".to_owned()),
            _ => Err(format!("{place}: a table with a key `kind` is expected")),
        }
    }

    /// An error about a key.
    pub(super) fn wrong(&self, key: &str, what: &str) -> String {
        let dot = if self.place.is_empty() { "" } else { "." };
        format!("{}{dot}{key}: {what}", self.place)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub(super) fn any(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        self.map.remove(key)
    }

    /// A value of a type, else an error that says which type is expected.
    fn read<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Outcome<Option<T>> {
        let Some(value) = self.any(key) else { return Ok(None) };
        match convert(&value) {
            Some(converted) => Ok(Some(converted)),
            None => Err(self.wrong(key, &format!("{value} is not {expected}"))),
        }
    }

    /// What one of the other methods reads, which must be there.
    pub(super) fn need<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Outcome<Option<T>>,
    ) -> Outcome<T> {
        read(self, key)?.ok_or_else(|| self.wrong(key, "is missing; add it"))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Outcome<Option<String>> {
        self.read(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Outcome<bool> {
        Ok(self.read(key, "true or false", Value::as_bool)?.unwrap_or_default())
    }

    pub(super) fn number(&mut self, key: &'static str, least: u64, most: u64) -> Outcome<Option<u64>> {
        let expected = match most {
            u64::MAX => format!("a whole number from {least}"),
            _ => format!("a whole number from {least} to {most}"),
        };
        self.read(key, &expected, |value| value.as_u64().filter(|n| (least..=most).contains(n)))
    }

    pub(super) fn fraction(&mut self, key: &'static str) -> Outcome<Option<f64>> {
        self.read(key, "a number from 0 to 1", |value| value.as_f64().filter(|n| (0.0..=1.0).contains(n)))
    }

    pub(super) fn duration(&mut self, key: &'static str) -> Outcome<Option<Duration>> {
        Ok(self.number(key, 0, u64::MAX)?.map(Duration::from_millis))
    }

    /// A table of texts.
    pub(super) fn texts(&mut self, key: &'static str) -> Outcome<Vec<(String, String)>> {
        let convert = |value: &Value| {
            let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
            value.as_object()?.iter().map(pair).collect::<Option<Vec<_>>>()
        };
        Ok(self.read(key, "a table of texts", convert)?.unwrap_or_default())
    }

    /// A list of tables.
    pub(super) fn list(&mut self, key: &'static str) -> Outcome<Option<Vec<Self>>> {
        let Some(items) = self.read(key, "a list of tables", |value| value.as_array().cloned())? else {
            return Ok(None);
        };
        let place = self.wrong(key, "");
        let place = place.trim_end_matches(": ");
        let entry = |(index, item)| Self::new(format!("{place}[{index}]"), item);
        items.into_iter().enumerate().map(entry).collect::<Outcome<_>>().map(Some)
    }

    /// Refuses what is left: no key may be there that nothing asked for.
    pub(super) fn end(self) -> Outcome<()> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(key) => {
                Err(self.wrong(key, &format!("is no key here; known here are {}", self.asked.join(", "))))
            }
        }
    }
}
