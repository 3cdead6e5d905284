//! Checks of users: by the hash of a password and by a directory, with what is remembered and without.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use twilio_sdk::listener::{
    BasicHandler, CachedStore, LdapConfig, LdapUserStore, MemoryUserStore, PasswordHash, UserStore,
};
use twilio_sdk::{BasicProvider, types::SecretString};

use crate::directory::{ADMIN, ADMIN_PASSWORD, BASE};
use crate::server;

/// The user of the directory whom every look-up is for, and a password in the store of hashes.
const USER: (&str, &str) = ("ldclakmal", "ldclakmal@123");

/// Runs a directory until standard input ends, and says where; without OpenLDAP there is none.
pub(crate) fn directory() -> Result<()> {
    let server = server::server("bench");
    println!("{}", json!({ "port": server.as_ref().map(|server| server.port) }));
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Measures for so long each; the directory's part only where there is a port.
#[tokio::main]
pub(crate) async fn run(seconds: Duration, port: Option<u16>) -> Result<()> {
    let hash = PasswordHash::create(&USER.1.into())?;
    let store = MemoryUserStore::new([(USER.0.to_owned(), hash.clone(), Vec::new())])?;
    let hashed = rate(store.clone(), seconds).await?;
    let remembered = rate(CachedStore::new(store, Duration::from_secs(3600))?, seconds).await?;
    let (mut looked_up, mut roles) = (None, None);
    if let Some(port) = port {
        looked_up = Some(rate(ldap(port, false)?, seconds).await?);
        roles = Some(rate(ldap(port, true)?, seconds).await?);
    }
    println!(
        "{}",
        json!({
            "hash": hash.as_str(), "checks": hashed, "remembered": remembered,
            "lookups": looked_up, "roles_remembered": roles,
        })
    );
    Ok(())
}

fn ldap(port: u16, remembers: bool) -> Result<LdapUserStore> {
    let users = [format!("ou=Users,{BASE}")];
    let url = format!("ldap://127.0.0.1:{port}");
    let mut config = LdapConfig::new(url, ADMIN, SecretString::from(ADMIN_PASSWORD), users);
    config.group_search_base = vec![format!("ou=Groups,{BASE}")];
    config.user_roles_cache_enabled = remembers;
    config.user_roles_cache_ttl = Duration::from_secs(3600);
    Ok(LdapUserStore::new(config)?)
}

/// How often in a second a user is recognized by the header of a request, one after the other.
async fn rate(store: impl UserStore + 'static, seconds: Duration) -> Result<f64> {
    let handler = BasicHandler::new(Arc::new(store));
    let header = BasicProvider::new(USER.0, USER.1)?.header();
    let header = header.to_str()?;
    let refused = BasicProvider::new(USER.0, "wrong")?.header();
    ensure!(handler.authenticate(refused.to_str()?).await.is_err(), "a wrong password is taken");
    let (mut checks, started) = (0_u32, Instant::now());
    while started.elapsed() < seconds {
        let user = handler.authenticate(header).await.context("the user is not recognized")?;
        ensure!(user.username == USER.0, "another user is recognized");
        checks += 1;
    }
    Ok(f64::from(checks) / started.elapsed().as_secs_f64())
}
