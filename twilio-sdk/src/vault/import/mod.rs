//! Another program's credentials, taken over.

mod fernet;

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{EntryValue, Vault, VaultError};
use crate::audit::AuditEventKind;
use crate::private_file::beside;
use crate::types::{SecretString, SecretValue};

/// The credentials that APILinker's store holds, in its version 1 and in the form before it.
///
/// The store is only read. Version 1 is a JSON file with salt and data; the older form is a Fernet token in one file and
/// the salt in another, whose name ends in `.salt`. Both make the key by PBKDF2-HMAC-SHA256 with 100,000 rounds.
///
/// ```no_run
/// # fn example() -> Result<(), twilio_sdk::vault::VaultError> {
/// use twilio_sdk::vault::{ApiLinkerStore, ConflictPolicy, Vault};
///
/// let store = ApiLinkerStore::read("credentials.enc", &"its master password".into())?;
/// let vault = Vault::open("secrets.vault", &"correct horse battery staple".into())?;
/// let imported = vault.import(store, ConflictPolicy::Keep)?;
/// println!("{} taken over, {} there already", imported.taken.len(), imported.kept.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ApiLinkerStore {
    entries: BTreeMap<String, SecretValue>,
}

/// What happens to entries whose names a vault has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictPolicy {
    /// The vault's stay.
    Keep,
    /// The vault's are replaced.
    Replace,
}

/// What was taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The names of the entries that were.
    pub taken: Vec<String>,
    /// The names of those that were not, because the vault had them.
    pub kept: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version1 {
    salt: String,
    data: String,
    version: u64,
}

/// Bytes that are wiped from memory.
type Wiped = Zeroizing<Vec<u8>>;

/// The most bytes of a store.
const MOST: u64 = 16 << 20;

impl ApiLinkerStore {
    /// Reads a store.
    ///
    /// # Errors
    ///
    /// [`VaultError::NoVault`] without a file, [`VaultError::WrongPassphrase`] where the password is wrong or the file
    /// was changed, which cannot be told apart, [`VaultError::Unreadable`] for anything else that is none.
    pub fn read(path: impl AsRef<Path>, password: &SecretString) -> Result<Self, VaultError> {
        let path = path.as_ref();
        let file = whole(path)?;
        let (salt, token) = match file.first() {
            Some(b'{') => version_1(&file)?,
            _ => match whole(&beside(path, ".salt")) {
                Err(VaultError::NoVault) => return Err(VaultError::Unreadable("its salt is not there")),
                salt => (salt?, file),
            },
        };
        Self::parse(&fernet::open(&salt, &token, password)?)
    }

    fn parse(plain: &[u8]) -> Result<Self, VaultError> {
        let entries: BTreeMap<String, SecretValue> = serde_json::from_slice(plain)
            .map_err(|_| VaultError::Unreadable("its entries are no JSON object"))?;
        Ok(Self { entries })
    }

    /// The names of its entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Vault {
    /// Takes all entries of another store over, or, where there is an error, none.
    ///
    /// Entries are JSON, as they were there. One that has `expires_at` in seconds since 1970 expires then, unless it has
    /// a `refresh_token`, which is of use beyond that.
    ///
    /// # Errors
    ///
    /// [`VaultError::InvalidName`] for a name that a vault cannot hold, and what [`VaultError`] lists.
    pub fn import(&self, store: ApiLinkerStore, existing: ConflictPolicy) -> Result<Imported, VaultError> {
        let kind = AuditEventKind::CredentialImport;
        let checked = store.names().try_for_each(|name| self.check(name));
        checked.or_else(|error| self.refused(kind, None, error))?;
        self.change(kind, None, |content| {
            let (mut taken, mut kept) = (Vec::new(), Vec::new());
            for (name, json) in store.entries {
                if existing == ConflictPolicy::Keep && content.get(&name).is_some() {
                    kept.push(name);
                    continue;
                }
                let expires_at = expiry(json.expose_secret());
                let value = EntryValue::Json(json);
                self.guard(&value);
                content.set(&name, value, expires_at, super::store::now());
                taken.push(name);
            }
            Imported { taken, kept }
        })
    }
}

/// When an entry is of no more use.
fn expiry(entry: &Value) -> Option<i64> {
    let refreshable = entry.get("refresh_token").is_some_and(|token| !token.is_null());
    let seconds = entry.get("expires_at").filter(|_| !refreshable)?;
    seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64))
}

/// Salt and token of version 1.
fn version_1(file: &[u8]) -> Result<(Wiped, Wiped), VaultError> {
    let file: Version1 = serde_json::from_slice(file)
        .map_err(|_| VaultError::Unreadable("it is no JSON object with salt, data and version"))?;
    if file.version != 1 {
        return Err(VaultError::Unreadable("it is of a version that this program does not know"));
    }
    let decode = |text: &str| {
        let bytes = base64::engine::general_purpose::URL_SAFE.decode(text).map(Zeroizing::new);
        bytes.map_err(|_| VaultError::Unreadable("its salt or data is no base64url"))
    };
    Ok((decode(&file.salt)?, decode(&file.data)?))
}

fn whole(path: &Path) -> Result<Wiped, VaultError> {
    use std::io::Read;
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= MOST {
        true => Ok(bytes),
        false => Err(VaultError::Unreadable("it is larger than 16 MiB")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_expires_only_where_nothing_renews_it() {
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
