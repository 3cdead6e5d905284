use serde_json::Value;

use super::HashicorpErrorKind;
use crate::runtime::Raw;
use crate::types::SecretJson;

/// The data in `{"data": {"data": {...}, "metadata": {...}}}`.
pub(super) fn data(raw: Raw) -> Result<SecretJson, HashicorpErrorKind> {
    match raw.status.as_u16() {
        200 => {}
        // A version that was deleted is answered so too, with its metadata.
        404 => return Err(HashicorpErrorKind::NotFound),
        401 | 403 => return Err(HashicorpErrorKind::Denied),
        status => return Err(HashicorpErrorKind::Status(status)),
    }
    let answer = serde_json::from_slice::<Value>(&raw.body).map(SecretJson::from);
    raw.wipe();
    let answer = answer.map_err(|_| HashicorpErrorKind::Unreadable)?;
    match answer.expose().pointer("/data/data") {
        Some(data @ Value::Object(_)) => Ok(data.clone().into()),
        Some(Value::Null) => Err(HashicorpErrorKind::NotFound),
        _ => Err(HashicorpErrorKind::Unreadable),
    }
}
