//! HMAC and SHA-256 for secrets and messages of any length.

use hmac::digest::{Key, KeyInit as _, Update as _};
use hmac::{EagerHash, Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroize as _;

use crate::SignatureAlgorithm;

/// A secret, prepared for signing several messages.
pub(crate) enum HmacKey {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl HmacKey {
    pub(crate) fn new(algorithm: SignatureAlgorithm, secret: &str) -> Self {
        match algorithm {
            SignatureAlgorithm::HmacSha1 => Self::Sha1(keyed(secret.as_bytes())),
            SignatureAlgorithm::HmacSha256 => Self::Sha256(keyed(secret.as_bytes())),
        }
    }

    /// Returns the authentication code of the parts, joined.
    pub(crate) fn sign(&self, parts: [&str; 2]) -> Vec<u8> {
        let [first, second] = parts.map(str::as_bytes);
        match self {
            Self::Sha1(mac) => mac.clone().chain(first).chain(second).finalize().into_bytes().to_vec(),
            Self::Sha256(mac) => mac.clone().chain(first).chain(second).finalize().into_bytes().to_vec(),
        }
    }
}

/// Keys HMAC as RFC 2104 (section 2) says: a secret that is longer than a block is hashed. The constructor that does the
/// same is fallible.
fn keyed<D: EagerHash + Digest>(secret: &[u8]) -> Hmac<D> {
    let mut key = Key::<Hmac<D>>::default();
    if secret.len() <= key.len() {
        key[..secret.len()].copy_from_slice(secret);
    } else {
        let digest = D::digest(secret);
        key[..digest.len()].copy_from_slice(&digest);
    }
    let mac = Hmac::new(&key);
    key.as_mut_slice().zeroize();
    mac
}

/// Returns the SHA-256 of the bytes as lower-case hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Short keys (RFC 2202, RFC 4231), and keys that are longer than a block (Python's `hmac`).
    #[test]
    fn authentication_codes_match_known_vectors() {
        let long = "*".repeat(131);
        for (algorithm, secret, message, expected) in [
            (
                SignatureAlgorithm::HmacSha1,
                "Jefe",
                "what do ya want for nothing?",
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            ),
            (
                SignatureAlgorithm::HmacSha256,
                "Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (SignatureAlgorithm::HmacSha1, &long, "m", "1f3d70735cfe466bec54de080ea52f1574c73e9f"),
            (
                SignatureAlgorithm::HmacSha256,
                &long,
                "m",
                "d4c0604ff92a5c7a432288727a029a690aee6d4f386741a5ee61354d7a76200d",
            ),
        ] {
            let (first, second) = message.split_at(message.len() / 2);
            assert_eq!(hex(&HmacKey::new(algorithm, secret).sign([first, second])), expected, "{algorithm}");
        }
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
