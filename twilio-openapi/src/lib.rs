//! The facts of Twilio's OpenAPI files, and a small model to read them.
//!
//! This crate knows OpenAPI and Twilio's `x-twilio` extensions; it knows nothing of Rust code generation.
//! [`products`] is the one table that ties a spec file to its Cargo feature, Rust module and host, [`Spec`]
//! reads a file, and [`distil`](distil::distil) is what turns Twilio's files into the facts kept in `specs/`.

mod error;
mod library;
mod operation;
mod product;
mod reference;
mod spec;

pub mod distil;
pub mod extension;

pub use error::{Error, Result};
pub use library::library_name;
pub use operation::{Body, Location, Method, Operation, Parameter, Response};
pub use product::{Product, RETIRED, Retired, find, products};
pub use reference::reference;
pub use spec::{Spec, escape_pointer};

use std::path::{Path, PathBuf};

/// The folder of the distilled specs, one file per product version (`twilio_<stem>.json`).
pub fn specs_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs")
}

/// The folder of the locks of the public surface, one file per product version, named as its spec.
///
/// A lock fixes the Rust names and the order of arguments; `cargo xtask gen` writes it and the generator reads it.
pub fn surface_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("surface")
}

/// The folder in which `cargo xtask gen` keeps Twilio's verbatim files; absent in a fresh clone.
pub fn upstream_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("upstream")
}
