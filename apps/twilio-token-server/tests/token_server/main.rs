//! The token server over real sockets, in this process and as the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit;
mod behaviour;
#[path = "../common/capture.rs"]
mod capture;
mod client;
mod connections;
mod cors;
mod documents;
mod fixture;
mod hosts;
mod limits;
mod logs;
mod program;
#[path = "../common/recorder.rs"]
mod recorder;
mod reload;
mod rules;
mod shutdown;
mod slow;
mod start;
mod tls;
mod unencrypted;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const KEY: &str = "SK00000000000000000000000000000002";
const SECRET: &str = "the-api-secret-0123456789abcdefg";

/// Susan's password, and one that is nobody's.
const PASSWORD: &str = "correct-horse-battery";
const WRONG: &str = "wrong-horse-battery";
