//! Reads JSON into types without ever failing on its shape.
//!
//! Twilio's responses do not always match Twilio's schemas. A reader takes what fits and returns the rest as raw JSON, so
//! no response is lost to one unexpected field.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::Extra;

/// The rest of a visitor: what it does not read, it hands back as JSON.
macro_rules! odd_scalars {
    () => {
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Decoded::Odd(text.into()))
        }
        fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Decoded::Odd(number.into()))
        }
        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Decoded::Odd(number.into()))
        }
        fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
            Ok(Decoded::Odd(number.into()))
        }
        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok(Decoded::Odd(value.into()))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Decoded::Null)
        }
        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(Decoded::Null)
        }
    };
}
macro_rules! odd_list {
    () => {
        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Value::deserialize(serde::de::value::SeqAccessDeserializer::new(list)).map(Decoded::Odd)
        }
    };
}
macro_rules! odd_map {
    () => {
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Value::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Decoded::Odd)
        }
    };
}
pub(crate) use {odd_list, odd_map};

/// The result of reading a JSON value.
#[derive(Debug)]
pub enum Decoded<T> {
    /// It was `null`.
    Null,
    /// It is the type's own form.
    Exact(T),
    /// It could be read as the type, but would be written differently.
    Coerced(T, Value),
    /// It is something else.
    Odd(Value),
}

/// A type that JSON can be read into.
pub trait Decode: Sized {
    /// Reads a value; the only errors are those of the JSON text itself.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error>;

    /// `true` for a type that needs no response body. The body is then not read.
    const IGNORES_BODY: bool = false;

    /// Takes a value of another shape as an element of a list, if the type can hold it.
    fn absorb(odd: Value) -> Result<Self, Value> {
        Err(odd)
    }

    /// The JSON that the value was read from, where that can be told.
    fn restore(&self) -> Option<Value> {
        None
    }
}

/// A struct that is read field by field, by name.
pub trait ReadFields: Default {
    /// Reads one field.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, value: FieldReader<'_, A>) -> Unread<A::Error>;

    /// Returns the properties that fit no field.
    fn extra_mut(&mut self) -> &mut Extra;
}

/// The part of a value that its field did not take. Of duplicate names, the last value that fits counts.
#[derive(Debug)]
pub enum Rest {
    /// The field holds all of it.
    None,
    /// The struct keeps this JSON for the field.
    Keep(Value),
    /// The field holds an earlier value of the same name, which fits better.
    Ignore,
}

/// The part of a value that its field did not take, or a JSON error.
pub type Unread<E> = Result<Rest, E>;

/// The value of the field that is being read.
pub struct FieldReader<'a, A>(&'a mut A);

impl<'de, A: MapAccess<'de>> FieldReader<'_, A> {
    /// Reads it into a field.
    pub fn read<T: Decode>(self, field: &mut Option<T>) -> Unread<A::Error> {
        let (value, rest) = match self.0.next_value_seed(Seed::<T>(PhantomData))? {
            Decoded::Null => (None, Rest::None),
            Decoded::Exact(value) => (Some(value), Rest::None),
            Decoded::Coerced(value, json) => (Some(value), Rest::Keep(json)),
            Decoded::Odd(_) if field.is_some() => return Ok(Rest::Ignore),
            Decoded::Odd(json) => (None, Rest::Keep(json)),
        };
        *field = value;
        Ok(rest)
    }

    /// Reads it into a field of a type that holds itself.
    pub fn read_boxed<T: Decode>(self, field: &mut Option<Box<T>>) -> Unread<A::Error> {
        let mut plain = field.take().map(|value| *value);
        let rest = self.read(&mut plain)?;
        *field = plain.map(Box::new);
        Ok(rest)
    }

    /// Keeps it as JSON.
    pub fn unknown(self) -> Unread<A::Error> {
        self.0.next_value().map(Rest::Keep)
    }
}

/// Makes a [`Decode`] usable where serde wants a seed.
pub struct Seed<T>(pub PhantomData<T>);

impl<'de, T: Decode> DeserializeSeed<'de> for Seed<T> {
    type Value = Decoded<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::decode(deserializer)
    }
}

/// Reads a whole struct, as `Deserialize` does.
pub fn deserialize<'de, T: ReadFields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match T::decode(deserializer)? {
        Decoded::Exact(value) | Decoded::Coerced(value, _) => Ok(value),
        Decoded::Null => Ok(T::default()),
        Decoded::Odd(odd) => {
            Err(serde::de::Error::custom(format_args!("expected an object, not {}", crate::json_kind(&odd))))
        }
    }
}

impl<T: ReadFields> Decode for T {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        deserializer.deserialize_any(FieldsVisitor(PhantomData))
    }

    fn absorb(odd: Value) -> Result<Self, Value> {
        let mut value = Self::default();
        value.extra_mut().replace(odd);
        Ok(value)
    }
}

struct FieldsVisitor<T>(PhantomData<T>);

impl<'de, T: ReadFields> Visitor<'de> for FieldsVisitor<T> {
    type Value = Decoded<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = T::default();
        while let Some(name) = map.next_key::<Name<'de>>()? {
            match value.read(&name.0, FieldReader(&mut map))? {
                Rest::Keep(rest) => value.extra_mut().insert(name.0.into_owned(), rest),
                // An earlier value of the same name may have been kept there.
                Rest::None => {
                    value.extra_mut().remove(&name.0);
                }
                Rest::Ignore => {}
            }
        }
        Ok(Decoded::Exact(value))
    }

    odd_scalars!();
    odd_list!();
}

/// A key, borrowed from the text where it has no escapes.
pub struct Name<'a>(pub std::borrow::Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(text.into()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// Nothing is kept of any value.
impl Decode for () {
    const IGNORES_BODY: bool = true;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Decoded::Exact(()))
    }
}

impl Decode for Value {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        Ok(match Self::deserialize(deserializer)? {
            Self::Null => Decoded::Null,
            value => Decoded::Exact(value),
        })
    }

    fn absorb(odd: Value) -> Result<Self, Value> {
        Ok(odd)
    }

    fn restore(&self) -> Option<Value> {
        Some(self.clone())
    }
}

impl Decode for Map<String, Value> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Decoded::Null,
            Value::Object(map) => Decoded::Exact(map),
            odd => Decoded::Odd(odd),
        })
    }

    fn restore(&self) -> Option<Value> {
        Some(Value::Object(self.clone()))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }

    fn restore(&self) -> Option<Value> {
        self.iter().map(T::restore).collect::<Option<Vec<_>>>().map(Value::Array)
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for ListVisitor<T> {
    type Value = Decoded<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::with_capacity(list.size_hint().unwrap_or(0).min(1024));
        // Once an element is not what it should be, the whole list is kept as JSON beside the typed one.
        let mut whole: Option<Vec<Value>> = None;
        while let Some(element) = list.next_element_seed(Seed::<T>(PhantomData))? {
            let odd = match element {
                Decoded::Exact(value) => {
                    if let Some(whole) = &mut whole {
                        whole.push(value.restore().unwrap_or_default());
                    }
                    items.push(value);
                    continue;
                }
                Decoded::Null => Value::Null,
                Decoded::Odd(json) => json,
                Decoded::Coerced(value, json) => {
                    let whole = whole.get_or_insert_with(|| restored(&items));
                    whole.push(json);
                    items.push(value);
                    continue;
                }
            };
            match T::absorb(odd) {
                Ok(value) => items.push(value),
                Err(odd) => whole.get_or_insert_with(|| restored(&items)).push(odd),
            }
        }
        Ok(match whole {
            None => Decoded::Exact(items),
            Some(whole) => Decoded::Coerced(items, Value::Array(whole)),
        })
    }

    odd_scalars!();
    odd_map!();
}

fn restored<T: Decode>(items: &[T]) -> Vec<Value> {
    items.iter().map(|item| item.restore().unwrap_or_default()).collect()
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }

    fn restore(&self) -> Option<Value> {
        self.iter()
            .map(|(k, v)| Some((k.clone(), v.restore()?)))
            .collect::<Option<Map<_, _>>>()
            .map(Value::Object)
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for MapVisitor<T> {
    type Value = Decoded<BTreeMap<String, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = BTreeMap::new();
        let mut whole: Option<Map<String, Value>> = None;
        let restored = |values: &BTreeMap<String, T>| -> Map<String, Value> {
            values.iter().map(|(k, v)| (k.clone(), v.restore().unwrap_or_default())).collect()
        };
        while let Some(name) = map.next_key::<String>()? {
            let odd = match map.next_value_seed(Seed::<T>(PhantomData))? {
                Decoded::Exact(value) => {
                    if let Some(whole) = &mut whole {
                        whole.insert(name.clone(), value.restore().unwrap_or_default());
                    }
                    values.insert(name, value);
                    continue;
                }
                Decoded::Coerced(value, json) => {
                    whole.get_or_insert_with(|| restored(&values)).insert(name.clone(), json);
                    values.insert(name, value);
                    continue;
                }
                Decoded::Null => {
                    values.remove(&name);
                    Value::Null
                }
                Decoded::Odd(_) if values.contains_key(&name) => continue,
                Decoded::Odd(json) => json,
            };
            match T::absorb(odd) {
                Ok(value) => {
                    if let Some(whole) = &mut whole {
                        whole.remove(&name);
                    }
                    values.insert(name, value);
                }
                Err(odd) => {
                    whole.get_or_insert_with(|| restored(&values)).insert(name, odd);
                }
            }
        }
        Ok(match whole {
            None => Decoded::Exact(values),
            Some(whole) => Decoded::Coerced(values, Value::Object(whole)),
        })
    }

    odd_scalars!();
    odd_list!();
}
