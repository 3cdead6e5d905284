use super::{Decode, Decoded, Operation, Raw, read_json};
use crate::{Error, Result};

/// What an answer can become.
pub trait Output: Sized + Send + 'static {
    /// Decodes a successful answer.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, operation: &'static Operation) -> Result<Self>;
}

impl Output for () {
    #[allow(private_interfaces)]
    fn decode(_: &Raw, _: &'static Operation) -> Result<Self> {
        Ok(())
    }
}

impl<T: Decode + Default + Send + 'static> Output for T {
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, operation: &'static Operation) -> Result<Self> {
        // Some answers that are documented with a body come without one (204).
        if raw.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let (decoded, _) = read_json(&raw.body, operation, |reader| T::decode(reader))?;
        match decoded {
            Decoded::Exact(value) | Decoded::Coerced(value, _) => Ok(value),
            Decoded::Null => Ok(Self::default()),
            Decoded::Odd(odd) => Err(Error::shape(operation, crate::types::json_kind(&odd))),
        }
    }
}
