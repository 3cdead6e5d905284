use serde_json::Value;
use twilio_sdk_http::internal::RawResponse;

use super::HashicorpVaultErrorKind;
use twilio_sdk_types::SecretValue;

/// Returns the data in `{"data": {"data": {...}, "metadata": {...}}}`.
pub(super) fn data(raw: RawResponse) -> Result<SecretValue, HashicorpVaultErrorKind> {
    match raw.status.as_u16() {
        200 => {}
        // Also the status of a deleted version, with its metadata.
        404 => return Err(HashicorpVaultErrorKind::NotFound),
        401 | 403 => return Err(HashicorpVaultErrorKind::Denied),
        status => return Err(HashicorpVaultErrorKind::Status(status)),
    }
    let response = serde_json::from_slice::<Value>(&raw.body).map(SecretValue::from);
    raw.wipe();
    let response = response.map_err(|_| HashicorpVaultErrorKind::InvalidResponse)?;
    match response.expose_secret().pointer("/data/data") {
        Some(data @ Value::Object(_)) => Ok(data.clone().into()),
        Some(Value::Null) => Err(HashicorpVaultErrorKind::NotFound),
        _ => Err(HashicorpVaultErrorKind::InvalidResponse),
    }
}
