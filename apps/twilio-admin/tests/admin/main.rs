//! `twilio-admin` as people use it: in a pipe, and in a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod folder;
mod loopback;

mod audit;
mod bound;
mod codes;
mod config;
mod full;
mod generate;
mod help;
mod login;
mod people;
mod program;
#[cfg(unix)]
mod readme;
mod rotation;
mod secrets;
mod shapes;
#[cfg(unix)]
mod terminal;
mod vault;
