//! An operation's values under their names on the wire.

use std::collections::BTreeMap;

use serde_json::Value;

pub use twilio_codegen::analyze::Place;

/// The values of one call. What the driver takes is taken out, and what is left over has no place.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
pub struct Values {
    /// Values of the path.
    #[serde(default, rename = "path_params")]
    pub path: BTreeMap<String, Value>,
    /// Values of the query: text, or a list of text.
    #[serde(default)]
    pub query: BTreeMap<String, Value>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, Value>,
    /// Fields of the form: text, or a list of text.
    #[serde(default)]
    pub form: BTreeMap<String, Value>,
    /// The JSON body.
    #[serde(default, alias = "json")]
    pub body: Option<Value>,
    /// The mismatch.
    #[serde(skip)]
    pub problems: Vec<String>,
}

impl Values {
    /// Drops what is `null`, which is as good as not given.
    pub fn without_nulls(mut self) -> Self {
        for map in [&mut self.path, &mut self.query, &mut self.headers, &mut self.form] {
            map.retain(|_, value| !value.is_null());
        }
        self.body = self.body.filter(|body| !body.is_null());
        self
    }

    /// Adds a value.
    pub fn insert(&mut self, place: Place, name: &str, value: Value) {
        match place {
            Place::Path => self.path.insert(name.to_owned(), value),
            Place::Query => self.query.insert(name.to_owned(), value),
            Place::Header => self.headers.insert(name.to_owned(), value),
            Place::Form => self.form.insert(name.to_owned(), value),
            Place::Json => {
                let body = self.body.get_or_insert_with(|| Value::Object(Default::default()));
                body.as_object_mut().and_then(|map| map.insert(name.to_owned(), value))
            }
            Place::Body => self.body.replace(value),
        };
    }

    /// Takes a value out.
    pub fn take(&mut self, place: Place, name: &str) -> Option<Value> {
        match place {
            Place::Path => self.path.remove(name),
            Place::Query => self.query.remove(name),
            Place::Header => {
                let key = self.headers.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
                self.headers.remove(&key)
            }
            Place::Form => self.form.remove(name),
            Place::Json => self.body.as_mut()?.as_object_mut()?.remove(name),
            Place::Body => self.body.take(),
        }
    }

    /// Removes the values of a map with keys appended to its name, as one object.
    pub fn take_prefixed(&mut self, place: Place, name: &str) -> Option<Value> {
        let whole = self.take(place, name);
        let prefix = format!("{name}.");
        let map = if place == Place::Form { &mut self.form } else { &mut self.query };
        let keys: Vec<String> = map.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
        let entries = keys.iter().filter_map(|key| Some((key[prefix.len()..].to_owned(), map.remove(key)?)));
        let entries: serde_json::Map<_, _> = entries.collect();
        if entries.is_empty() { whole } else { Some(Value::Object(entries)) }
    }

    /// The names of the values that nothing took.
    pub fn left(&self) -> Vec<String> {
        let maps = [&self.path, &self.query, &self.headers, &self.form];
        let mut names: Vec<String> = maps.into_iter().flat_map(|map| map.keys().cloned()).collect();
        match &self.body {
            Some(Value::Object(map)) => names.extend(map.keys().cloned()),
            Some(_) => names.push("the JSON body".to_owned()),
            None => {}
        }
        names
    }
}
