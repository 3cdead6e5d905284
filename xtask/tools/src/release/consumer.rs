//! Programs built from the packages alone, as a user's would be.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;

use super::package::Package;
use crate::workspace::Workspace;

/// A program that sends one message.
const PROGRAM: &str = r#"use twilio_sdk::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> twilio_sdk::Result<()> {
    let twilio = Client::from_env()?;
    let request = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hello");
    println!("{}", twilio_sdk::SPEC_VERSION);
    if std::env::args().len() > 1 {
        println!("{:?}", request.send().await?.sid);
    }
    Ok(())
}
"#;

/// The program of the family that is built too.
const APP: &str = "twilio-token-server";

/// Unpacks the packages into an empty folder and builds a program on the SDK and one of the family's programs there.
pub(super) fn build(workspace: &Workspace, packages: &[Package]) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let root = folder.path();
    let mut patches = String::new();
    for package in packages {
        let archive = std::fs::File::open(&package.archive)
            .with_context(|| format!("cannot read {}", package.archive.display()))?;
        tar::Archive::new(GzDecoder::new(archive))
            .unpack(root.join("packages"))
            .with_context(|| format!("cannot unpack {}", package.archive.display()))?;
        let (name, version) = (&package.name, &package.version);
        patches += &format!("{name} = {{ path = \"packages/{name}-{version}\" }}\n");
    }
    let version = packages.first().map(|package| package.version.as_str()).unwrap_or_default();
    let manifest = format!(
        "[package]\nname = \"one-sms\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         twilio-sdk = \"={version}\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[workspace]\n\n\
         [patch.crates-io]\n{patches}"
    );
    std::fs::create_dir_all(root.join("src")).context("cannot make a folder")?;
    write(&root.join("Cargo.toml"), &manifest)?;
    write(&root.join("src/main.rs"), PROGRAM)?;
    // The versions of other crates that the workspace was tested with.
    std::fs::copy(workspace.root().join("Cargo.lock"), root.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    let target = workspace.root().join("target/release-check/consumer");
    cargo(workspace, root, &target, &["run", "--quiet"])
        .context("a program on the packed twilio-sdk does not build or run")?;
    println!("a program on the packed twilio-sdk builds and runs");
    let app = root.join("packages").join(format!("{APP}-{version}"));
    if app.is_dir() {
        let manifest = app.join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).context("cannot read the packed program's manifest")?;
        let patches = patches.replace("\"packages/", "\"../");
        write(&manifest, &format!("{text}\n[workspace]\n\n[patch.crates-io]\n{patches}"))?;
        cargo(workspace, &app, &target, &["run", "--quiet", "--bin", APP, "--", "--version"])
            .with_context(|| format!("the packed {APP} does not build or run"))?;
        println!("the packed {APP} builds and runs");
    }
    Ok(())
}

fn cargo(workspace: &Workspace, folder: &Path, target: &Path, arguments: &[&str]) -> Result<()> {
    let mut command: Command = workspace.cargo_command();
    command.current_dir(folder).args(arguments).env("CARGO_TARGET_DIR", target);
    command
        .env("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000")
        .env("TWILIO_AUTH_TOKEN", "not sent");
    workspace.run(command)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
