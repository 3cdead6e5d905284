//! Checks of users: by the hash of a password and by a directory, with what is remembered and without.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use twilio_sdk::inbound_auth::{
    BasicHandler, CachedUserStore, LdapConfig, LdapUserStore, MemoryUserStore, PasswordHash, UserStore,
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

/// How many rounds there are. Short ones by turns tell more on a busy machine than long ones.
const ROUNDS: u32 = 10;

/// Measures for so long each; the directory's part only where there is a port.
#[tokio::main]
pub(crate) async fn run(seconds: Duration, port: Option<u16>) -> Result<()> {
    let hash = PasswordHash::hash(&USER.1.into())?;
    let store = Arc::new(MemoryUserStore::new([(USER.0.to_owned(), hash.clone(), Vec::new())])?);
    let remembers = CachedUserStore::new(Arc::clone(&store), Duration::from_secs(3600))?;
    let [checks, remembered] = rates([store, Arc::new(remembers)], seconds).await?;
    let mut figures = json!({ "hash": hash.as_str(), "checks": checks, "remembered": remembered });
    if let Some(port) = port {
        let stores: [Arc<dyn UserStore>; 2] = [Arc::new(ldap(port, false)?), Arc::new(ldap(port, true)?)];
        let [lookups, roles] = rates(stores, seconds).await?;
        figures["lookups"] = json!(lookups);
        figures["roles_remembered"] = json!(roles);
    }
    println!("{figures}");
    Ok(())
}

fn ldap(port: u16, remembers: bool) -> Result<LdapUserStore> {
    let users = [format!("ou=Users,{BASE}")];
    let url = format!("ldap://127.0.0.1:{port}");
    let mut config = LdapConfig::new(url, ADMIN, SecretString::from(ADMIN_PASSWORD), users);
    config.group_search_base = vec![format!("ou=Groups,{BASE}")];
    config.group_cache_ttl = remembers.then(|| Duration::from_secs(3600));
    Ok(LdapUserStore::new(config)?)
}

/// How often in a second a user is recognized by the header of a request, one after the other, in each round by both.
async fn rates(stores: [Arc<dyn UserStore>; 2], seconds: Duration) -> Result<[Vec<f64>; 2]> {
    let handlers = stores.map(BasicHandler::new);
    let refused = BasicProvider::new(USER.0, "wrong")?.to_header_value();
    for handler in &handlers {
        ensure!(handler.authenticate(refused.to_str()?).await.is_err(), "a wrong password is taken");
        once(handler).await?;
    }
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (handler, rates) in handlers.iter().zip(&mut rates) {
            let (mut checks, started) = (0_u32, Instant::now());
            while started.elapsed() < seconds / ROUNDS {
                once(handler).await?;
                checks += 1;
            }
            rates.push(f64::from(checks) / started.elapsed().as_secs_f64());
        }
    }
    Ok(rates)
}

async fn once(handler: &BasicHandler) -> Result<()> {
    let header = BasicProvider::new(USER.0, USER.1)?.to_header_value();
    let user = handler.authenticate(header.to_str()?).await.context("the user is not recognized")?;
    ensure!(user.username == USER.0, "another user is recognized");
    Ok(())
}
