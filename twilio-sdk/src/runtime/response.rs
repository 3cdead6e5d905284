use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use zeroize::Zeroize as _;

use super::Operation;
use crate::{Error, Result};

/// A response before it is decoded.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Number of attempts.
    pub(crate) attempts: u32,
    /// Whether Twilio may have executed the request in an attempt before the last.
    pub(crate) uncertain: bool,
}

impl Raw {
    /// Returns the response if its status is a success, including ones that Twilio does not document.
    ///
    /// A redirect is a success only if the specification says so: others come from an intermediary, or from a URL that
    /// moved.
    pub(crate) fn into_success(self, operation: &'static Operation) -> Result<Self> {
        let redirect = operation.redirect == Some(self.status.as_u16());
        if self.status.is_success() || redirect { Ok(self) } else { Err(Error::api(operation, self)) }
    }

    /// Returns whether the body is empty. Only 204 and 205 may have an empty body (RFC 9110, sections 15.3.5 and 15.3.6): with
    /// other statuses it is an error.
    pub(crate) fn is_empty(&self, operation: &'static Operation) -> Result<bool> {
        if !self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(false);
        }
        match self.status {
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT => Ok(true),
            status => Err(Error::shape(operation, &format!("an empty body (status {})", status.as_u16()))),
        }
    }

    /// Drops a response with secrets, and zeroizes its body unless a copy of it exists.
    pub(crate) fn wipe(self) {
        if let Ok(mut body) = self.body.try_into_mut() {
            body.as_mut().zeroize();
        }
    }

    /// Returns `Twilio-Request-Id`, by which Twilio's support finds a request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.headers.get("twilio-request-id")?.to_str().ok()
    }
}

/// A decoded response with status, headers and raw body.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    raw: Raw,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, raw: Raw) -> Self {
        Self { value, raw }
    }

    /// Returns the decoded response.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the decoded response by value.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.raw.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.raw.headers
    }

    /// Returns `Twilio-Request-Id`, by which Twilio's support finds a request.
    pub fn request_id(&self) -> Option<&str> {
        self.raw.request_id()
    }

    /// Returns the number of attempts.
    pub fn attempts(&self) -> u32 {
        self.raw.attempts
    }

    /// Returns the body as received.
    pub fn raw_body(&self) -> &[u8] {
        &self.raw.body
    }

    /// Returns whether the body was not well-formed JSON, so that [`value`](Self::value) holds what could be read.
    ///
    /// - Invalid UTF-8 and lone surrogates (`\ud800`) become U+FFFD; a BOM and anything after the JSON is ignored.
    /// - A number that a double cannot hold (`1e400`), `NaN` and other tokens become strings of their text.
    /// - Lists and objects below the 127th level become strings of their JSON text.
    /// - Around misplaced or missing quotes, commas and brackets everything is read that can be told apart.
    ///
    /// A body that ends within a value is an error instead. Checks the body again, so keep the result.
    pub fn is_repaired(&self) -> bool {
        super::repair(&self.raw.body).is_ok_and(|repaired| repaired.damage.places > 0)
    }
}

/// Omits headers and body, which may contain secrets that `Debug` of the value redacts.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("request_id", &self.request_id())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
