//! Writes values into paths, queries, headers, forms and JSON bodies.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Extra;

/// A value that a request can carry.
pub trait Param {
    /// As text, for a path, query, header or form.
    fn text(&self) -> Cow<'_, str>;

    /// As JSON, for a body.
    fn json(&self) -> Value {
        self.text().into_owned().into()
    }

    /// As JSON without what types keep beside their fields, to see what they really read.
    fn known(&self) -> Value {
        self.json()
    }
}

/// A struct that is written field by field.
pub trait WriteFields {
    /// Writes every field that is set.
    fn write(&self, out: &mut FieldWriter<'_>);
}

/// Collects the fields of a struct.
pub struct FieldWriter<'a> {
    map: &'a mut Map<String, Value>,
    known: bool,
    /// Whether one value stands for the whole struct.
    whole: bool,
}

impl FieldWriter<'_> {
    /// Writes a field, if it is set.
    pub fn field<T: Param>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            let json = if self.known { value.known() } else { value.json() };
            self.map.insert(name.to_owned(), json);
        }
    }

    /// Writes a field of a type that holds itself.
    pub fn field_boxed<T: Param>(&mut self, name: &str, value: &Option<Box<T>>) {
        if let Some(value) = value {
            let json = if self.known { value.known() } else { value.json() };
            self.map.insert(name.to_owned(), json);
        }
    }

    /// Writes what the fields could not hold; it wins over them, because it is what was read. Only the `null` of a
    /// field that was cleared gives way to a value that the field was given after that.
    pub fn extra(&mut self, extra: &Extra) {
        if self.known {
            return;
        }
        self.whole |= extra.is_whole();
        for (name, value) in extra.iter() {
            if !(value.is_null() && self.map.contains_key(name)) {
                self.map.insert(name.to_owned(), value.clone());
            }
        }
    }
}

/// The JSON of a struct.
pub fn to_json<T: WriteFields>(value: &T) -> Value {
    written(value, false)
}

fn written<T: WriteFields>(value: &T, known: bool) -> Value {
    let mut map = Map::new();
    let mut writer = FieldWriter { map: &mut map, known, whole: false };
    value.write(&mut writer);
    match writer.whole {
        true => map.remove(Extra::WHOLE).unwrap_or_default(),
        false => Value::Object(map),
    }
}

impl<T: WriteFields> Param for T {
    fn text(&self) -> Cow<'_, str> {
        to_json(self).to_string().into()
    }
    fn json(&self) -> Value {
        to_json(self)
    }
    fn known(&self) -> Value {
        written(self, true)
    }
}

impl<T: Param> Param for Vec<T> {
    fn text(&self) -> Cow<'_, str> {
        self.json().to_string().into()
    }
    fn json(&self) -> Value {
        self.iter().map(Param::json).collect()
    }
    fn known(&self) -> Value {
        self.iter().map(Param::known).collect()
    }
}

impl<T: Param> Param for BTreeMap<String, T> {
    fn text(&self) -> Cow<'_, str> {
        self.json().to_string().into()
    }
    fn json(&self) -> Value {
        self.iter().map(|(name, value)| (name.clone(), value.json())).collect()
    }
    fn known(&self) -> Value {
        self.iter().map(|(name, value)| (name.clone(), value.known())).collect()
    }
}

impl Param for Map<String, Value> {
    fn text(&self) -> Cow<'_, str> {
        self.json().to_string().into()
    }
    fn json(&self) -> Value {
        Value::Object(self.clone())
    }
}

impl Param for String {
    fn text(&self) -> Cow<'_, str> {
        self.as_str().into()
    }
}

impl Param for i64 {
    fn text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
    fn json(&self) -> Value {
        (*self).into()
    }
}

impl Param for bool {
    fn text(&self) -> Cow<'_, str> {
        if *self { "true" } else { "false" }.into()
    }
    fn json(&self) -> Value {
        (*self).into()
    }
}

/// Free JSON: a string is text as it stands, anything else is JSON text.
impl Param for Value {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => text.as_str().into(),
            other => other.to_string().into(),
        }
    }
    fn json(&self) -> Value {
        self.clone()
    }
}
