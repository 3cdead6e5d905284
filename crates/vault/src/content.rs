//! Entries as JSON: `{"entries": {"NAME": {"text": "…", "created_at": …, "updated_at": …, "expires_at": …}}}`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::seal::MAX_BYTES;
use crate::{Entry, EntryInfo, EntryValue, VaultError};
use twilio_sdk_types::{SecretString, SecretValue};

/// Entries by name.
#[derive(Default)]
pub(super) struct Content {
    entries: BTreeMap<String, Entry>,
}

impl Content {
    pub(super) fn parse(plain: &[u8]) -> Result<Self, VaultError> {
        // Unknown fields are errors, because writing would lose them.
        let wrong = || VaultError::Corrupt("its entries have an unknown format");
        let file: File = serde_json::from_slice(plain).map_err(|_| wrong())?;
        let mut entries = BTreeMap::new();
        for (name, Stored { text, json, created_at, updated_at, expires_at }) in file.entries {
            let value = match (text, json) {
                (Some(text), None) => EntryValue::String(text),
                (None, Some(json)) => EntryValue::Json(json),
                _ => return Err(wrong()),
            };
            let info = EntryInfo { name: name.clone(), created_at, updated_at, expires_at };
            entries.insert(name, Entry { info, value });
        }
        Ok(Self { entries })
    }

    /// Returns the JSON in a buffer that never grows, and so leaves no copies behind.
    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut length = Length(0);
        serde_json::to_writer(&mut length, self).map_err(|_| VaultError::TooLarge)?;
        let mut json = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *json, self).map_err(|_| VaultError::TooLarge)?;
        // Contents that cannot be parsed must not replace contents that can.
        Self::parse(&json).map_err(|_| VaultError::TooDeep)?;
        Ok(json)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(super) fn infos(&self) -> impl Iterator<Item = &EntryInfo> {
        self.entries.values().map(|entry| &entry.info)
    }

    /// Inserts an entry. Returns whether it replaced one.
    pub(super) fn set(&mut self, name: &str, value: EntryValue, expires_at: Option<i64>, now: i64) -> bool {
        let before = self.entries.remove(name);
        let created_at = before.as_ref().map_or(now, |entry| entry.info.created_at);
        let info = EntryInfo { name: name.to_owned(), created_at, updated_at: now, expires_at };
        self.entries.insert(name.to_owned(), Entry { info, value });
        before.is_some()
    }

    pub(super) fn remove(&mut self, name: &str) -> bool {
        self.entries.remove(name).is_some()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entries: BTreeMap<String, Stored>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default)]
    text: Option<SecretString>,
    #[serde(default, deserialize_with = "given")]
    json: Option<SecretValue>,
    created_at: i64,
    updated_at: i64,
    #[serde(default)]
    expires_at: Option<i64>,
}

/// Deserializes JSON that may be `null`, which serde would treat as missing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretValue>, D::Error> {
    Value::deserialize(deserializer).map(|value| Some(value.into()))
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Entries<'a>(&'a BTreeMap<String, Entry>);
        impl Serialize for Entries<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(name, entry)| (name, Written(entry))))
            }
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("entries", &Entries(&self.entries))?;
        map.end()
    }
}

struct Written<'a>(&'a Entry);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.0.value {
            EntryValue::String(text) => map.serialize_entry("text", text.expose_secret())?,
            EntryValue::Json(json) => map.serialize_entry("json", json.expose_secret())?,
        }
        map.serialize_entry("created_at", &self.0.info.created_at)?;
        map.serialize_entry("updated_at", &self.0.info.updated_at)?;
        if let Some(expires_at) = self.0.info.expires_at {
            map.serialize_entry("expires_at", &expires_at)?;
        }
        map.end()
    }
}

/// Counts bytes, up to the maximum of a file.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        match self.0 <= MAX_BYTES {
            true => Ok(bytes.len()),
            false => Err(io::ErrorKind::FileTooLarge.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
