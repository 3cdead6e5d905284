//! A service that sends messages for users of a file and an LDAP directory, issues access tokens by scope, and has
//! administrators with API keys.
//!
//! ```text
//! cargo run -p twilio-sdk --example service --features access,audit,axum,inbound-auth-bearer,inbound-auth-ldap,inbound-auth-tower,payload-validation,vault,access-token,config-file -- FOLDER
//! ```
//!
//! FOLDER holds `twilio.toml`, `auth.toml`, `secrets.vault`, `users.db` and `audit.log`; `README.md` beside this file
//! says how to create each. The vault's passphrase is prompted for on a terminal, and otherwise the first line of standard
//! input.

pub(crate) mod app;

use std::ffi::OsString;

#[tokio::main]
async fn main() -> app::Outcome<()> {
    run(std::env::args_os().nth(1).ok_or("FOLDER is missing: pass the folder of the service's files")?).await
}

/// Serves at `SERVICE_ADDRESS`, by default 127.0.0.1:8080, until SIGINT or SIGTERM.
pub(crate) async fn run(folder: OsString) -> app::Outcome<()> {
    let passphrase = app::passphrase()?;
    let service = app::Service::open(folder, &passphrase)?;
    let address = std::env::var("SERVICE_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("The service listens on http://{}", listener.local_addr()?);
    app::serve(listener, app::router(service)?, app::stop()).await
}
