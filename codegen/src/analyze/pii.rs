use std::collections::BTreeSet;

use serde_json::Value;
use twilio_openapi::{Spec, extension};

/// The names of the parameters and properties that a spec marks as personal data, as they are on the wire.
///
/// It reads the whole document and not the types: some marks are on schemas that no type is made of.
pub(crate) fn names(spec: &Spec) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    walk(spec, spec.document(), None, &mut names);
    names
}

fn walk(spec: &Spec, value: &Value, name: Option<&str>, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            // A parameter has its name beside it, a property as its key; what is below has the nearest name.
            let is_parameter = map.get("in").is_some_and(Value::is_string);
            let own = map.get("name").and_then(Value::as_str).filter(|_| is_parameter);
            let name = own.or(name);
            let target = spec.resolve(value).unwrap_or(value);
            let marked = extension::pii(value).is_some() || extension::pii(target).is_some();
            into.extend(name.filter(|_| marked).map(str::to_owned));
            for (key, inner) in map {
                match inner.as_object().filter(|_| key == "properties") {
                    Some(properties) => {
                        properties.iter().for_each(|(name, inner)| walk(spec, inner, Some(name), into));
                    }
                    None => walk(spec, inner, name, into),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| walk(spec, inner, name, into)),
        _ => {}
    }
}
