//! Shared code of the tests.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod loopback;

use twilio_emulator::Emulator;
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig};

pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const KEY: &str = "SK00000000000000000000000000000002";

/// Starts an emulator on a free port.
pub async fn mock() -> Emulator {
    Emulator::start().await.expect("a free port")
}

/// Creates a client with an API key for that emulator.
pub fn client(mock: &Emulator) -> Client {
    client_at(&mock.base_url())
}

/// Creates a client with an API key for that address.
pub fn client_at(url: &str) -> Client {
    let key = ApiKeyConfig::new(ACCOUNT, KEY, "key-secret");
    Client::new(ConnectionConfig::new(key).base_url(url)).expect("a good configuration")
}
