//! A real server in its mode for development, where the program `vault` is installed.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use twilio_sdk::SecretSource as _;
use twilio_sdk::hashicorp_vault::{HashicorpVault, HashicorpVaultConfig, HashicorpVaultErrorKind};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the program against the server.
fn run(url: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new("vault");
    command
        .args(arguments)
        .env("VAULT_ADDR", url)
        .env("VAULT_TOKEN", "root")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[tokio::test]
async fn a_real_server_hands_out_what_was_put_in() {
    if Command::new("vault").arg("version").stdout(Stdio::null()).status().is_err() {
        println!("not run, for want of the program `vault`");
        return;
    }
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let listen = format!("-dev-listen-address={address}");
    let home = std::env::temp_dir().join(format!("twilio-sdk-real-vault-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    let server = Command::new("vault")
        .args(["server", "-dev", "-dev-root-token-id=root", &listen])
        .env("HOME", &home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Running(server);
    let url = format!("http://{address}");
    let mut tries = 0;
    while !run(&url, &["kv", "put", "-mount=secret", "apps/twilio", "api_secret=first", "n=5"]) {
        tries += 1;
        assert!(tries < 100, "the server does not start");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(run(&url, &["kv", "put", "-mount=secret", "apps/twilio", "api_secret=second"]));
    let vault = HashicorpVault::new(HashicorpVaultConfig::new(&url, "root")).unwrap();
    let names = ["apps/twilio#api_secret", "apps/twilio?version=1#api_secret"];
    let secrets = vault.fetch_secrets(names).await.unwrap();
    assert_eq!(secrets.resolve(names[0]).unwrap().expose_secret(), "second");
    assert_eq!(secrets.resolve(names[1]).unwrap().expose_secret(), "first");
    let missing = vault.fetch_secrets(["apps/other"]).await.unwrap_err();
    assert_eq!(missing.kind(), &HashicorpVaultErrorKind::NotFound);
    assert!(run(&url, &["kv", "delete", "-mount=secret", "apps/twilio"]));
    let deleted = vault.fetch_secrets(["apps/twilio#api_secret"]).await.unwrap_err();
    assert_eq!(deleted.kind(), &HashicorpVaultErrorKind::NotFound);
    let wrong = HashicorpVault::new(HashicorpVaultConfig::new(&url, "wrong")).unwrap();
    assert_eq!(
        wrong.fetch_secrets(["apps/twilio"]).await.unwrap_err().kind(),
        &HashicorpVaultErrorKind::Denied
    );
    let _ = std::fs::remove_dir_all(home);
}
