//! API keys, and what a store keeps of them.

use std::fmt;

use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::AccessError;
use twilio_sdk_types::SecretString;

/// The prefix of every key.
pub(super) const PREFIX: &str = "twak_";
/// The digits of the ID, the secret and the checksum.
const ID: usize = 16;
const SECRET: usize = 64;
const CHECK: usize = 8;

/// The hash of a key: what a store keeps of it.
///
/// It is a SHA-256 of the whole key. The secret of a key is 256 random bits, which cannot be guessed. Slow hashes and salts
/// protect passwords; here they would only make every request more expensive.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Creates a hash from the bytes that a store has kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes for a store to keep.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(key: &str) -> Self {
        Self(sha256(b"twilio-sdk access key 1\0", key))
    }

    /// Compares in constant time.
    pub(super) fn is_of(&self, key: &ParsedKey) -> bool {
        self.0.ct_eq(&Self::of(&key.text).0).into()
    }
}

/// Does not show the hash.
impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash")
    }
}

/// A string with the format of a key.
pub(super) struct ParsedKey {
    pub(super) id: String,
    text: Zeroizing<String>,
}

impl ParsedKey {
    /// Returns `None` for a wrong format, length or checksum, and for upper-case digits.
    pub(super) fn parse(text: &SecretString) -> Option<Self> {
        let text = text.expose_secret();
        let (id, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
        if !is_id(id) || rest.len() != SECRET + CHECK || !is_hex(rest) {
            return None;
        }
        let (body, check) = text.split_at_checked(text.len().checked_sub(CHECK)?)?;
        let right: bool = checksum(body).as_bytes().ct_eq(check.as_bytes()).into();
        right.then(|| Self { id: id.to_owned(), text: Zeroizing::new(text.to_owned()) })
    }
}

/// Returns whether a string has the format of a key ID.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == ID && is_hex(text)
}

/// Creates a key. Returns its ID, the key and its hash.
pub(super) fn make() -> Result<(String, SecretString, KeyHash), AccessError> {
    let (mut id, mut secret) = ([0; ID / 2], Zeroizing::new([0; SECRET / 2]));
    let random = SystemRandom::new();
    random.fill(&mut id).and_then(|()| random.fill(&mut *secret)).map_err(|_| AccessError::Rng)?;
    let id = hex(&id);
    let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + ID + 1 + SECRET + CHECK));
    for part in [PREFIX, &id, "_", &Zeroizing::new(hex(&*secret))] {
        text.push_str(part);
    }
    let check = checksum(&text);
    text.push_str(&check);
    let hash = KeyHash::of(&text);
    Ok((id, std::mem::take(&mut *text).into(), hash))
}

/// Returns the checksum of a key: the first 32 bits of a SHA-256 with a prefix of its own.
fn checksum(body: &str) -> String {
    let [a, b, c, d, ..] = sha256(b"twilio-sdk access key checksum\0", body);
    hex(&[a, b, c, d])
}

fn sha256(purpose: &[u8], text: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(purpose);
    context.update(text.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Returns the SHA-256 of a string in hexadecimal digits.
pub(super) fn fingerprint(text: &str) -> String {
    hex(&sha256(b"", text))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_made() {
        let (id, text, hash) = make().unwrap();
        assert_eq!(text.expose_secret().len(), 94);
        let parsed = ParsedKey::parse(&text).expect("a key");
        assert_eq!(parsed.id, id);
        assert!(hash.is_of(&parsed));
        let (other_id, other, other_hash) = make().unwrap();
        assert!(id != other_id && text.expose_secret() != other.expose_secret());
        assert!(!other_hash.is_of(&parsed) && !KeyHash::from_bytes([0; 32]).is_of(&parsed));
        assert!(!format!("{hash:?}{text:?}").contains(text.expose_secret()));
    }

    #[test]
    fn a_typo_anywhere_is_no_key() {
        let (_, text, _) = make().unwrap();
        let text = text.expose_secret();
        for at in 0..text.len() {
            for typed in ["0", "1", "F", "_", "", "00", "é"] {
                let typo = format!("{}{typed}{}", &text[..at], &text[at + 1..]);
                assert!(typo == text || ParsedKey::parse(&typo.as_str().into()).is_none(), "{at} {typed}");
            }
        }
        for text in [text.to_uppercase(), format!(" {text}"), format!("{text}\n"), "********".to_owned()] {
            assert!(ParsedKey::parse(&text.into()).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*", tail in "[0-9a-f_é]{60,100}") {
            prop_assert!(ParsedKey::parse(&text.into()).is_none());
            let _ = ParsedKey::parse(&format!("{PREFIX}{tail}").into());
        }

        #[test]
        fn what_is_read_is_the_whole_text(id in "[0-9a-f]{16}", secret in "[0-9a-f]{64}") {
            let body = format!("{PREFIX}{id}_{secret}");
            let text = format!("{body}{}", checksum(&body));
            let parsed = ParsedKey::parse(&text.as_str().into()).expect("a key");
            prop_assert_eq!(&parsed.id, &id);
            prop_assert_eq!(parsed.text.as_str(), text);
        }
    }
}
