use serde_json::Value;

use super::{Pass, walk};

/// The mark that this pass leaves on a schema.
pub(crate) const MARK: &str = "x-sdk-secret";

/// Names of fields that let their holder act for the account, in any letter case and with any separator.
const NAMES: &[&str] = &[
    "accesstoken",
    "apisecret",
    "authtoken",
    "binding.secret",
    "clientsecret",
    "codeverifier",
    "credential",
    "idtoken",
    "password",
    "privatekey",
    "refreshtoken",
    "secondaryauthtoken",
    "secret",
    "sharedsecret",
    "token",
];

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
    let folded: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect::<String>().to_lowercase();
    let is_text = schema.get("type").and_then(Value::as_str) == Some("string");
    let listed = NAMES.contains(&folded.as_str());
    // The binding of a Verify factor is free JSON that holds the factor's shared secret.
    let binding = folded == "binding" && schema.get("properties").is_none() && !is_text;
    let plain = schema.get("enum").is_none() && schema.get("format").is_none();
    if !((listed && is_text && plain) || binding) {
        return false;
    }
    if let Some(map) = schema.as_object_mut() {
        map.insert(MARK.to_owned(), Value::Bool(true));
    }
    true
}
