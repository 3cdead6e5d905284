//! Users of a real OpenLDAP server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(unix)]
mod attack;
#[cfg(unix)]
mod config;
#[cfg(unix)]
mod directory;
#[cfg(unix)]
mod outage;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod tls;
#[cfg(unix)]
mod users;
