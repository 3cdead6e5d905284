use std::path::PathBuf;

/// An error in a spec file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not JSON.
    #[error("{spec}: not JSON")]
    Json {
        /// The spec's name.
        spec: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The file is JSON, but not what an OpenAPI 3.0 document holds at that place.
    #[error("{spec}#{pointer}: {message}")]
    Shape {
        /// The spec's name.
        spec: String,
        /// JSON pointer (RFC 6901) to the place.
        pointer: String,
        /// What was found and what is expected.
        message: String,
    },
}

/// The result of reading a spec.
pub type Result<T> = std::result::Result<T, Error>;
