//! Inbound authentication with users in memory and in files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
#[path = "../common/capture.rs"]
mod capture;
mod file;
mod handler;
mod properties;

use twilio_sdk_inbound_auth::{MemoryUserStore, PasswordHash};

fn hash(password: &str) -> PasswordHash {
    PasswordHash::hash(&password.into()).unwrap()
}

fn store() -> MemoryUserStore {
    let user = |name: &str, password: &str, scopes: &[&str]| {
        (name.to_owned(), hash(password), scopes.iter().map(|&scope| scope.to_owned()).collect())
    };
    MemoryUserStore::new([
        user("alice", "xxx", &["write", "update"]),
        user("bob", "yyy", &["read"]),
        user("eve", "123", &[]),
    ])
    .unwrap()
}

/// A file in a folder of this run.
fn file(name: &str, text: &str) -> std::path::PathBuf {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let folder = std::env::temp_dir().join(format!("twilio-sdk-users-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
