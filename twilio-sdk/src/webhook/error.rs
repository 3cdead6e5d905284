use std::fmt;

use http::StatusCode;

/// Why a request is not believed to come from Twilio.
///
/// What a caller is told is the status alone ([`status`](Self::status)); the message is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no `X-Twilio-Signature`, or more than one.
    NoSignature,
    /// The signature fits neither the URL and parameters nor any secret.
    Mismatch,
    /// `X-Twilio-Webhooks-Signature-Settings` names an algorithm that is not known here.
    UnknownAlgorithm,
    /// `X-Twilio-Webhooks-Signature-Settings` cannot be read, or there are several.
    BadSettings,
    /// There is no secret that could have signed the request.
    NoSecret,
    /// The body is no form, and the URL has no `bodySHA256` that would vouch for it.
    NoBodyHash,
    /// The body is not the one whose SHA-256 the URL has.
    BodyMismatch,
    /// The body is a form that is not UTF-8.
    UnreadableForm,
    /// The body cannot be read to its end.
    UnreadableBody,
    /// The body is larger than allowed.
    TooLarge,
    /// The request names no host, or several, or one that cannot be read.
    NoUrl,
    /// The host that the request names is none of the configured public URLs.
    UnknownHost,
    /// The configured public URL is not a URL, so no request can be verified.
    BadPublicUrl,
}

impl WebhookError {
    /// Returns the status of the response: 413 for a body that is too large, 400 for one that cannot be read, 500 for a
    /// public URL that is misconfigured, otherwise 403.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnreadableForm | Self::UnreadableBody | Self::NoUrl => StatusCode::BAD_REQUEST,
            Self::BadPublicUrl => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::FORBIDDEN,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSignature => "there is not exactly one X-Twilio-Signature",
            Self::Mismatch => {
                "the signature does not fit; the usual reasons are another public URL than the one Twilio was given \
                 (see PublicUrl) and the token of another account"
            }
            Self::UnknownAlgorithm => "the signature's algorithm is not known",
            Self::BadSettings => "X-Twilio-Webhooks-Signature-Settings cannot be read",
            Self::NoSecret => "no secret is configured for the account or key that signed the request",
            Self::NoBodyHash => "the body is no form, and the URL has no bodySHA256 that vouches for it",
            Self::BodyMismatch => "the body is not the one that bodySHA256 vouches for",
            Self::UnreadableForm => "the form is not UTF-8",
            Self::UnreadableBody => "the body cannot be read to its end",
            Self::TooLarge => "the body is larger than allowed",
            Self::NoUrl => "the request does not name one host that can be read",
            Self::UnknownHost => "the request's host is none of the configured public URLs",
            Self::BadPublicUrl => {
                "the configured public URL is not usable; it is https://HOST with a port and a path if need be, without \
                 a query, and each host stands in a list once"
            }
        })
    }
}

impl std::error::Error for WebhookError {}
