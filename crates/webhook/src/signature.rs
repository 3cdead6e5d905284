use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use crate::WebhookError;
use crate::hmac::{HmacKey, sha256};

/// The algorithm of a webhook's signature.
///
/// `Display` and `FromStr` use the names of `X-Twilio-Webhooks-Signature-Settings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// `HMAC_SHA1`, keyed with an account's auth token.
    HmacSha1,
    /// `HMAC_SHA256`, keyed with a shared key.
    HmacSha256,
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HmacSha1 => "HMAC_SHA1",
            Self::HmacSha256 => "HMAC_SHA256",
        })
    }
}

impl FromStr for SignatureAlgorithm {
    type Err = WebhookError;

    /// Parses a name, ignoring case.
    ///
    /// # Errors
    ///
    /// [`WebhookError::UnknownAlgorithm`] for every other name.
    fn from_str(name: &str) -> Result<Self, WebhookError> {
        [Self::HmacSha1, Self::HmacSha256]
            .into_iter()
            .find(|algorithm| name.eq_ignore_ascii_case(&algorithm.to_string()))
            .ok_or(WebhookError::UnknownAlgorithm)
    }
}

/// Returns the `X-Twilio-Signature` that Twilio would send with a request. Use it to test a webhook.
///
/// `url` is the URL configured at Twilio, with its query. `params` are the parameters of the form; there are none for GET
/// and JSON. A pair of name and value that occurs several times counts once.
///
/// ```
/// use twilio_sdk_webhook::sign;
///
/// let signature = sign("auth-token", "https://example.com/sms", [("From", "+15017122661"), ("Body", "Hi")]);
/// assert_eq!(signature.len(), 28);
/// ```
pub fn sign<'a>(secret: &str, url: &str, params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    sign_with(SignatureAlgorithm::HmacSha1, secret, url, params)
}

/// Like [`sign`], with the given algorithm.
pub fn sign_with<'a>(
    algorithm: SignatureAlgorithm,
    secret: &str,
    url: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut params: Vec<_> = params.into_iter().collect();
    let canonical = canonical_params(&mut params);
    STANDARD.encode(HmacKey::new(algorithm, secret).sign([url, &canonical]))
}

/// Returns the URL that Twilio requests for a webhook whose body is not a form: with the body's SHA-256 in the query.
///
/// ```
/// use twilio_sdk_webhook::{sign, url_with_body_hash};
///
/// let url = url_with_body_hash("https://example.com/events", br#"[{"id":"1"}]"#);
/// let signature = sign("auth-token", &url, []);
/// ```
pub fn url_with_body_hash(url: &str, body: &[u8]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}bodySHA256={}", sha256(body))
}

/// Sorts the pairs, removes duplicates and joins them without separators, as Twilio signs them.
pub(super) fn canonical_params(params: &mut Vec<(&str, &str)>) -> String {
    params.sort_unstable();
    params.dedup();
    params.iter().flat_map(|&(name, value)| [name, value]).collect()
}

/// Compares a received signature with that of each candidate URL.
pub(super) struct Checker<'a> {
    key: HmacKey,
    params: &'a str,
    signature: &'a [u8],
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        algorithm: SignatureAlgorithm,
        secret: &str,
        params: &'a str,
        signature: &'a [u8],
    ) -> Self {
        Self { key: HmacKey::new(algorithm, secret), params, signature }
    }

    /// Returns whether the signature is that of this URL with the parameters, in constant time.
    pub(super) fn matches(&self, url: &str) -> bool {
        self.key.sign([url, self.params]).ct_eq(self.signature).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_parsed_as_they_are_displayed() {
        for algorithm in [SignatureAlgorithm::HmacSha1, SignatureAlgorithm::HmacSha256] {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            assert_eq!(algorithm.to_string().to_lowercase().parse(), Ok(algorithm));
        }
        assert_eq!("HMAC-SHA256".parse::<SignatureAlgorithm>(), Err(WebhookError::UnknownAlgorithm));
    }
}
