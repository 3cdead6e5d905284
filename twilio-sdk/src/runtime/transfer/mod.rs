//! Uploads and downloads: bodies that are never buffered completely.

mod content;
mod fetch;
mod host;
mod incoming;
mod redirect;
mod target;
mod upload;

pub(crate) use content::Source;
pub(crate) use fetch::{Bounds, fetch};
pub(crate) use host::{ApiFiles, ConversationsMedia, ServerlessUpload};
pub(crate) use incoming::Incoming;
pub(crate) use target::{Routes, Target};
pub(crate) use upload::{Form, Shape, Upload, upload};
