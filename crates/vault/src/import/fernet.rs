//! Fernet tokens: AES-128-CBC and HMAC-SHA256 over version, time and initialization vector.

use std::num::NonZeroU32;

use aes::Aes128;
use base64::Engine as _;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use ring::{hmac, pbkdf2};
use zeroize::Zeroizing;

use crate::VaultError;
use twilio_sdk_types::SecretString;

const ROUNDS: NonZeroU32 = match NonZeroU32::new(100_000) {
    Some(rounds) => rounds,
    None => NonZeroU32::MIN,
};

/// Derives the key of a password: 16 bytes for signing and 16 for encryption.
fn key(password: &SecretString, salt: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        ROUNDS,
        salt,
        password.expose_secret().as_bytes(),
        key.as_mut_slice(),
    );
    key
}

/// Decrypts a token of any age.
pub(super) fn open(
    salt: &[u8],
    token: &[u8],
    password: &SecretString,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let none = || VaultError::Corrupt("its data is not a Fernet token");
    let mut token = Zeroizing::new(
        base64::engine::general_purpose::URL_SAFE.decode(token.trim_ascii()).map_err(|_| none())?,
    );
    let (signed, signature) = token.split_last_chunk::<32>().ok_or_else(none)?;
    if signed.len() < 25 || signed.first() != Some(&0x80) {
        return Err(none());
    }
    let key = key(password, salt);
    let (signing, encrypting) = key.split_at(16);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, signing), signed, signature)
        .map_err(|_| VaultError::WrongPassphrase)?;
    let end = signed.len();
    let (head, body) =
        token.get_mut(..end).and_then(|signed| signed.split_at_mut_checked(25)).ok_or_else(none)?;
    let iv = head.get(9..).ok_or_else(none)?;
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(encrypting, iv).map_err(|_| none())?;
    let plain = cipher.decrypt_padded::<Pkcs7>(body).map_err(|_| none())?;
    Ok(Zeroizing::new(plain.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_password_is_the_originals() {
        let salt: Vec<u8> = (0..16).collect();
        let key = key(&"test-master-password".into(), &salt);
        let text = base64::engine::general_purpose::URL_SAFE.encode(key.as_slice());
        assert_eq!(text, "6fARIwdOne-osumuYTnNqldhvpsqilwcrXV1bF-DTPs=");
    }
}
