//! A service that sends messages for users of a file and of an LDAP directory, gives them access tokens by their scopes,
//! and lets its people look after it with API keys of their own.
//!
//! ```text
//! cargo run -p twilio-sdk --example service --features access,audit,axum,inbound-auth-bearer,inbound-auth-ldap,inbound-auth-tower,payload-validation,vault,access-token,config-file -- FOLDER
//! ```
//!
//! FOLDER holds `twilio.toml`, `auth.toml`, `secrets.vault`, `people.db` and `audit.log`; `README.md` beside this file
//! says how each is made. The vault's passphrase is asked for on a terminal, and else the first line of standard input.

pub(crate) mod app;

use std::ffi::OsString;

#[tokio::main]
async fn main() -> app::Outcome<()> {
    run(std::env::args_os().nth(1).ok_or("name the folder of the service's files")?).await
}

/// Serves at the address of the variable `SERVICE_ADDRESS`, or else at 127.0.0.1:8080, until a signal to stop.
pub(crate) async fn run(folder: OsString) -> app::Outcome<()> {
    let passphrase = app::passphrase()?;
    let service = app::Service::open(folder, &passphrase)?;
    let address = std::env::var("SERVICE_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("The service listens on http://{}", listener.local_addr()?);
    app::serve(listener, app::router(service)?, app::stop()).await
}
