//! Endpoints for files, which no specification describes, and the host of the files.
//!
//! The files of recordings and messages are a pattern of any size; those of Conversations are the uploaded ones.

mod files;
mod place;
mod read;
mod respond;

pub(super) use files::{Files, MediaSettings};
pub(super) use place::{OPERATIONS, PRODUCT, Place, claim};
pub(super) use read::read;
pub(super) use respond::{file, respond};
