/// An error of generating code from a spec.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is not a readable OpenAPI document at that place.
    #[error(transparent)]
    Spec(#[from] twilio_openapi::Error),
    /// The file holds something that the generator has no Rust for.
    #[error("{spec}#{pointer}: {message}")]
    Unsupported {
        /// The spec's name.
        spec: String,
        /// JSON pointer (RFC 6901) to the place, in the spec as the passes left it.
        pointer: String,
        /// What it is.
        message: String,
    },
    /// progenitor rejected the types, or its output is not the expected one.
    #[error("{spec}: progenitor: {message}")]
    Types {
        /// The spec's name.
        spec: String,
        /// progenitor's own words.
        message: String,
    },
    /// The generated tokens are not Rust. This is a defect of the generator.
    #[error("{spec}: the generated code does not parse: {message}")]
    Output {
        /// The spec's name.
        spec: String,
        /// The parser's words.
        message: String,
    },
    /// A lock of the public surface cannot be read.
    #[error("{file}: {message}")]
    Lock {
        /// The file's name.
        file: String,
        /// What is wrong with it, and where.
        message: String,
    },
    /// A pass found nothing to do in any spec.
    #[error("pass `{pass}` was never applied: {reason}; remove it if no spec needs it any more")]
    NeverApplied {
        /// The pass.
        pass: &'static str,
        /// What it was written for.
        reason: &'static str,
    },
}

/// The result of generating code.
pub type Result<T> = std::result::Result<T, Error>;

pub(crate) fn unsupported(spec: &str, pointer: &str, message: impl Into<String>) -> Error {
    Error::Unsupported { spec: spec.to_owned(), pointer: pointer.to_owned(), message: message.into() }
}
