//! Reading and writing of values on the wire: JSON, forms, paths and headers.
//!
//! Generated code implements these traits. They are public for it alone and change without notice.

mod decode;
mod encode;
mod scalar;

#[cfg(feature = "decimal")]
pub(crate) use decode::odd_list;
pub use decode::{Decode, Decoded, FieldReader, Name, ReadFields, Rest, Seed, Unread, deserialize};
pub use encode::{FieldWriter, Param, WriteFields, to_json};
pub use scalar::{Scalar, decode_scalar};
