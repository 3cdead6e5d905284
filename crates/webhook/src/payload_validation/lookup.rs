use serde_json::Value;

/// A payload whose fields can be looked up.
pub trait FieldLookup {
    /// Returns the values of a field: none if it is missing, and several if it occurs several times.
    fn lookup<'p>(&'p self, field: &str) -> Vec<FieldValue<'p>>;
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldValue<'p> {
    /// JSON `null`.
    Null,
    /// A string.
    String(&'p str),
    /// A number, a boolean, a list or an object.
    Other,
}

/// Looks up a path of keys and indices separated by dots.
impl FieldLookup for Value {
    fn lookup<'p>(&'p self, field: &str) -> Vec<FieldValue<'p>> {
        let step = |value: &'p Value, key: &str| match value {
            Value::Object(map) => map.get(key),
            Value::Array(list) => list.get(key.parse::<usize>().ok()?),
            _ => None,
        };
        let value = field.split('.').try_fold(self, step);
        let value = value.map(|value| match value {
            Value::Null => FieldValue::Null,
            Value::String(string) => FieldValue::String(string),
            _ => FieldValue::Other,
        });
        value.into_iter().collect()
    }
}

/// Looks up a parameter by its name, in which dots have no meaning. Every value of a repeated name is checked.
impl FieldLookup for crate::FormParams {
    fn lookup<'p>(&'p self, field: &str) -> Vec<FieldValue<'p>> {
        self.iter().filter(|(name, _)| *name == field).map(|(_, value)| FieldValue::String(value)).collect()
    }
}
