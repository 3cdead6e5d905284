use serde_json::Value;
use twilio_sdk_http::internal::RawResponse;

use super::HashicorpVaultErrorKind;
use crate::types::SecretValue;

/// The data in `{"data": {"data": {...}, "metadata": {...}}}`.
pub(super) fn data(raw: RawResponse) -> Result<SecretValue, HashicorpVaultErrorKind> {
    match raw.status.as_u16() {
        200 => {}
        // A version that was deleted is answered so too, with its metadata.
        404 => return Err(HashicorpVaultErrorKind::NotFound),
        401 | 403 => return Err(HashicorpVaultErrorKind::Denied),
        status => return Err(HashicorpVaultErrorKind::Status(status)),
    }
    let answer = serde_json::from_slice::<Value>(&raw.body).map(SecretValue::from);
    raw.wipe();
    let answer = answer.map_err(|_| HashicorpVaultErrorKind::Unreadable)?;
    match answer.expose_secret().pointer("/data/data") {
        Some(data @ Value::Object(_)) => Ok(data.clone().into()),
        Some(Value::Null) => Err(HashicorpVaultErrorKind::NotFound),
        _ => Err(HashicorpVaultErrorKind::Unreadable),
    }
}
