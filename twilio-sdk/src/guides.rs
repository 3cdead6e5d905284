//! The README and the guides, whose code blocks are compiled as doc-tests.

#[doc = include_str!("../../README.md")]
mod readme {}
