//! Typed views of Twilio's `x-twilio` extension.

use serde_json::Value;

/// The handling of personal data in a field, as Twilio's files declare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pii<'a> {
    /// `standard` or `sensitive`.
    pub handling: &'a str,
    /// Days after which Twilio deletes the value; 0 where it is not kept.
    pub delete_sla: u64,
}

/// The personal-data mark of a schema or parameter.
pub fn pii(value: &Value) -> Option<Pii<'_>> {
    let pii = value.get("x-twilio")?.get("pii")?;
    Some(Pii {
        handling: pii.get("handling")?.as_str()?,
        delete_sla: pii.get("deleteSla").and_then(Value::as_u64).unwrap_or(0),
    })
}

/// `list` or `instance`, for a path item.
pub fn path_type(item: &Value) -> Option<&str> {
    item.get("x-twilio")?.get("pathType")?.as_str()
}

/// The parent resource's path, for a path item.
pub fn parent(item: &Value) -> Option<&str> {
    item.get("x-twilio")?.get("parent")?.as_str()
}

/// The fields that Twilio's own tools show by default, for a path item.
pub fn default_output_properties(item: &Value) -> Vec<&str> {
    item.get("x-twilio")
        .and_then(|x| x.get("defaultOutputProperties"))
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// The maturity that a file declares for an operation (`GA`, `Beta`, `Preview`); most declare none.
pub fn maturity(operation: &Value) -> Option<&str> {
    operation.get("x-maturity")?.as_array()?.iter().find_map(Value::as_str)
}
