use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use twilio_sdk_config::ConfigError;
use twilio_sdk_types::SecretString;
use zeroize::Zeroizing;

/// The secret that binds an authorization code to the login (RFC 7636): 43 to 128 of `A-Z a-z 0-9 - . _ ~`.
#[derive(Clone, Debug)]
pub struct PkceVerifier(SecretString);

impl PkceVerifier {
    /// Creates a verifier from 32 random bytes.
    ///
    /// # Errors
    ///
    /// The operating system returns no random numbers.
    pub fn random() -> Result<Self, ConfigError> {
        random().map(Self)
    }

    /// Creates a verifier from your own string.
    ///
    /// # Errors
    ///
    /// The string has another length or another character.
    pub fn new(verifier: impl Into<SecretString>) -> Result<Self, ConfigError> {
        let verifier = verifier.into();
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        match (43..=128).contains(&verifier.expose_secret().len())
            && verifier.expose_secret().bytes().all(unreserved)
        {
            true => Ok(Self(verifier)),
            false => Err(ConfigError::new(
                "a PKCE verifier has 43 to 128 characters of A-Z, a-z, 0-9, `-`, `.`, `_` and `~` (RFC 7636)",
            )),
        }
    }

    /// Returns the verifier itself.
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns the challenge for the login page, by method S256: 43 characters.
    pub fn challenge(&self) -> String {
        self.to_challenge().as_str().to_owned()
    }

    pub(crate) fn to_challenge(&self) -> PkceCodeChallenge {
        PkceCodeChallenge::from_code_verifier_sha256(&self.to_verifier())
    }

    pub(crate) fn to_verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.expose_secret().to_owned())
    }
}

/// Returns 256 random bits as 43 characters of base64url.
pub(crate) fn random() -> Result<SecretString, ConfigError> {
    let mut octets = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *octets)
        .map_err(|e| ConfigError::new(format!("the operating system returns no random numbers: {e}")))?;
    Ok(URL_SAFE_NO_PAD.encode(*octets).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_vector_of_the_rfc() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let text = URL_SAFE_NO_PAD.encode(octets);
        assert_eq!(text, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let verifier = PkceVerifier::new(text).unwrap();
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(verifier.to_challenge().method().as_str(), "S256");
    }

    #[test]
    fn length_and_characters_are_those_of_the_rfc() {
        for good in ["a".repeat(43), "~".repeat(128), format!("{}-._~", "Z9".repeat(20))] {
            assert_eq!(PkceVerifier::new(good.as_str()).unwrap().challenge().len(), 43);
        }
        let bad = ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(43)), "é".repeat(43)];
        for bad in bad.iter().chain([&" ".repeat(43), &String::new()]) {
            assert!(PkceVerifier::new(bad.as_str()).is_err(), "{bad}");
        }
    }

    #[test]
    fn random_ones_fit_the_rules_differ_and_are_not_printed() {
        let all: std::collections::HashSet<_> =
            (0..200).map(|_| PkceVerifier::random().unwrap().expose_secret().to_owned()).collect();
        assert_eq!(all.len(), 200);
        for text in all {
            let verifier = PkceVerifier::new(text.as_str()).unwrap();
            assert!(!format!("{verifier:?}").contains(&text));
        }
    }
}
