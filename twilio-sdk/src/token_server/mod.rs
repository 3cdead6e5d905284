//! A server that gives browsers and apps their access tokens, and the program `twilio-token-server`.
//!
//! * `POST /token` takes a name and a password, in a JSON object `{"username", "password"}` or as HTTP Basic, and responds
//!   with `{"token", "identity", "expires_in"}`. Which user gets which grants is configuration ([`TokenServerConfig`]); a
//!   client chooses nothing.
//! * `GET /healthz` responds while the server runs.
//!
//! | case | response |
//! |---|---|
//! | unknown user, wrong password, empty or missing name or password | 401 with `WWW-Authenticate`, always the same |
//! | a user without a rule | 403 |
//! | no body, a body that is no JSON object, a name that is no string, not exactly one `Host` | 400 |
//! | a body of another type than `application/json` | 415 |
//! | a body larger than allowed (16 KiB) | 413 |
//! | a body that takes longer than allowed (10 s) | 408 |
//! | a host that is not served | 421 |
//! | too many failures for a user or from a network | 429 with `Retry-After` |
//! | a page of an origin that is not allowed | 403 |
//! | another method | 405 with `Allow` |
//! | the users cannot be checked now | 503 with `Retry-After` |
//! | what is done cannot be [recorded](TokenServerConfig::audit) | 503 |
//!
//! Every response has `Cache-Control: no-store`; one without a token is `{"error": "…"}`.
//!
//! # Limits
//!
//! A network is an IPv4 address or the /64 of an IPv6 address; a /48 may have four times as much.
//!
//! * A password that was right within the last 60 s is accepted at once, whatever others do.
//! * Failures are counted, successes are not: 10 a minute for a name from one network, 60 a minute from one network, and
//!   100 a minute for a name from all networks. The last does not apply to networks from which the user has
//!   authenticated within 24 h. Beyond that the response is 429, whatever the password is.
//! * Four passwords of one network are checked at once; the next ones wait.
//! * A network may have 64 connections, and all together 4,096. A connection without a request for a token is closed
//!   after 10 s (requests for anything else do not count), and every connection after 5 minutes, when the requests in
//!   flight have ended.
//!
//! # Hosts and origins
//!
//! Requests are served for the hosts of the listening address, of the allowed origins and of `hosts`, so a page whose name
//! resolves to this machine (DNS rebinding) reaches nothing. A page may ask where its origin is listed, or is the
//! server's own: the `Host` of the request, with `https` if the server has TLS.
//!
//! # Proxies
//!
//! Another listening address than loopback needs TLS, or `behind_proxy = true`: a proxy terminates TLS, and clients reach
//! nothing but the proxy. Connections are then not bounded by network, which is the proxy's task. `X-Forwarded-For` counts
//! only with `trust_x_forwarded_for = true`; without it all clients of the proxy are one network.
//!
//! # Changing settings
//!
//! [`TokenServer::reloader`] replaces the settings of a running server, certificates included; the program does so on
//! SIGHUP.
//!
//! Each request but those for `/healthz` is a `tracing` event of the target `twilio_sdk::token_server::access`, each token
//! that is issued and each failed authentication one of `twilio_sdk::token_server`. No event holds a password, a secret or
//! a token. With a table `audit` in its configuration the server keeps an audit log, too.

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
