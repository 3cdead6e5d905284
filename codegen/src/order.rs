use std::collections::BTreeMap;

use serde_json::Value;
use twilio_openapi::Spec;

/// Sorts the keys of every object.
///
/// Whether `serde_json` keeps the order of a file depends on the features of the whole build, and names
/// must depend neither on that nor on the order in which Twilio writes.
pub(crate) fn sort(spec: &mut Spec) {
    let document = spec.document_mut();
    *document = sorted(document.take());
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        Value::Object(map) => {
            let map: BTreeMap<String, Value> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(map.into_iter().collect())
        }
        scalar => scalar,
    }
}
