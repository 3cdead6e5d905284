//! The steps of the example's README, as they stand there.

use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use rexpect::session::spawn_command;

use crate::folder::{Folder, chmod};
use crate::setup::{PASSPHRASE, SUSANS_PASSWORD};

const README: &str = include_str!("../../examples/service/README.md");

/// Builds the program of another package, and returns its path.
fn built_admin() -> std::path::PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "twilio-admin"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.unwrap().success());
    // The tests are in the folder `deps` next to it.
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("twilio-admin")
}

/// A folder like the root of the repository, with the programs where `cargo build` puts them.
fn repository() -> Folder {
    let root = Folder::new();
    let debug = root.file("target/debug");
    std::fs::create_dir_all(debug.join("examples")).unwrap();
    symlink(built_admin(), debug.join("twilio-admin")).unwrap();
    symlink(env!("CARGO_MANIFEST_DIR"), root.file("twilio-sdk")).unwrap();
    // The example and the emulator are part of this program, which needs no other build for them.
    let this = |variable: &str, test: &str, path: &Path| {
        let this = std::env::current_exe().unwrap();
        let this = this.display();
        std::fs::write(path, format!("#!/bin/sh\nexec env {variable} {this} --exact {test} --nocapture\n"))
            .unwrap();
        chmod(path, 0o755);
    };
    this("TWILIO_TEST_SERVICE=\"$1\"", "stop::as_the_service", &debug.join("examples/service"));
    // After `--listen`.
    this("TWILIO_TEST_EMULATOR=\"$2\"", "stop::as_the_emulator", &debug.join("twilio-emulator"));
    root
}

/// A port that was free a moment ago.
fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The shell blocks of the README, for other ports and with the service in the background.
fn script(mock: &str, service: &str) -> String {
    let blocks: Vec<&str> =
        README.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [first, elsewhere] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    let mut lines = vec!["stty echo".to_owned(), format!("export SERVICE_ADDRESS={service}")];
    let mut found = 0;
    for line in first.lines() {
        if line.starts_with("cargo build ") {
            found += 1;
        } else if line == "twilio-emulator &" {
            found += 1;
            lines.push(format!("twilio-emulator --listen {mock} &"));
        } else if line.starts_with("target/debug/examples/service target/service ") {
            found += 1;
            lines.push(format!("target/debug/examples/service target/service <<< '{PASSPHRASE}' &"));
            lines.push(format!("until curl -s http://{service}/ > target/up; do sleep 0.1; done"));
        } else {
            lines.push(line.replace("127.0.0.1:4010", mock));
        }
    }
    assert_eq!(found, 3, "{first}");
    lines.extend(elsewhere.lines().map(|line| line.replace("127.0.0.1:8080", service)));
    lines.push("kill $(jobs -p); wait; echo all done".to_owned());
    lines.join("\n")
}

fn run(root: &Folder, mock: &str, service: &str, shell: &str) -> String {
    let path = root.file("steps");
    std::fs::write(&path, script(mock, service)).unwrap();
    let mut shell = Command::new(shell);
    shell.args(["-e", path.to_str().unwrap()]).current_dir(root.path());
    shell.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("HOME", root.path());
    let mut session = spawn_command(shell, Some(120_000)).unwrap();
    let mut said = String::new();
    let susan = "Enter host password for user 'susan':";
    for (prompt, secret) in [
        ("New passphrase of the vault: ", PASSPHRASE),
        ("New passphrase of the vault, again: ", PASSPHRASE),
        ("Passphrase of the vault: ", PASSPHRASE),
        ("Password: ", SUSANS_PASSWORD),
        ("Password, again: ", SUSANS_PASSWORD),
        (susan, SUSANS_PASSWORD),
        (susan, SUSANS_PASSWORD),
    ] {
        said += &session.exp_string(prompt).unwrap_or_else(|error| panic!("{prompt}: {error}\n{said}"));
        session.send_line(secret).unwrap();
    }
    said += &session.exp_string("all done").unwrap_or_else(|error| panic!("{error}\n{said}"));
    said
}

#[test]
fn review_74_the_steps_work_when_they_are_copied() {
    let (root, mock, service) = (repository(), free(), free());
    let said = run(&root, &mock, &service, "bash");
    for part in [
        "The service listens on http://",
        r#""sid":"SM"#,
        r#""token":"#,
        r#""event":"authn""#,
        "The log is intact",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(PASSPHRASE) && !said.contains(SUSANS_PASSWORD), "{said}");
    for file in ["users.db", "secrets.vault", "audit.log", "users.toml", "auth.toml", "twilio.toml"] {
        assert!(Path::new(&root.file("target/service")).join(file).exists(), "{file}");
    }
}

/// What a variable holds is not there yet for others of the same `export`.
#[test]
fn review_74_the_name_for_the_directory_is_whole_in_every_shell() {
    let exports: Vec<&str> = README.lines().filter(|line| line.starts_with("export LDAP_")).collect();
    for shell in ["bash", "sh"] {
        let steps = format!("{}\nprintf %s \"$LDAP_NAME\"", exports.join("\n"));
        let said = Command::new(shell).args(["-ec", &steps]).env_clear().output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&said.stdout),
            "cn=admin,dc=example,dc=com",
            "{shell}: {exports:?}"
        );
    }
}
