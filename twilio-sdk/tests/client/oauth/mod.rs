//! Logins and token sources, with the client that uses the tokens.

mod device;
mod grants;
mod server;
mod source;
