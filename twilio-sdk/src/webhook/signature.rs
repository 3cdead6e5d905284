use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use subtle::ConstantTimeEq as _;

use crate::digest::sha256;

/// How a webhook is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-1 and an account's auth token.
    HmacSha1,
    /// HMAC with SHA-256 and a shared key.
    HmacSha256,
}

impl Algorithm {
    fn key(self, secret: &str) -> hmac::Key {
        let algorithm = match self {
            Self::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::HmacSha256 => hmac::HMAC_SHA256,
        };
        hmac::Key::new(algorithm, secret.as_bytes())
    }
}

/// The value of `X-Twilio-Signature` that Twilio would send for a request: what tests of a webhook need.
///
/// The URL is the one that Twilio is given, with its query; the parameters are those of the form, none for GET and for
/// JSON. Values that come more than once under one name count once.
///
/// ```
/// use twilio_sdk::webhook::sign;
///
/// let signature = sign("auth-token", "https://example.com/sms", [("From", "+15017122661"), ("Body", "Hi")]);
/// assert_eq!(signature.len(), 28);
/// ```
pub fn sign<'a>(secret: &str, url: &str, params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    sign_with(Algorithm::HmacSha1, secret, url, params)
}

/// [`sign`] with a choice of the algorithm.
pub fn sign_with<'a>(
    algorithm: Algorithm,
    secret: &str,
    url: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut params: Vec<_> = params.into_iter().collect();
    let text = canonical(&mut params);
    STANDARD.encode(tag(&algorithm.key(secret), url, &text))
}

fn tag(key: &hmac::Key, url: &str, text: &str) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(url.as_bytes());
    context.update(text.as_bytes());
    context.sign()
}

/// The URL that Twilio requests for a webhook with another body than a form: with the body's SHA-256.
///
/// ```
/// use twilio_sdk::webhook::{sign, with_body_hash};
///
/// let url = with_body_hash("https://example.com/events", br#"[{"id":"1"}]"#);
/// let signature = sign("auth-token", &url, []);
/// ```
pub fn with_body_hash(url: &str, body: &[u8]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}bodySHA256={}", sha256(body))
}

/// The names and values in order, each pair once.
pub(super) fn canonical(params: &mut Vec<(&str, &str)>) -> String {
    params.sort_unstable();
    params.dedup();
    params.iter().flat_map(|&(name, value)| [name, value]).collect()
}

/// A key and the parameters' text, with which the candidates for the URL are tried.
pub(super) struct Checker<'a> {
    key: hmac::Key,
    text: &'a str,
    signature: &'a [u8],
}

impl<'a> Checker<'a> {
    pub(super) fn new(algorithm: Algorithm, secret: &str, text: &'a str, signature: &'a [u8]) -> Self {
        Self { key: algorithm.key(secret), text, signature }
    }

    /// Whether the signature is that of this URL with the parameters, in constant time.
    pub(super) fn signs(&self, url: &str) -> bool {
        tag(&self.key, url, self.text).as_ref().ct_eq(self.signature).into()
    }
}
