//! Errors of uploads and downloads.

use super::{Error, Kind};
#[cfg(feature = "media")]
use crate::runtime::{Operation, Raw};

#[cfg(feature = "media")]
impl Error {
    /// A response whose body does not match its headers.
    pub(crate) fn broken(operation: &'static Operation, message: impl Into<String>, raw: &Raw) -> Self {
        Self::new(Kind::Transport, Some(operation), message).with_raw(raw)
    }

    pub(crate) fn content(operation: &'static Operation, what: &str, source: std::io::Error) -> Self {
        let mut error = Self::new(Kind::Content, Some(operation), format!("{what}: {source}"));
        error.0.source = Some(Box::new(source));
        error
    }

    pub(crate) fn redirect(operation: &'static Operation, message: impl Into<String>, raw: &Raw) -> Self {
        Self::new(Kind::Redirect, Some(operation), message).with_raw(raw)
    }
}

impl Error {
    /// Returns whether the content of an upload could not be read, or has another length than declared (Twilio received at
    /// most a part and executed nothing), or whether a download could not be written.
    pub fn is_upload(&self) -> bool {
        self.0.kind == Kind::Content
    }

    /// Returns whether a download was redirected in a circle, too often, or not to `https://`.
    pub fn is_redirect(&self) -> bool {
        self.0.kind == Kind::Redirect
    }
}
