//! Spans, events and log records, captured for each thread.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/capture.rs"]
mod capture;
#[path = "../common/mod.rs"]
mod common;
mod secrets;
mod spans;
