use serde_json::Value;

use super::{Pass, walk};
use crate::secret_names::{fold, is_secret};

/// The mark that this pass leaves on a schema.
pub(crate) const MARK: &str = "x-sdk-secret";

pub(super) const PASS: Pass = Pass {
    name: "secret",
    reason: "the files do not say which fields carry credentials, and those must never be printed",
    apply: |spec| {
        let mut count = 0;
        walk::schemas(spec, &mut |schema, _| {
            if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                for (name, property) in properties {
                    count += usize::from(mark(name, property));
                }
            }
            Ok(())
        })?;
        Ok(count)
    },
};

fn mark(name: &str, schema: &mut Value) -> bool {
    let folded = fold(name);
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let plain =
        schema.get("enum").is_none() && schema.get("format").is_none_or(|format| format == "password");
    let text = kind == "string" && plain;
    // The binding of a Verify factor is free JSON that holds the factor's shared secret.
    let binding = folded == "binding" && schema.get("properties").is_none() && kind != "string";
    let number = matches!(kind, "integer" | "number") && folded.ends_with("pin");
    if !(is_secret(&folded) && (text || number) || binding) {
        return false;
    }
    if let Some(map) = schema.as_object_mut() {
        map.insert(MARK.to_owned(), Value::Bool(true));
    }
    true
}
