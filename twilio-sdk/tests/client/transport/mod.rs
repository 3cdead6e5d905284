//! The transport, over real sockets: every option works as documented, and nothing is sent twice by accident.

mod address;
mod cancel;
#[cfg(feature = "gzip")]
mod compression;
mod damage;
mod http_version;
mod limits;
mod observe;
mod peers;
mod pool;
mod provider;
mod proxy;
mod raw;
mod retry;
mod spec_facts;
mod success;
mod time;
mod tls;
mod values;
mod waits;

use std::future::Future;
use std::time::Duration;

use crate::server::Server;
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, Proxy, RetryConfig};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const KEY: &str = "SK00000000000000000000000000000002";

/// An API key for an address, around what the environment says of proxies, with short waits between attempts.
fn config(url: &str) -> ConnectionConfig {
    let quick =
        RetryConfig::new().initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(5));
    ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret"))
        .base_url(url)
        .proxy(Proxy::Direct)
        .retry(quick)
        .timeout(Duration::from_secs(20))
}

fn build(config: ConnectionConfig) -> Client {
    Client::new(config).expect("a good configuration")
}

/// A client for a server, with [`config`]'s settings.
fn client(server: &Server) -> Client {
    build(config(&server.url()))
}

/// A client for a server that makes one attempt.
fn once(server: &Server) -> Client {
    build(config(&server.url()).retry(RetryConfig::disabled()))
}

/// Fails if a future takes much longer than it should.
async fn promptly<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), call).await.expect("it waited for nothing")
}
