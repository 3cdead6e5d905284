use serde_json::Value;

/// Something whose fields can be checked.
pub trait Fields {
    /// What stands at a field: nothing where it is not there, and several values where it is there several times.
    fn look<'p>(&'p self, field: &str) -> Vec<Found<'p>>;
}

/// What stands at a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found<'p> {
    /// JSON's null.
    Null,
    /// A text.
    Text(&'p str),
    /// A number, a flag, a list or an object.
    Other,
}

/// By a path of keys and numbers with dots between them.
impl Fields for Value {
    fn look<'p>(&'p self, field: &str) -> Vec<Found<'p>> {
        let step = |value: &'p Value, key: &str| match value {
            Value::Object(map) => map.get(key),
            Value::Array(list) => list.get(key.parse::<usize>().ok()?),
            _ => None,
        };
        let found = field.split('.').try_fold(self, step);
        let found = found.map(|value| match value {
            Value::Null => Found::Null,
            Value::String(text) => Found::Text(text),
            _ => Found::Other,
        });
        found.into_iter().collect()
    }
}

/// By the name, dots and all; each value of a name that comes several times is checked.
#[cfg(feature = "webhook")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhook")))]
impl Fields for crate::webhook::Params {
    fn look<'p>(&'p self, field: &str) -> Vec<Found<'p>> {
        self.iter().filter(|(name, _)| *name == field).map(|(_, value)| Found::Text(value)).collect()
    }
}
