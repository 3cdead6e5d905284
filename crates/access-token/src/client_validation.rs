use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::check::{check_sid, unix};
use crate::json::Object;
use crate::{AccessTokenError, jws};

const CONTENT_TYPE: &str = "twilio-pkrv;v=1";

/// The signed headers, in the order in which the token names them.
const HEADERS: &str = "authorization;host";

/// The validity period of a signed request.
const TTL: Duration = Duration::from_secs(300);

/// The algorithm of a JSON Web Signature (RFC 7518, sections 3.3 and 3.5).
///
/// `Display` and `FromStr` use the names of RFC 7518.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JwsAlgorithm {
    /// `RS256`: RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    Rs256,
    /// `PS256`: RSASSA-PSS with SHA-256.
    Ps256,
}

impl fmt::Display for JwsAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for JwsAlgorithm {
    type Err = AccessTokenError;

    /// Parses a name of RFC 7518.
    ///
    /// # Errors
    ///
    /// [`AccessTokenError::Algorithm`] for every other name.
    fn from_str(name: &str) -> Result<Self, AccessTokenError> {
        match name {
            "RS256" => Ok(Self::Rs256),
            "PS256" => Ok(Self::Ps256),
            _ => Err(AccessTokenError::Algorithm(name.chars().take(16).collect())),
        }
    }
}

impl JwsAlgorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

/// Signs API requests with a private key: public key client validation, the header `Twilio-Client-Validation`.
///
/// Twilio stores the public key as a credential (`CR…`). An account that enforces validation rejects requests without the
/// header, so a stolen API key is not enough to act for the account. Cheap to clone.
///
/// ```
/// use twilio_sdk_access_token::{AccessTokenError, CanonicalRequest, PublicKeyClientValidation};
///
/// fn header(private_key_pem: &[u8]) -> Result<String, AccessTokenError> {
///     let validation = PublicKeyClientValidation::new(
///         "AC15c1737bf14064d2278d616face3f17f",
///         "SK21c17013f3face8fdc4e4623b0a9d2c1",
///         "CR00000000000000000000000000000001",
///         private_key_pem,
///     )?;
///     validation.sign(&CanonicalRequest {
///         method: "GET",
///         path: "/2010-04-01/Accounts/AC15c1737bf14064d2278d616face3f17f/Messages.json",
///         query: "PageSize=50",
///         authorization: "Basic U0syMWM=",
///         host: "api.twilio.com",
///         body: b"",
///     })
/// }
/// assert!(matches!(header(b"not a key"), Err(AccessTokenError::Key(_))));
/// ```
///
/// Source: <https://www.twilio.com/docs/iam/pkcv>.
#[derive(Clone)]
pub struct PublicKeyClientValidation {
    account_sid: String,
    credential_sid: String,
    key_sid: String,
    key: Arc<RsaKeyPair>,
    algorithm: JwsAlgorithm,
    issued_at: Option<SystemTime>,
}

/// The signed parts of a request. `Debug` shows neither the credentials nor the query and the body.
#[derive(Clone)]
pub struct CanonicalRequest<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The path as sent, percent-encoded.
    pub path: &'a str,
    /// The query as sent, without `?`.
    pub query: &'a str,
    /// The value of `Authorization`.
    pub authorization: &'a str,
    /// The value of `Host`.
    pub host: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl CanonicalRequest<'_> {
    /// Returns the SHA-256 of the canonical request, as lower-case hexadecimal digits (claim `rqh`).
    pub fn hash(&self) -> String {
        let mut canonical = String::with_capacity(256);
        for part in [self.method, &canonical_path(self.path), &canonical_query(self.query)] {
            canonical.push_str(part);
            canonical.push('\n');
        }
        for (name, value) in [("authorization", self.authorization), ("host", self.host)] {
            canonical.extend([name, ":", value.trim(), "\n"]);
        }
        canonical.extend(["\n", HEADERS, "\n"]);
        if !self.body.is_empty() {
            canonical.push_str(&sha256(self.body));
        }
        sha256(canonical.as_bytes())
    }
}

impl fmt::Debug for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanonicalRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// Returns the path with single slashes and the encoding of RFC 3986.
fn canonical_path(path: &str) -> Cow<'_, str> {
    let path = if path.is_empty() { "/" } else { path };
    if !path.contains("//") && !path.contains('*') && !path.contains("%7E") {
        return path.into();
    }
    let mut single = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            '/' if single.ends_with('/') => {}
            '*' => single.push_str("%2A"),
            other => single.push(other),
        }
    }
    single.replace("%7E", "~").into()
}

/// Returns the query with sorted parameters and the encoding of RFC 3986.
fn canonical_query(query: &str) -> String {
    let mut parts: Vec<_> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('+', "%20").replace('*', "%2A").replace("%7E", "~"))
        .collect();
    parts.sort_unstable();
    parts.join("&")
}

/// Returns the SHA-256 of the bytes as lower-case hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl PublicKeyClientValidation {
    /// Creates a signer from an RSA private key in PEM (PKCS#8 or PKCS#1). Twilio accepts keys of 2048 bits with the
    /// exponent 65537; this type accepts up to 4096 bits.
    ///
    /// # Errors
    ///
    /// [`AccessTokenError::Credentials`] for a SID of the wrong kind (20103), and [`AccessTokenError::Key`] for a key that
    /// is not usable.
    pub fn new(
        account_sid: impl Into<String>,
        api_key_sid: impl Into<String>,
        credential_sid: impl Into<String>,
        private_key_pem: &[u8],
    ) -> Result<Self, AccessTokenError> {
        let (account_sid, key_sid) = (account_sid.into(), api_key_sid.into());
        let credential_sid = credential_sid.into();
        for (field, sid, prefix) in [
            ("account_sid", &account_sid, "AC"),
            ("api_key", &key_sid, "SK"),
            ("credential_sid", &credential_sid, "CR"),
        ] {
            check_sid(field, sid, prefix)?;
        }
        let der = PrivateKeyDer::from_pem_slice(private_key_pem).map_err(|_| {
            AccessTokenError::Key("not a private key in PEM; pass the file that starts with -----BEGIN")
        })?;
        let der = Zeroizing::new(der);
        let key = match &*der {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(AccessTokenError::Key("not an RSA key")),
        };
        let key = key.map_err(|_| AccessTokenError::Key("not an RSA key of 2048 to 4096 bits"))?;
        let algorithm = JwsAlgorithm::default();
        Ok(Self { account_sid, credential_sid, key_sid, key: Arc::new(key), algorithm, issued_at: None })
    }

    /// Sets the algorithm. Default: [`JwsAlgorithm::Rs256`].
    pub fn algorithm(mut self, algorithm: JwsAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets the time of signing, for tests and fixed clocks. Default: now.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// Returns the value of `Twilio-Client-Validation` for a request. It is valid for five minutes.
    ///
    /// # Errors
    ///
    /// [`AccessTokenError::Rng`] if the random number generator fails.
    pub fn sign(&self, request: &CanonicalRequest<'_>) -> Result<String, AccessTokenError> {
        let padding: &'static dyn RsaEncoding = match self.algorithm {
            JwsAlgorithm::Rs256 => &RSA_PKCS1_SHA256,
            JwsAlgorithm::Ps256 => &RSA_PSS_SHA256,
        };
        let header = Object::new()
            .with("typ", "JWT")
            .with("alg", self.algorithm.name())
            .with("cty", CONTENT_TYPE)
            .with("kid", self.credential_sid.as_str());
        let issued = unix(self.issued_at.unwrap_or_else(SystemTime::now));
        let payload = Object::new()
            .with("iss", self.key_sid.as_str())
            .with("sub", self.account_sid.as_str())
            .with("exp", issued.saturating_add(TTL.as_secs()))
            .with("hrh", HEADERS)
            .with("rqh", request.hash());
        let input = jws::signing_input(&header, &payload)?;
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(padding, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .map_err(|_| AccessTokenError::Rng)?;
        Ok(jws::with_signature(input, &signature))
    }
}

impl fmt::Debug for PublicKeyClientValidation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKeyClientValidation")
            .field("account_sid", &self.account_sid)
            .field("credential_sid", &self.credential_sid)
            .field("key_sid", &self.key_sid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PlaybackGrant;

    #[test]
    fn debug_shows_no_credentials() {
        let request = CanonicalRequest {
            method: "GET",
            path: "/x",
            query: "a=hush",
            authorization: "Basic hush",
            host: "api.twilio.com",
            body: b"hush",
        };
        let player = PlaybackGrant(serde_json::json!({"playbackUrl": "https://x?token=hush"}));
        let printed = format!("{request:?} {player:?}");
        assert!(!printed.contains("hush") && printed.contains("/x"), "{printed}");
    }
}
