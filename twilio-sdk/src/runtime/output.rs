use super::{Decode, Decoded, Operation, Raw, read_json};
use crate::{Error, Result};

/// A type that a response decodes into.
pub trait Output: Sized + Send + 'static {
    /// Decodes a successful response.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, operation: &'static Operation) -> Result<Self>;
}

impl<T: Decode + Default + Send + 'static> Output for T {
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, operation: &'static Operation) -> Result<Self> {
        if T::IGNORES_BODY || raw.is_empty(operation)? {
            return Ok(Self::default());
        }
        let (decoded, _) = read_json(&raw.body, operation, |reader| T::decode(reader))?;
        match decoded {
            Decoded::Exact(value) | Decoded::Coerced(value, _) => Ok(value),
            Decoded::Null => Err(Error::shape(operation, "null")),
            Decoded::Odd(odd) => Err(Error::shape(operation, crate::types::internal::json_kind(&odd))),
        }
    }
}
