//! A service that sends messages for users of a file and of an LDAP directory, gives them access tokens by their scopes,
//! and lets its people look after it with API keys of their own.
//!
//! ```text
//! cargo run -p twilio-sdk --example service --features access,audit,auth-layer,ldap,payload,vault,access-token,config-file -- FOLDER
//! ```
//!
//! FOLDER holds `twilio.toml`, `auth.toml`, `secrets.vault`, `people.db` and `audit.log`; `README.md` beside this file
//! says how each is made. The vault's passphrase is asked for on a terminal, and else the first line of standard input.

mod app;

use std::net::SocketAddr;

#[tokio::main]
async fn main() -> app::Outcome<()> {
    let folder = std::env::args_os().nth(1).ok_or("name the folder of the service's files")?;
    let passphrase = app::passphrase()?;
    let service = app::Service::open(folder, &passphrase)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 8080)).await?;
    println!("The service listens on http://{}", listener.local_addr()?);
    let router = app::router(service)?.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).await?;
    Ok(())
}
