//! The example service from its first start to its last record: users of a file and of a real directory, people with keys,
//! Twilio's key in the vault, and the audit log, over HTTP.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../crates/inbound-auth/tests/ldap/directory.rs"]
mod directory;
#[path = "../common/folder.rs"]
mod folder;
mod http;
mod passphrase;
#[allow(dead_code)]
#[path = "../../examples/service/main.rs"]
mod program;
mod readme;
#[path = "../../../crates/inbound-auth/tests/ldap/server.rs"]
mod server;
mod setup;
mod stop;
mod story;

use program::app;
