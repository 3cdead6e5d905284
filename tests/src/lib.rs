//! Proof that the SDK says and hears what Twilio's specifications say: a driver over every operation, what
//! the specifications expect of it, and the comparison of the two.

pub mod decode;
pub mod examples;
pub mod json;
pub mod mutation;
pub mod recorder;
pub mod request;
pub mod sample;
pub mod surface;
pub mod values;

// The unit tests of this crate do without the driver, which would take as long to build again.
#[cfg(all(feature = "surface", not(test)))]
pub mod cases;
#[cfg(all(feature = "surface", not(test)))]
mod convert;
#[cfg(all(feature = "surface", not(test)))]
pub mod driver;
