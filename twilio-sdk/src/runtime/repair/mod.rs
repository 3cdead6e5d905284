//! Makes well-formed JSON of a response that is not, so that one damaged value does not lose the others.
//!
//! Well-formed responses never come here: serde_json reads them, and only what it rejects is repaired and read again.

mod ahead;
mod number;
mod scan;
mod source;
mod string;
#[cfg(test)]
mod tests;

use serde_json::Deserializer;
use serde_json::de::StrRead;

use self::scan::Scan;
use super::Operation;
use crate::{Error, Result};

/// The deepest nesting that is kept as JSON; a list or object below it is kept as a string of its JSON text.
///
/// serde_json reads this depth, so everything that is written can be read again.
pub(crate) const MAX_DEPTH: usize = 127;

/// A body after its repair.
#[derive(Debug)]
pub(crate) struct Repaired {
    /// JSON that is well-formed.
    pub(crate) text: String,
    pub(crate) damage: Damage,
}

/// What had to be repaired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    /// The number of places.
    pub(crate) places: usize,
    /// The items of each list of the outermost object, by the list's name.
    lists: Vec<(String, Vec<usize>)>,
}

impl Damage {
    /// The indices of the damaged items of a list, in ascending order.
    pub(crate) fn items(&self, list: &str) -> Vec<usize> {
        let found = self.lists.iter().filter(|(name, _)| name == list);
        let mut items: Vec<usize> = found.flat_map(|(_, items)| items.iter().copied()).collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    fn note(&mut self, item: Option<(&str, usize)>) {
        self.places += 1;
        let Some((list, index)) = item else { return };
        match self.lists.last_mut() {
            Some((name, items)) if name == list => {
                if items.last() != Some(&index) {
                    items.push(index);
                }
            }
            _ => self.lists.push((list.to_owned(), vec![index])),
        }
    }
}

/// Why a body cannot be repaired.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// It ends within a value.
    Truncated,
    /// It does not start like JSON.
    NotJson,
}

/// Repairs a body.
pub(crate) fn repair(body: &[u8]) -> std::result::Result<Repaired, Beyond> {
    let source = String::from_utf8_lossy(body);
    let lossy = matches!(source, std::borrow::Cow::Owned(_));
    Scan::new(&source, lossy).run()
}

/// Reads a body: as it is where that can be done without loss, and repaired otherwise.
pub(crate) fn read<T>(
    body: &[u8],
    operation: &'static Operation,
    read: impl Fn(&mut Deserializer<StrRead<'_>>) -> serde_json::Result<T>,
) -> Result<(T, Damage)> {
    let whole = |text: &str| {
        let mut reader = Deserializer::from_str(text);
        read(&mut reader).and_then(|value| reader.end().map(|()| value))
    };
    let strict = match std::str::from_utf8(body) {
        // Looking at all of the body once is much cheaper than at each of its strings.
        Ok(text) if !number::may_lose_digits(body) => match whole(text) {
            Ok(value) => return Ok((value, Damage::default())),
            // It is well-formed and of another shape.
            Err(error) if error.is_data() => return Err(Error::decode(operation, error)),
            Err(error) => Some(error),
        },
        _ => None,
    };
    match repair(body) {
        Ok(Repaired { text, damage }) => {
            let value = whole(&text).map_err(|error| Error::decode(operation, strict.unwrap_or(error)))?;
            if damage.places > 0 {
                tracing::warn!(
                    target: "twilio_sdk",
                    operation = operation.id,
                    places = damage.places,
                    "the response was not well-formed JSON and was repaired"
                );
            }
            Ok((value, damage))
        }
        Err(Beyond::Truncated) => {
            let kind = format!("truncated: it ends after {} bytes, within a value", body.len());
            Err(Error::shape(operation, &kind))
        }
        Err(Beyond::NotJson) => Err(match strict {
            Some(error) => Error::decode(operation, error),
            None => Error::shape(operation, "no JSON"),
        }),
    }
}

/// Reads JSON of any shape, as [`read`] does.
pub(crate) fn value(body: &[u8]) -> Option<serde_json::Value> {
    if !number::may_lose_digits(body)
        && let Ok(value) = serde_json::from_slice(body)
    {
        return Some(value);
    }
    serde_json::from_str(&repair(body).ok()?.text).ok()
}
