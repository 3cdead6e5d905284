use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use zeroize::Zeroize as _;

use super::Operation;
use crate::{Error, Result};

/// An answer before it is decoded.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How many attempts it took.
    pub(crate) attempts: u32,
    /// Whether Twilio may have carried out the call in an attempt before the last.
    pub(crate) uncertain: bool,
}

impl Raw {
    /// Twilio sends other success statuses than it documents. A redirect is a success only where the specification
    /// says so: any other comes from whatever stands between the client and Twilio, or from an address that moved.
    pub(crate) fn into_success(self, operation: &'static Operation) -> Result<Self> {
        let redirect = operation.redirect == Some(self.status.as_u16());
        if self.status.is_success() || redirect { Ok(self) } else { Err(Error::api(operation, self)) }
    }

    /// Whether there is nothing in the body. Only 204 and 205 may say nothing (RFC 9110, sections 15.3.5 and 15.3.6):
    /// anywhere else an empty body in place of a model is an error.
    pub(crate) fn is_empty(&self, operation: &'static Operation) -> Result<bool> {
        if !self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(false);
        }
        match self.status {
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT => Ok(true),
            status => Err(Error::shape(operation, &format!("an empty body (status {})", status.as_u16()))),
        }
    }

    /// Drops an answer whose body holds secrets, wiped from memory where nothing else holds it.
    pub(crate) fn wipe(self) {
        if let Ok(mut body) = self.body.try_into_mut() {
            body.as_mut().zeroize();
        }
    }

    /// `Twilio-Request-Id`, by which Twilio's support finds a request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.headers.get("twilio-request-id")?.to_str().ok()
    }
}

/// A decoded answer with what came with it.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    raw: Raw,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, raw: Raw) -> Self {
        Self { value, raw }
    }

    /// The decoded answer.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The decoded answer, by value.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.raw.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.raw.headers
    }

    /// `Twilio-Request-Id`, by which Twilio's support finds a request.
    pub fn request_id(&self) -> Option<&str> {
        self.raw.request_id()
    }

    /// How many attempts it took.
    pub fn attempts(&self) -> u32 {
        self.raw.attempts
    }

    /// The body as it came.
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

/// Without headers and body: they may hold secrets that the value's own `Debug` hides.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("request_id", &self.request_id())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
