use std::fmt;

use http::StatusCode;

/// The reason for rejecting a webhook request.
///
/// Send the client only the [`status`](Self::status). The message is for your log: it says what to change, and holds
/// neither secrets nor values of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookError {
    /// `X-Twilio-Signature` is missing or repeated.
    MissingSignature,
    /// No known secret made this signature of the URL and the parameters.
    SignatureMismatch,
    /// `X-Twilio-Webhooks-Signature-Settings` names an unsupported algorithm.
    UnknownAlgorithm,
    /// `X-Twilio-Webhooks-Signature-Settings` is malformed or repeated.
    InvalidSettings,
    /// No secret is configured for the account or key that signed the request.
    UnknownSigner,
    /// The body is not a form, and the URL has no `bodySHA256` that covers it.
    MissingBodyHash,
    /// The body does not match the `bodySHA256` of the URL.
    BodyMismatch,
    /// The body is a form that is not UTF-8.
    InvalidForm,
    /// Reading the body failed.
    BodyRead,
    /// The body is larger than the limit.
    TooLarge,
    /// The request names no host, several hosts, or a malformed one.
    UnknownUrl,
    /// The request's host is not one of the configured public URLs.
    UnknownHost,
    /// The configured public URL is not a URL, so no request can be verified.
    InvalidPublicUrl,
}

impl WebhookError {
    /// Returns the status of the response: 413 for a body that is too large, 400 for a malformed request, 500 for a
    /// misconfigured public URL, otherwise 403.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::InvalidForm | Self::BodyRead | Self::UnknownUrl => StatusCode::BAD_REQUEST,
            Self::InvalidPublicUrl => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::FORBIDDEN,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingSignature => "X-Twilio-Signature: the header is missing or repeated",
            Self::SignatureMismatch => {
                "X-Twilio-Signature: the signature does not match; check that PublicUrl is the URL configured at Twilio \
                 and that the auth token belongs to the account"
            }
            Self::UnknownAlgorithm => "X-Twilio-Webhooks-Signature-Settings: the algorithm is not supported",
            Self::InvalidSettings => {
                "X-Twilio-Webhooks-Signature-Settings: the header is malformed or repeated"
            }
            Self::UnknownSigner => {
                "X-Twilio-Signature: no secret is configured for the account or key that signed the request; add it to \
                 the SignatureVerifier"
            }
            Self::MissingBodyHash => "bodySHA256: the body is not a form and the URL has no hash of it",
            Self::BodyMismatch => "bodySHA256: the hash in the URL does not match the body",
            Self::InvalidForm => "body: the form is not UTF-8",
            Self::BodyRead => "body: reading it failed",
            Self::TooLarge => "body: it is larger than the limit; raise WebhookLayer::body_limit if this is expected",
            Self::UnknownUrl => "Host: the request names no host, several hosts or a malformed one",
            Self::UnknownHost => "Host: it is none of the configured public URLs; add it to PublicUrl if it is yours",
            Self::InvalidPublicUrl => {
                "PublicUrl: not a usable URL; write https://HOST with an optional port and path, without a query, and \
                 each host once"
            }
        })
    }
}

impl std::error::Error for WebhookError {}
