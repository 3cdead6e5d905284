//! Key derivation and encryption.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::VaultError;
use twilio_sdk_types::SecretString;

const MAGIC: &[u8; 8] = b"twvault\0";
const VERSION: u8 = 1;
const ARGON2ID: u8 = 1;
const TAG: usize = 16;
const HEADER: usize = 8 + 1 + 1 + 12 + 16 + 16 + 24;

/// Maximum number of bytes of the entries and of a file.
pub(super) const MAX_BYTES: usize = 16 << 20;
pub(super) const MAX_FILE_BYTES: u64 = (MAX_BYTES + HEADER + TAG + PADDING) as u64;

/// The plaintext is padded to a multiple of this, to hide the length of secrets.
const PADDING: usize = 1024;

/// Parameters of the key derivation: Argon2id's memory, passes and lanes.
///
/// The default is the second recommendation of RFC 9106: 64 MiB, three passes and four lanes. The parameters are stored in
/// the file, so opening it needs none. A file with more than 1 GiB, 64 passes or 16 lanes is rejected, so that a forged one
/// cannot exhaust the machine's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Params {
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Default for Argon2Params {
    fn default() -> Self {
        Self { memory: 64 << 10, passes: 3, lanes: 4 }
    }
}

impl Argon2Params {
    /// Creates parameters from memory in KiB, passes, and lanes.
    ///
    /// # Errors
    ///
    /// [`VaultError::InvalidArgon2Params`]: less than 8 KiB for each lane or more than 1 GiB, not 1 to 64 passes, or
    /// not 1 to 16 lanes.
    pub fn new(memory: u32, passes: u32, lanes: u32) -> Result<Self, VaultError> {
        let fits = (1..=16).contains(&lanes) && (1..=64).contains(&passes);
        match fits && (8 * lanes..=1 << 20).contains(&memory) {
            true => Ok(Self { memory, passes, lanes }),
            false => Err(VaultError::InvalidArgon2Params),
        }
    }
}

/// Key derivation parameters of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct KeyHeader {
    work: Argon2Params,
    salt: [u8; 16],
    check: [u8; 16],
}

/// Key of a file.
pub(super) struct Seal {
    header: KeyHeader,
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("work", &self.header.work).finish_non_exhaustive()
    }
}

impl Seal {
    /// Derives a key from a new passphrase.
    pub(super) fn create(passphrase: &SecretString, work: Argon2Params) -> Result<Self, VaultError> {
        let salt = random()?;
        let (cipher, check) = derive(passphrase, work, &salt)?;
        Ok(Self { header: KeyHeader { work, salt, check }, cipher })
    }

    /// Derives the key of a file, and verifies the passphrase.
    pub(super) fn open(file: &[u8], passphrase: &SecretString) -> Result<Self, VaultError> {
        let header = Parts::of(file)?.key;
        let (cipher, check) = derive(passphrase, header.work, &header.salt)?;
        match bool::from(check.ct_eq(&header.check)) {
            true => Ok(Self { header, cipher }),
            false => Err(VaultError::WrongPassphrase),
        }
    }

    /// Encrypts contents to the bytes of a file.
    pub(super) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        if plain.len() > MAX_BYTES {
            return Err(VaultError::TooLarge);
        }
        let nonce: [u8; 24] = random()?;
        let length = (plain.len() + 1).next_multiple_of(PADDING);
        // Allocated once: a buffer that grows leaves copies behind.
        let mut file = Vec::with_capacity(HEADER + length + TAG);
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(&[VERSION, ARGON2ID]);
        let Argon2Params { memory, passes, lanes } = self.header.work;
        for number in [memory, passes, lanes] {
            file.extend_from_slice(&number.to_be_bytes());
        }
        file.extend_from_slice(&self.header.salt);
        file.extend_from_slice(&self.header.check);
        file.extend_from_slice(&nonce);
        file.extend_from_slice(plain);
        file.resize(HEADER + length, b' ');
        let (header, body) = file.split_at_mut(HEADER);
        let tag = self
            .cipher
            .encrypt_inout_detached(&XNonce::from(nonce), header, body.into())
            .map_err(|_| VaultError::Crypto)?;
        file.extend_from_slice(&tag);
        Ok(file)
    }

    /// Decrypts the contents of a file.
    pub(super) fn unseal(&self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let parts = Parts::of(file)?;
        if parts.key != self.header {
            return Err(VaultError::Rekeyed);
        }
        let mut plain = Zeroizing::new(parts.body.to_vec());
        let body = plain.as_mut_slice();
        self.cipher
            .decrypt_inout_detached(
                &XNonce::from(parts.nonce),
                parts.header,
                body.into(),
                &Tag::from(parts.tag),
            )
            .map_err(|_| VaultError::Corrupt("it was changed by another program"))?;
        Ok(plain)
    }
}

/// Parts of a file.
struct Parts<'f> {
    header: &'f [u8],
    key: KeyHeader,
    nonce: [u8; 24],
    body: &'f [u8],
    tag: [u8; TAG],
}

impl<'f> Parts<'f> {
    fn of(file: &'f [u8]) -> Result<Self, VaultError> {
        let none = VaultError::Corrupt("it is not a vault");
        let Some(version) = file.strip_prefix(MAGIC).and_then(|rest| rest.first()) else { return Err(none) };
        if *version != VERSION {
            return Err(VaultError::Corrupt("its version is unknown to this program"));
        }
        let short = || VaultError::Corrupt("it is truncated");
        let (header, rest) = file.split_at_checked(HEADER).ok_or_else(short)?;
        let (body, tag) = rest.split_last_chunk::<TAG>().ok_or_else(short)?;
        let mut fields = Fields(header.get(9..).unwrap_or_default());
        if fields.take::<1>() != Some([ARGON2ID]) {
            return Err(VaultError::Corrupt("its key derivation is unknown to this program"));
        }
        let mut number = || fields.take().map(u32::from_be_bytes);
        let (Some(memory), Some(passes), Some(lanes)) = (number(), number(), number()) else {
            return Err(short());
        };
        let work = Argon2Params::new(memory, passes, lanes)
            .map_err(|_| VaultError::Corrupt("the parameters of its key are out of bounds"))?;
        let (Some(salt), Some(check), Some(nonce)) = (fields.take(), fields.take(), fields.take()) else {
            return Err(short());
        };
        Ok(Self { header, key: KeyHeader { work, salt, check }, nonce, body, tag: *tag })
    }
}

/// Bytes that are consumed from the front.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }
}

/// Derives the cipher, and the check value that the file contains.
fn derive(
    passphrase: &SecretString,
    work: Argon2Params,
    salt: &[u8; 16],
) -> Result<(XChaCha20Poly1305, [u8; 16]), VaultError> {
    if passphrase.is_empty() {
        return Err(VaultError::EmptyPassphrase);
    }
    let mut output = Zeroizing::new([0; 48]);
    let params = Params::new(work.memory, work.passes, work.lanes, Some(output.len()))
        .map_err(|_| VaultError::InvalidArgon2Params)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose_secret().as_bytes(), salt, output.as_mut_slice())
        .map_err(|_| VaultError::Crypto)?;
    let (key, check) = output.split_at(32);
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| VaultError::Crypto)?;
    let check = <[u8; 16]>::try_from(check).map_err(|_| VaultError::Crypto)?;
    Ok((cipher, check))
}

fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| VaultError::Crypto)?;
    Ok(bytes)
}
