//! That every event there is a name for is really recorded by the part that does it, and what the OAuth flows record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_kind;
#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/loopback.rs"]
mod loopback;
mod oauth;
#[path = "../common/recorder.rs"]
mod recorder;
