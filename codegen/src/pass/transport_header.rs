use serde_json::Value;
use twilio_openapi::Spec;

use super::{Pass, walk};
use crate::Result;

/// Headers that say how a message is carried, set by the HTTP client.
const NAMES: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "user-agent",
];

pub(super) const PASS: Pass = Pass {
    name: "transport-header",
    reason: "some operations list Accept-Encoding and Content-Encoding as parameters, but a value that the transport \
             does not know of labels a body that is not encoded so, or requests one that is not decoded",
    apply,
};

fn apply(spec: &mut Spec) -> Result<usize> {
    let original = spec.clone();
    let transport = |parameter: &Value| -> Result<bool> {
        let parameter = original.resolve(parameter)?;
        let text = |key| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        Ok(text("in") == "header" && NAMES.contains(&text("name").to_ascii_lowercase().as_str()))
    };
    let mut count = 0;
    walk::for_each_operation(spec.document_mut(), &mut |value, _| {
        if let Some(list) = value.get_mut("parameters").and_then(Value::as_array_mut) {
            let mut kept = Vec::with_capacity(list.len());
            for parameter in std::mem::take(list) {
                if transport(&parameter)? {
                    count += 1;
                } else {
                    kept.push(parameter);
                }
            }
            *list = kept;
        }
        Ok(())
    })?;
    Ok(count)
}
