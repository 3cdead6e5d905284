//! Import of another program's credentials.

mod fernet;

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{EntryValue, Vault, VaultError};
use twilio_sdk_audit::AuditEventKind;
use twilio_sdk_config::internal::private_file::beside;
use twilio_sdk_types::{SecretString, SecretValue};

/// Credentials of an APILinker store, in its version 1 or the format before it.
///
/// The store is only read. Version 1 is a JSON file with salt and data. The older format is a Fernet token in one file and
/// the salt in another, whose name ends in `.salt`. Both derive the key with PBKDF2-HMAC-SHA256 and 100,000 rounds.
///
/// ```no_run
/// # fn example() -> Result<(), twilio_sdk_vault::VaultError> {
/// use twilio_sdk_vault::{ApiLinkerStore, ConflictPolicy, Vault};
///
/// let store = ApiLinkerStore::from_file("credentials.enc", &"its master password".into())?;
/// let vault = Vault::open("secrets.vault", &"correct horse battery staple".into())?;
/// let summary = vault.import(store, ConflictPolicy::Keep)?;
/// println!("{} imported, {} skipped", summary.imported.len(), summary.skipped.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ApiLinkerStore {
    entries: BTreeMap<String, SecretValue>,
}

/// Handling of entries whose names exist in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConflictPolicy {
    /// Keeps the entries of the vault.
    Keep,
    /// Replaces the entries of the vault.
    Replace,
}

/// Result of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportSummary {
    /// Names of the imported entries.
    pub imported: Vec<String>,
    /// Names of the entries that were skipped, because the vault has entries of these names.
    pub skipped: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version1 {
    salt: String,
    data: String,
    version: u64,
}

/// Bytes that are zeroized on drop.
type ZeroizedBytes = Zeroizing<Vec<u8>>;

/// Maximum size of a store in bytes.
const MAX_BYTES: u64 = 16 << 20;

impl ApiLinkerStore {
    /// Reads a store from a file.
    ///
    /// # Errors
    ///
    /// [`VaultError::FileNotFound`]; [`VaultError::WrongPassphrase`] if the password is wrong or the file was changed, which
    /// cannot be distinguished; [`VaultError::Corrupt`] if the file is not a store.
    pub fn from_file(path: impl AsRef<Path>, password: &SecretString) -> Result<Self, VaultError> {
        let path = path.as_ref();
        let file = whole(path)?;
        let (salt, token) = match file.first() {
            Some(b'{') => version_1(&file)?,
            _ => match whole(&beside(path, ".salt")) {
                Err(VaultError::FileNotFound) => {
                    return Err(VaultError::Corrupt("its salt file does not exist"));
                }
                salt => (salt?, file),
            },
        };
        Self::parse(&fernet::open(&salt, &token, password)?)
    }

    fn parse(plain: &[u8]) -> Result<Self, VaultError> {
        let entries: BTreeMap<String, SecretValue> = serde_json::from_slice(plain)
            .map_err(|_| VaultError::Corrupt("its entries are not a JSON object"))?;
        Ok(Self { entries })
    }

    /// Returns the names of its entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether the store has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Vault {
    /// Imports all entries of another store, or none if there is an error.
    ///
    /// Entries keep their JSON. An entry with `expires_at` in seconds since 1970 expires then, unless it has a
    /// `refresh_token`, which outlives it.
    ///
    /// # Errors
    ///
    /// [`VaultError::InvalidName`] for an invalid entry name; see [`VaultError`] for others.
    pub fn import(
        &self,
        store: ApiLinkerStore,
        conflicts: ConflictPolicy,
    ) -> Result<ImportSummary, VaultError> {
        let kind = AuditEventKind::CredentialImport;
        let checked = store.names().try_for_each(|name| self.check_name(name));
        checked.or_else(|error| self.rejected(kind, None, error))?;
        self.change(kind, None, |content| {
            let (mut imported, mut skipped) = (Vec::new(), Vec::new());
            for (name, json) in store.entries {
                if conflicts == ConflictPolicy::Keep && content.get(&name).is_some() {
                    skipped.push(name);
                    continue;
                }
                let expires_at = expiry(json.expose_secret());
                let value = EntryValue::Json(json);
                self.redact(&value);
                content.set(&name, value, expires_at, super::store::now());
                imported.push(name);
            }
            ImportSummary { imported, skipped }
        })
    }
}

/// Returns when an entry expires.
fn expiry(entry: &Value) -> Option<i64> {
    let refreshable = entry.get("refresh_token").is_some_and(|token| !token.is_null());
    let seconds = entry.get("expires_at").filter(|_| !refreshable)?;
    seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64))
}

/// Returns salt and token of version 1.
fn version_1(file: &[u8]) -> Result<(ZeroizedBytes, ZeroizedBytes), VaultError> {
    let file: Version1 = serde_json::from_slice(file)
        .map_err(|_| VaultError::Corrupt("it is not a JSON object with salt, data and version"))?;
    if file.version != 1 {
        return Err(VaultError::Corrupt("its version is unknown to this program"));
    }
    let decode = |text: &str| {
        let bytes = base64::engine::general_purpose::URL_SAFE.decode(text).map(Zeroizing::new);
        bytes.map_err(|_| VaultError::Corrupt("its salt or data is not base64url"))
    };
    Ok((decode(&file.salt)?, decode(&file.data)?))
}

fn whole(path: &Path) -> Result<ZeroizedBytes, VaultError> {
    use std::io::Read;
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= MAX_BYTES {
        true => Ok(bytes),
        false => Err(VaultError::Corrupt("it is larger than 16 MiB")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_expires_unless_it_can_be_refreshed() {
        let expiry = |text: &str| expiry(&serde_json::from_str(text).unwrap());
        assert_eq!(expiry(r#"{"token": "t", "expires_at": 5}"#), Some(5));
        assert_eq!(expiry(r#"{"token": "t", "expires_at": 5.9}"#), Some(5));
        assert_eq!(expiry(r#"{"expires_at": 5, "refresh_token": null}"#), Some(5));
        for never in
            [r#"{"expires_at": 5, "refresh_token": "r"}"#, r#"{"expires_at": null}"#, "{}", "[]", "5"]
        {
            assert_eq!(expiry(never), None, "{never}");
        }
    }
}
