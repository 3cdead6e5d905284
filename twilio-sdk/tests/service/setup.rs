//! The folder of a service, with everything in it, and the service that runs from it.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use twilio_emulator::Emulator;
use twilio_sdk::access_control::{AccessControl, Roles, SqliteAccessStore};
use twilio_sdk::audit::AuditLog;
use twilio_sdk::inbound_auth::PasswordHash;
use twilio_sdk::types::SecretString;
use twilio_sdk::vault::{Argon2Params, VaultOptions};

use crate::app::{self, Service};
use crate::directory::{ADMIN, ADMIN_PASSWORD, BASE};
use crate::folder::{Folder, chmod};
use crate::http::Caller;
use crate::server::Server;

pub const PASSPHRASE: &str = "the-vaults-passphrase-0001";
pub const SUSANS_PASSWORD: &str = "susans-password-0002";
pub const FIRST_SECRET: &str = "the-first-api-secret-of-32-chars";
pub const NEXT_SECRET: &str = "the-other-api-secret-of-32-chars";

/// Twilio's key with a secret.
pub fn key(secret: &str) -> Value {
    let digits = "0123456789abcdef".repeat(2);
    json!({ "account_sid": format!("AC{digits}"), "api_key": format!("SK{digits}"), "api_secret": secret })
}

/// Starts an emulator that accepts the key with either secret.
pub async fn twilio() -> Emulator {
    let sid = key("")["api_key"].as_str().unwrap().to_owned();
    let builder = Emulator::builder().accept_basic(&sid, FIRST_SECRET);
    builder.accept_basic(sid, NEXT_SECRET).items_per_list(30).start().await.unwrap()
}

fn write(folder: &Folder, name: &str, text: &str) {
    std::fs::write(folder.file(name), text).unwrap();
    chmod(&folder.file(name), 0o600);
}

/// Fills the folder, and gives the key of the first admin.
pub async fn fill(folder: &Folder, twilio: &Emulator, directory: &Server) -> SecretString {
    fill_with(folder, twilio, &format!("ldap://127.0.0.1:{}", directory.port)).await
}

/// The same with the URL of a directory that need not be there.
pub async fn fill_with(folder: &Folder, twilio: &Emulator, url: &str) -> SecretString {
    let example = include_str!("../../examples/service/twilio.toml");
    write(folder, "twilio.toml", &example.replace("${TWILIO_BASE_URL:-}", &twilio.base_url()));
    let hash = PasswordHash::hash(&SUSANS_PASSWORD.into()).unwrap();
    write(
        folder,
        "users.toml",
        &format!(
            "[[auth.users]]\nusername = \"susan\"\npassword_hash = \"{}\"\nscopes = [\"reader\", \"sender\", \"agent\"]\n",
            hash.as_str()
        ),
    );
    let mut rules = include_str!("../../examples/service/auth.toml").to_owned();
    for (variable, value) in [("URL", url), ("NAME", ADMIN), ("PASSWORD", ADMIN_PASSWORD), ("BASE", BASE)] {
        rules = rules.replace(&format!("${{LDAP_{variable}}}"), value);
    }
    write(folder, "auth.toml", &rules);
    let options =
        VaultOptions::new(folder.file("secrets.vault")).argon2_params(Argon2Params::new(64, 1, 1).unwrap());
    options.create(&PASSPHRASE.into()).unwrap().set("twilio", key(FIRST_SECRET), None).unwrap();
    let people = SqliteAccessStore::open(folder.file("users.db")).unwrap();
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    let access = AccessControl::new(people, Roles::new(), log);
    access.bootstrap_admin("ada", None).await.unwrap().key
}

/// A service that runs, and ends with the value.
pub struct Running {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn start(folder: &Path) -> Self {
        let service = Service::open(folder, &PASSPHRASE.into()).unwrap();
        let router = app::router(service).unwrap().into_make_service_with_connect_info::<SocketAddr>();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }

    pub fn anybody(&self) -> Caller {
        Caller { address: self.address, authorization: None }
    }

    /// A user with a name and a password.
    pub fn user(&self, name: &str, password: &str) -> Caller {
        let header = twilio_sdk::BasicProvider::new(name, password).unwrap().to_header_value();
        let header = header.to_str().unwrap().to_owned();
        Caller { address: self.address, authorization: Some(format!("Authorization: {header}")) }
    }

    /// A person with a key.
    pub fn person(&self, key: &str) -> Caller {
        Caller { address: self.address, authorization: Some(format!("X-Api-Key: {key}")) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
