use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, header};

use crate::WebhookError;
use crate::params::is_form;
use twilio_sdk_types::SecretString;

/// `X-Twilio-Signature`: the signature of a webhook request.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("x-twilio-signature");

/// `X-Twilio-Webhooks-Signature-Settings`: the shared key and the algorithm of the signature. Absent if an auth token
/// signed the request.
pub const SIGNATURE_SETTINGS_HEADER: HeaderName =
    HeaderName::from_static("x-twilio-webhooks-signature-settings");

/// A webhook request, as input of [`SignatureVerifier::verify`](super::SignatureVerifier::verify).
///
/// The URL is the one configured at Twilio, with the path and query of the request. `Debug` shows neither the URL,
/// which may hold a password, nor the body.
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use twilio_sdk_webhook::{SIGNATURE_HEADER, SignatureVerifier, WebhookError, WebhookRequest, sign};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "https://example.com/voice?CallSid=CA1";
/// let mut headers = HeaderMap::new();
/// headers.insert(SIGNATURE_HEADER, HeaderValue::from_str(&sign("auth-token", url, []))?);
///
/// let request = WebhookRequest::from_parts(url, &headers, b"")?;
/// SignatureVerifier::from_auth_token("auth-token").verify(&request)?;
/// let error = SignatureVerifier::from_auth_token("another").verify(&request).unwrap_err();
/// assert_eq!(error, WebhookError::SignatureMismatch);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookRequest<'a> {
    pub(super) url: &'a str,
    pub(super) signature: Option<&'a str>,
    pub(super) settings: Option<&'a str>,
    /// `user:password` of Basic credentials.
    pub(super) user: Option<SecretString>,
    content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl<'a> WebhookRequest<'a> {
    /// Creates a request without a body, such as GET.
    pub fn get(url: &'a str) -> Self {
        Self { url, signature: None, settings: None, user: None, content_type: None, body: &[] }
    }

    /// Creates a request with a form.
    pub fn form(url: &'a str, body: &'a [u8]) -> Self {
        Self { content_type: Some("application/x-www-form-urlencoded"), body, ..Self::get(url) }
    }

    /// Creates a request with a body of another type, such as JSON. The URL must hold its `bodySHA256`.
    pub fn body(url: &'a str, content_type: &'a str, body: &'a [u8]) -> Self {
        Self { content_type: Some(content_type), body, ..Self::get(url) }
    }

    /// Creates a request from its headers and body.
    ///
    /// If the URL has no credentials, the signature may also be that of the URL with the `user:password` of
    /// `Authorization: Basic`, percent-encoded. If the URL has credentials, the header is ignored.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingSignature`] if the signature is missing or repeated, and
    /// [`WebhookError::InvalidSettings`] if the settings are repeated. A repeated `Content-Type` or `Authorization` is
    /// treated as absent.
    pub fn from_parts(url: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Result<Self, WebhookError> {
        let signature = single(headers, &SIGNATURE_HEADER).map_err(|()| WebhookError::MissingSignature)?;
        let signature = Some(signature.ok_or(WebhookError::MissingSignature)?);
        let settings =
            single(headers, &SIGNATURE_SETTINGS_HEADER).map_err(|()| WebhookError::InvalidSettings)?;
        let user = single(headers, &header::AUTHORIZATION).ok().flatten().and_then(basic_credentials);
        let content_type = single(headers, &header::CONTENT_TYPE).unwrap_or(Some(""));
        Ok(Self { url, signature, settings, user, content_type, body })
    }

    /// Sets the value of `X-Twilio-Signature`.
    pub fn signature(mut self, signature: &'a str) -> Self {
        self.signature = Some(signature);
        self
    }

    /// Sets the value of `X-Twilio-Webhooks-Signature-Settings`.
    pub fn settings(mut self, settings: &'a str) -> Self {
        self.settings = Some(settings);
        self
    }

    pub(super) fn is_form(&self) -> bool {
        self.content_type.is_some_and(is_form)
    }
}

impl fmt::Debug for WebhookRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRequest")
            .field("has_signature", &self.signature.is_some())
            .field("settings", &self.settings)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Returns the value of a header that occurs once. An error for a repeated header and for a value that is not ASCII.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Returns `user:password` of Basic credentials. Twilio takes them from a URL that has them, and signs that URL.
fn basic_credentials(value: &str) -> Option<SecretString> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok().map(Into::into)
}
