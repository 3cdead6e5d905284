use serde_json::{Map, Value};

/// What an answer held beyond the fields of its type: properties that the specification does not know, and
/// values that are not what it says.
///
/// Empty for most answers, and then one pointer wide.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Kept>>);

#[derive(Clone, Default, PartialEq)]
struct Kept {
    map: Map<String, Value>,
    /// Whether the value under [`Extra::WHOLE`] stands for all: an object can have a property of that name too.
    whole: bool,
}

impl Extra {
    /// The name under which a value stands that was not an object at all.
    pub(crate) const WHOLE: &'static str = "";

    /// The JSON of a property, by its name on the wire.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.map.get(name)
    }

    /// Every property with its name on the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> + '_ {
        self.0.iter().flat_map(|kept| kept.map.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds a property, for a request that carries one that the specification does not know.
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

    /// Keeps a value that stands where an object should.
    pub(crate) fn replace(&mut self, whole: Value) {
        self.insert(Self::WHOLE, whole);
        self.0.get_or_insert_default().whole = true;
    }

    /// Whether there is a value that stands where an object should.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.whole)
    }
}

/// The names only: nobody knows whether one of the values is a secret.
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
