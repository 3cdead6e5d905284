use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{TokenError, check_sid, jws, unix};
use crate::digest::sha256;

const CONTENT_TYPE: &str = "twilio-pkrv;v=1";

/// The headers that are signed, in the order in which the token names them.
const HEADERS: &str = "authorization;host";

/// How long a request's token lives.
const TTL: Duration = Duration::from_secs(300);

/// How requests are signed (RFC 7518, sections 3.3 and 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

/// Signs requests with a private key whose public half Twilio has as a credential (`CR…`): "public key client
/// validation", the header `Twilio-Client-Validation`.
///
/// With it, an API key and its secret alone are not enough to act for the account. Cheap to clone.
///
/// Source: <https://www.twilio.com/docs/iam/pkcv>.
#[derive(Clone)]
pub struct PublicKeyClientValidation {
    account_sid: String,
    credential_sid: String,
    key_sid: String,
    key: Arc<RsaKeyPair>,
    algorithm: SignatureAlgorithm,
    issued_at: Option<SystemTime>,
}

/// The parts of a request that are signed. `Debug` shows neither the credentials nor the query and the body.
#[derive(Clone)]
pub struct CanonicalRequest<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path as it is sent, percent-encoded.
    pub path: &'a str,
    /// The query as it is sent, without `?`.
    pub query: &'a str,
    /// The value of `Authorization`.
    pub authorization: &'a str,
    /// The value of `Host`.
    pub host: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl CanonicalRequest<'_> {
    /// SHA-256 of the canonical request, as lower-case hexadecimal digits: claim `rqh`.
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

/// The path with single slashes, and encoded as RFC 3986 has it.
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

/// The query with its parameters in order, encoded as RFC 3986 has it.
fn canonical_query(query: &str) -> String {
    let mut parts: Vec<_> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('+', "%20").replace('*', "%2A").replace("%7E", "~"))
        .collect();
    parts.sort_unstable();
    parts.join("&")
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'static str,
    cty: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    sub: &'a str,
    exp: u64,
    hrh: &'static str,
    rqh: String,
}

impl PublicKeyClientValidation {
    /// Takes the private key as PEM (PKCS#8 or PKCS#1, RSA). Twilio takes keys of 2048 bits with the exponent 65537;
    /// up to 4096 bits can be signed with.
    ///
    /// # Errors
    ///
    /// SIDs of another kind (20103), or a key that cannot be used.
    pub fn new(
        account_sid: impl Into<String>,
        api_key_sid: impl Into<String>,
        credential_sid: impl Into<String>,
        private_key_pem: &[u8],
    ) -> Result<Self, TokenError> {
        let (account_sid, key_sid) = (account_sid.into(), api_key_sid.into());
        let credential_sid = credential_sid.into();
        for (field, sid, prefix) in [
            ("account_sid", &account_sid, "AC"),
            ("api_key", &key_sid, "SK"),
            ("credential_sid", &credential_sid, "CR"),
        ] {
            check_sid(field, sid, prefix)?;
        }
        let der = PrivateKeyDer::from_pem_slice(private_key_pem)
            .map_err(|_| TokenError::Key("it is no private key in PEM"))?;
        let der = Zeroizing::new(der);
        let key = match &*der {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(TokenError::Key("it is no RSA key")),
        };
        let key = key.map_err(|_| TokenError::Key("it is no RSA key of 2048 to 4096 bits"))?;
        let algorithm = SignatureAlgorithm::default();
        Ok(Self { account_sid, credential_sid, key_sid, key: Arc::new(key), algorithm, issued_at: None })
    }

    /// The algorithm; [`SignatureAlgorithm::Rs256`] unless set.
    pub fn algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// The moment in which requests count as signed; when they really are unless set.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// The value of `Twilio-Client-Validation` for a request. It is valid for five minutes.
    ///
    /// # Errors
    ///
    /// The system's random generator may fail.
    pub fn sign(&self, request: &CanonicalRequest<'_>) -> Result<String, TokenError> {
        let (alg, padding): (_, &'static dyn RsaEncoding) = match self.algorithm {
            SignatureAlgorithm::Rs256 => ("RS256", &RSA_PKCS1_SHA256),
            SignatureAlgorithm::Ps256 => ("PS256", &RSA_PSS_SHA256),
        };
        let header = Header { typ: "JWT", alg, cty: CONTENT_TYPE, kid: &self.credential_sid };
        let issued = unix(self.issued_at.unwrap_or_else(SystemTime::now));
        let payload = Payload {
            iss: &self.key_sid,
            sub: &self.account_sid,
            exp: issued.saturating_add(TTL.as_secs()),
            hrh: HEADERS,
            rqh: request.hash(),
        };
        let text = jws::signing_input(&header, &payload)?;
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(padding, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| TokenError::Random)?;
        Ok(jws::with_signature(text, &signature))
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
    use crate::access_token::PlaybackGrant;

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
