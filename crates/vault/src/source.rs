use crate::{EntryValue, Vault, VaultError};
use twilio_sdk_config::{SecretError, SecretSource};
use twilio_sdk_types::SecretString;

/// Resolves `NAME` to the string of an entry, and `NAME#FIELD` to a string in its JSON, as in `secret://twilio#api_secret`.
/// Each is recorded like a [`get`](Vault::get).
impl SecretSource for Vault {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        let (name, field) = match name.rsplit_once('#') {
            Some((name, field)) => (name, Some(field)),
            None => (name, None),
        };
        let entry = self.get(name).map_err(|error| match error {
            VaultError::NotFound(_) => SecretError::NotFound,
            VaultError::Expired(_) => SecretError::Expired,
            other => SecretError::Unavailable(other.to_string()),
        })?;
        match (entry.value(), field) {
            (EntryValue::String(text), None) => Ok(text.clone()),
            (EntryValue::Json(json), Some(field)) => {
                let field = json.expose_secret().get(field).ok_or(SecretError::NotFound)?;
                field.as_str().map(Into::into).ok_or(SecretError::NotString)
            }
            _ => Err(SecretError::NotString),
        }
    }
}
