use super::{EntryValue, Vault, VaultError};
use crate::types::SecretString;
use crate::{SecretError, SecretSource};

/// `NAME` is the text of an entry, `NAME#FIELD` a text in the JSON of one: `secret://twilio#api_secret`. Each is a
/// [`get`](Vault::get), on the record.
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
            (EntryValue::Text(text), None) => Ok(text.clone()),
            (EntryValue::Json(json), Some(field)) => {
                let field = json.expose_secret().get(field).ok_or(SecretError::NotFound)?;
                field.as_str().map(Into::into).ok_or(SecretError::NotString)
            }
            _ => Err(SecretError::NotString),
        }
    }
}
