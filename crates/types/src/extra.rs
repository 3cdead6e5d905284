use serde_json::{Map, Value};

/// Properties of a response that do not fit the fields of its type: unknown properties, and values of another type than
/// the specification says.
///
/// Empty for most responses, and then one pointer wide. `Debug` shows names only, because a value may be a secret.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Kept>>);

#[derive(Clone, Default, PartialEq)]
struct Kept {
    map: Map<String, Value>,
    /// Whether the value under [`Extra::WHOLE`] replaces the object. An object can have a property of that name too.
    whole: bool,
}

impl Extra {
    /// The name of a value that is stored in place of a whole object.
    pub(crate) const WHOLE: &'static str = "";

    /// Returns the JSON of a property by its name on the wire.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.map.get(name)
    }

    /// Iterates over the properties, with their names on the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> + '_ {
        self.0.iter().flat_map(|kept| kept.map.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// Returns whether there are no properties.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Inserts a property, for a request with a property that the specification does not know.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.get_or_insert_default().map.insert(name.into(), value.into());
    }

    /// Removes a property, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let value = self.0.as_mut()?.map.remove(name);
        if self.0.as_ref().is_some_and(|kept| kept.map.is_empty()) {
            self.0 = None;
        }
        value
    }

    /// Stores a value received in place of the object.
    pub(crate) fn replace(&mut self, whole: Value) {
        self.insert(Self::WHOLE, whole);
        self.0.get_or_insert_default().whole = true;
    }

    /// Returns whether a value was received in place of the object.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.whole)
    }
}

impl<N: Into<String>, V: Into<Value>> Extend<(N, V)> for Extra {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, properties: I) {
        properties.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(properties: I) -> Self {
        let mut extra = Self::default();
        extra.extend(properties);
        extra
    }
}

impl IntoIterator for Extra {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;
    fn into_iter(self) -> Self::IntoIter {
        self.0.map(|kept| kept.map).unwrap_or_default().into_iter()
    }
}

impl std::fmt::Debug for Extra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde::de::MapAccess;
    use serde_json::json;

    use super::*;
    use crate::wire::{Decode, Decoded, FieldReader, FieldWriter, Param, ReadFields, Unread, WriteFields};

    /// A type of which the specification knows no field.
    #[derive(Debug, Default)]
    struct Unknown(Extra);

    impl ReadFields for Unknown {
        fn read<'de, A: MapAccess<'de>>(&mut self, _: &str, value: FieldReader<'_, A>) -> Unread<A::Error> {
            value.unknown()
        }
        fn extra_mut(&mut self) -> &mut Extra {
            &mut self.0
        }
    }

    impl WriteFields for Unknown {
        fn write(&self, out: &mut FieldWriter<'_>) {
            out.extra(&self.0);
        }
    }

    #[test]
    fn a_property_without_a_name_is_not_taken_for_the_whole() {
        let answer = json!([{ "": 1 }, { "": { "a": 1 }, "b": 2 }, 3, "text", [4], {}]);
        let Ok(Decoded::Exact(items)) = Vec::<Unknown>::decode(answer.clone()) else {
            panic!("another shape")
        };
        assert_eq!(items.json(), answer);
    }

    #[test]
    fn a_number_beyond_64_bits_is_the_same_when_it_is_read_again() {
        // Without a precise reader the last digit of its double changes with each reading.
        let text = r#"{"key":-9223372036865845333,"other":0.30000000000000004}"#;
        let read = |text: &str| match Unknown::decode(serde_json::from_str::<Value>(text).unwrap()) {
            Ok(Decoded::Exact(value)) => value.json(),
            _ => panic!("another shape"),
        };
        let once = read(text);
        assert_eq!(once["key"].as_f64(), "-9223372036865845333".parse().ok());
        assert_eq!(read(&once.to_string()), once);
    }
}
