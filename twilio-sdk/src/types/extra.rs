use serde_json::{Map, Value};

/// What an answer held beyond the fields of its type: properties that the specification does not know, and
/// values that are not what it says.
///
/// Empty for most answers, and then one pointer wide.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    /// The name under which a value stands that was not an object at all.
    pub(crate) const WHOLE: &'static str = "";

    /// The JSON of a property, by its name on the wire.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name)
    }

    /// Every property with its name on the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> + '_ {
        self.0.iter().flat_map(|map| map.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds a property, for a request that carries one that the specification does not know.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.get_or_insert_default().insert(name.into(), value.into());
    }

    /// Takes a property out.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let value = self.0.as_mut()?.remove(name);
        if self.0.as_ref().is_some_and(|map| map.is_empty()) {
            self.0 = None;
        }
        value
    }

    /// Keeps a value that stands where an object should.
    pub(crate) fn replace(&mut self, whole: Value) {
        self.insert(Self::WHOLE, whole);
    }
}

/// The names only: nobody knows whether one of the values is a secret.
impl std::fmt::Debug for Extra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
