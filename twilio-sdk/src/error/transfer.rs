//! What can go wrong with files only.

use super::{Error, Kind};
#[cfg(feature = "media")]
use crate::runtime::{Operation, Raw};

#[cfg(feature = "media")]
impl Error {
    /// An answer whose body is not what its head announced.
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
    /// The content of an upload could not be read to its end, or is not as long as it was said to be: Twilio got a
    /// part of it at most, and carried out nothing. Or the content of a download could not be written.
    pub fn is_upload(&self) -> bool {
        self.0.kind == Kind::Content
    }

    /// A redirect of a download leads where it must not: in a circle, too far, or not to `https://`.
    pub fn is_redirect(&self) -> bool {
        self.0.kind == Kind::Redirect
    }
}
