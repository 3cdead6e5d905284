use axum_core::response::{IntoResponse, Response};
use http::{HeaderValue, header};

/// A TwiML document as the response of an axum handler, with `Content-Type: text/xml; charset=utf-8`.
///
/// Twilio executes TwiML only with an XML content type. A `String` or `&str` response is `text/plain`, which Twilio
/// sends to the sender of a message as is, markup included.
///
/// The document is sent unchanged: escape `&`, `<`, `>` and quotes in every value that you insert, above all in what
/// a caller or sender wrote.
///
/// ```
/// use twilio_sdk_webhook::Twiml;
///
/// async fn sms() -> Twiml {
///     Twiml::new("<Response><Message>Thank you!</Message></Response>")
/// }
///
/// async fn nothing_to_do() -> Twiml {
///     Twiml::empty()
/// }
/// ```
///
/// Source: <https://www.twilio.com/docs/messaging/twiml> and <https://www.twilio.com/docs/voice/twiml>.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use = "return it from the handler"]
pub struct Twiml(String);

impl Twiml {
    /// The content type of the response.
    pub const CONTENT_TYPE: &'static str = "text/xml; charset=utf-8";

    /// Creates a response from a complete document, such as `<Response><Hangup/></Response>`.
    pub fn new(document: impl Into<String>) -> Self {
        Self(document.into())
    }

    /// Creates a response without instructions: `<Response/>`.
    pub fn empty() -> Self {
        Self::new("<Response/>")
    }

    /// Returns the document.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Twiml {
    fn from(document: String) -> Self {
        Self(document)
    }
}

impl From<&str> for Twiml {
    fn from(document: &str) -> Self {
        Self(document.to_owned())
    }
}

impl IntoResponse for Twiml {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(Self::CONTENT_TYPE));
        response
    }
}
