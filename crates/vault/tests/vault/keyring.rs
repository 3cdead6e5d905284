//! A passphrase in the system's key ring. Each case is another process, because the ring that is found first stays the
//! one of the process.

use std::process::{Command, Stdio};

use twilio_sdk_vault::{Keyring, Vault, VaultError};

use crate::create;
use crate::folder::Folder;

/// Runs one of the tests below as another process, by a command that ends with this program.
fn run(command: &mut Command, expected: &str) -> std::process::Output {
    command
        .args(["--exact", "key_ring::as_another_process", "--nocapture"])
        .env("TWILIO_TEST_KEY_RING", expected)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn as_another_process() {
    let Ok(expected) = std::env::var("TWILIO_TEST_KEY_RING") else { return };
    let ring = Keyring::new("twilio-sdk-test", format!("vault-{}", std::process::id()));
    if expected == "none" {
        for result in [ring.passphrase().map(drop), ring.store(&"s3cret".into()), ring.remove()] {
            let error = result.unwrap_err();
            assert!(matches!(error, VaultError::KeyringUnavailable(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
        return;
    }
    assert!(matches!(ring.store(&"".into()), Err(VaultError::EmptyPassphrase)));
    assert!(matches!(ring.passphrase(), Err(VaultError::KeyringEntryNotFound)));
    ring.store(&crate::passphrase()).unwrap();
    let folder = Folder::new();
    let vault = create(&folder);
    Vault::open(vault.path(), &ring.passphrase().unwrap()).unwrap();
    ring.store(&"another".into()).unwrap();
    let opened = Vault::open(vault.path(), &ring.passphrase().unwrap());
    assert!(matches!(opened, Err(VaultError::WrongPassphrase)));
    ring.remove().unwrap();
    assert!(matches!(ring.passphrase(), Err(VaultError::KeyringEntryNotFound)));
    println!("the ring did its work");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_ring_there_is_an_error_and_nothing_is_made_up() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
    let output = run(&mut command, "none");
    assert!(output.status.success(), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_real_ring_keeps_a_passphrase_until_it_is_removed() {
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !there("gnome-keyring-daemon") || !there("dbus-run-session") {
        println!("not run, for want of the programs `gnome-keyring-daemon` and `dbus-run-session`");
        return;
    }
    let folder = Folder::new();
    let script =
        "printf unlock | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$@\"";
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", script, "sh"]).arg(std::env::current_exe().unwrap());
    for variable in ["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env(variable, folder.path());
    }
    let output = run(&mut command, "real");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("the ring did its work"), "{output:?}");
}
