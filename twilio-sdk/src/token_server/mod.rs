//! A server that gives browsers and apps their access tokens, and the program `twilio-token-server`.
//!
//! * `POST /token` takes a name and a password, in a JSON object `{"username", "password"}` or as HTTP Basic, and answers
//!   `{"token", "identity", "expires_in"}`. Who gets which grants is configuration ([`TokenServerConfig`]); a caller
//!   chooses nothing.
//! * `GET /healthz` answers while the server runs.
//!
//! | case | answer |
//! |---|---|
//! | unknown user, wrong password, empty or missing name or password | 401 with `WWW-Authenticate`, always the same |
//! | a user whom no rule is for | 403 |
//! | no body, a body that is no JSON object, a name that is no text | 400 |
//! | a body of another type than `application/json` | 415 |
//! | a body larger than allowed (16 KiB) | 413 |
//! | a body that takes longer than allowed (10 s) | 408 |
//! | too many attempts for a user or from an address | 429 with `Retry-After` |
//! | a page of an origin that is not allowed | 403 |
//! | another method | 405 with `Allow` |
//! | the users cannot be asked | 503 with `Retry-After` |
//! | what is done cannot be [recorded](TokenServerConfig::audit) | 503 |
//!
//! Every answer has `Cache-Control: no-store`. Attempts are counted before a password is checked: of a user's name (10 a
//! minute unless set), whatever its case, and of an address (60), where all addresses of one IPv6 network of 64 bits
//! count as one. A connection on which no request has been under way for 10 s is closed.
//!
//! Each request but those for `/healthz` is a `tracing` event of the target `twilio_sdk::token_server::access`, each token
//! that is issued and each caller who is not recognized one of `twilio_sdk::token_server`. No event holds a password, a
//! secret or a token.

mod answer;
mod app;
mod config;
mod connection;
mod environment;
mod key;
mod keys;
mod limits;
mod request;
mod rule;
mod server;

pub use config::TokenServerConfig;
pub use server::TokenServer;
