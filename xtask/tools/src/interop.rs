use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::peers::{self, Scripts, local};
use crate::workspace::Workspace;
use xtask::packages::System;

/// What `cargo xtask interop` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Installs nothing; libraries that are not there are left out.
    #[arg(long)]
    no_install: bool,
}

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    System::here().ensure_keys(args.no_install)?;
    let program = workspace.release("twilio-bench", "twilio-bench", &[])?;
    let peers = peers::all(workspace, Scripts::Signatures, !args.no_install)?;
    ensure!(!peers.is_empty(), "neither of Twilio's libraries is there, so nothing was verified");
    let pem = key(workspace)?;
    let ours = output(local(&program).arg("sign").arg(&pem), b"").context("the SDK cannot sign")?;
    for peer in &peers {
        let name = peer.name;
        let theirs = output(peer.command().arg("verify"), ours.as_bytes())
            .with_context(|| format!("{name} does not accept what the SDK signs"))?;
        println!("signed by the SDK, verified by {name}: {}", theirs.trim());
        let made = output(peer.command().arg("make"), b"").with_context(|| format!("{name} cannot sign"))?;
        let counts = output(local(&program).arg("verify"), made.as_bytes())
            .with_context(|| format!("the SDK does not accept what {name} signs"))?;
        println!("signed by {name}, verified by the SDK: {}", counts.trim());
    }
    Ok(())
}

/// A private key for signed requests, made for this run.
fn key(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root().join("target/bench");
    std::fs::create_dir_all(&folder)?;
    let pem = folder.join("interop.pem");
    let made = Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"])
        .arg(&pem)
        .stderr(Stdio::null())
        .status()
        .context("cannot start openssl")?;
    ensure!(made.success(), "openssl made no key");
    Ok(pem)
}

/// What a command prints, given this input.
pub(crate) fn output(command: &mut Command, input: &[u8]) -> Result<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().context("its input is open")?;
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output()?;
    // A program that fails early reads no input; its own status says more.
    let _ = writer.join();
    if !output.status.success() {
        bail!("it ended with {}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}
