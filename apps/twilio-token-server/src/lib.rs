//! A server that issues access tokens to browsers and apps, and the program `twilio-token-server`.
//!
//! * `POST /token` takes a username and password, in a JSON object `{"username", "password"}` or as HTTP Basic, and responds
//!   with `{"token", "identity", "expires_in"}`. The configuration ([`TokenServerConfig`]) decides which user gets which
//!   grants; clients choose nothing.
//! * `GET /healthz` responds while the server runs.
//!
//! ```no_run
//! use twilio_token_server::{TokenServer, TokenServerConfig};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let config = TokenServerConfig::from_file("token-server.toml")?;
//!     let server = TokenServer::bind(config).await?;
//!     println!("listening on {}", server.local_addr()?);
//!     server.serve_with_shutdown(async { drop(tokio::signal::ctrl_c().await) }).await;
//!     Ok(())
//! }
//! ```
//!
//! # Responses
//!
//! | case | response |
//! |---|---|
//! | unknown user, wrong password, empty or missing username or password | 401 with `WWW-Authenticate`, always the same |
//! | no rule matches the user | 403 |
//! | no body, a body that is not a JSON object, a username that is not a string, not exactly one `Host` | 400 |
//! | a body of another type than `application/json` | 415 |
//! | a body larger than allowed (16 KiB) | 413 |
//! | a body that takes longer than allowed (10 s) | 408 |
//! | a host that is not accepted | 421 |
//! | too many failures for a user or from a network | 429 with `Retry-After` |
//! | a page of an origin that is not allowed | 403 |
//! | another method | 405 with `Allow` |
//! | credentials cannot be checked now | 503 with `Retry-After` |
//! | the audit event cannot be [written](TokenServerConfig::audit) | 503 |
//!
//! Every response has `Cache-Control: no-store`. A response without a token is `{"error": "…"}`.
//!
//! # Limits
//!
//! A network is an IPv4 address or the /64 of an IPv6 address. A /48 may have four times as much.
//!
//! * A password that was correct within the last 60 s is accepted immediately, whatever other clients do.
//! * Only failed attempts count: 10 per minute for a username from one network, 60 per minute from one network, and 100 per
//!   minute for a username from all networks. The last does not apply to networks that the user authenticated from within
//!   24 h. Beyond that the response is 429, whatever the password is.
//! * Four passwords of one network are checked concurrently; further ones wait.
//! * A network may have 64 connections, all networks together 4,096. A connection without a token request is closed after
//!   10 s (other requests do not count), and every connection after 5 minutes, when the requests in flight have finished.
//!
//! # Hosts and origins
//!
//! The server accepts requests for the hosts of the listening address, of the allowed origins and of `hosts`, so that a page
//! whose name resolves to the server's address (DNS rebinding) reaches nothing. A page may request tokens if its origin is
//! listed or is the server's own: the `Host` of the request, with `https` if the server has TLS.
//!
//! # Proxies
//!
//! A listening address other than loopback requires TLS, or `behind_proxy = true`: a proxy terminates TLS, and clients can only
//! reach the proxy. The proxy then has to limit connections per network. `X-Forwarded-For` counts only with
//! `trust_x_forwarded_for = true`; without it all clients of the proxy are one network.
//!
//! # Reloading
//!
//! [`TokenServer::reloader`] replaces the settings of a running server, including certificates. The program does so on SIGHUP.
//!
//! # Errors and logs
//!
//! [`ConfigError`] lists everything that is wrong with the settings, or says why the address cannot be bound.
//!
//! Each request except for `/healthz` is a `tracing` event of target `twilio_token_server::access`. Each issued token and each
//! failed authentication is one of target `twilio_token_server`. No event contains a password, a secret or a token. With a table
//! `audit` in its configuration the server keeps an audit log too.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod app;
mod config;
mod connection;
mod environment;
mod hosts;
mod key;
mod keys;
mod limits;
mod live;
mod network;
mod rejection;
mod request;
mod rule;
mod server;

pub use config::TokenServerConfig;
pub use live::Reloader;
pub use server::TokenServer;
pub use twilio_sdk_config::ConfigError;

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_send_sync<T: Send + Sync>() {}

    #[test]
    fn public_types_are_send_and_sync() {
        assert_send_sync::<(Reloader, TokenServer, TokenServerConfig)>();
    }
}
