//! `Display` and `Debug` of errors: no credentials, no query, and nothing of a body except Twilio's message.

use std::fmt;

use super::{Error, ErrorBody, Kind};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if inner.kind != Kind::Api {
            if let Some(operation) = inner.operation {
                write!(f, "{}: ", operation.id)?;
            }
            return f.write_str(&inner.message);
        }
        let operation = inner.operation.map_or("the request", |operation| operation.id);
        write!(f, "{operation}: Twilio returned")?;
        if let Some(status) = self.status() {
            write!(f, " {}", status.as_u16())?;
        }
        if let Some(code) = self.code() {
            write!(f, ", error {code}")?;
        }
        if let Some(message) = self.message() {
            write!(f, ": {message}")?;
        } else if self.status().is_some_and(|status| status.is_redirection()) {
            f.write_str(": a redirect that the operation does not document; it was not followed")?;
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("text", &self.to_string());
        if let Some(info) = self.more_info() {
            out.field("more_info", &info);
        }
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish_non_exhaustive()
    }
}

/// Shows Twilio's messages, and of everything else whether it is present.
impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.other.keys().collect();
        f.debug_struct("ErrorBody")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("more_info", &self.more_info)
            .field("status", &self.status)
            .field("has_details", &self.details.is_some())
            .field("has_params", &self.params.is_some())
            .field("user_error", &self.user_error)
            .field("kind", &self.kind)
            .field("title", &self.title)
            .field("detail", &self.detail)
            .field("instance", &self.instance)
            .field("errors", &self.errors)
            .field("other", &names)
            .finish()
    }
}

/// Unexpected JSON and its position, without its value.
#[derive(Debug)]
pub(super) struct Unexpected {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected JSON at line {} column {}", self.line, self.column)
    }
}

impl std::error::Error for Unexpected {}
