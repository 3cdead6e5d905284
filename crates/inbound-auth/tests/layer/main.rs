//! Who is let in by the layer, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attack;
mod audit;
mod bearer;
#[path = "../common/capture.rs"]
mod capture;
#[cfg(unix)]
#[path = "../ldap/directory.rs"]
mod directory;
mod files;
#[path = "../common/folder.rs"]
mod folder;
mod guess;
mod introspection;
#[cfg(unix)]
mod ldap;
#[path = "../common/recorder.rs"]
mod recorder;
mod rotation;
mod rows;
mod rules;
#[cfg(unix)]
#[path = "../ldap/server.rs"]
mod server;
mod service;
mod tokens;
