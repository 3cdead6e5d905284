use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::median;
use crate::interop::output;
use crate::peers::{self, Scripts, local};
use crate::workspace::Workspace;

/// What `cargo xtask bench auth` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Installs Python's argon2-cffi and ldap3 and Node's basic-auth and argon2 below `target/`, with pip and npm, where
    /// they are not yet there.
    #[arg(long)]
    install: bool,
    /// For how many seconds each figure is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let program = workspace.release("twilio-bench", "twilio-bench", &[])?;
    let peers = peers::all(workspace, Scripts::Auth, args.install)?;
    let directory = Directory::start(&program)?;
    let seconds = args.seconds.to_string();
    let port = directory.port.map_or("-".to_owned(), |port| port.to_string());
    let measure = |command: &mut Command| -> Result<Value> {
        let text = output(command, b"")?;
        serde_json::from_str(text.trim()).with_context(|| format!("no figures: {text}"))
    };
    let ours = measure(local(&program).args(["auth", &seconds, &port]))?;
    println!(
        "\nusers recognized a second by the header of a request, one after the other: the best of ten rounds;"
    );
    println!(
        "what is remembered is measured by turns with what is not, and its ratio is the median over the rounds"
    );
    println!("{:<26} {:<28} {:>10}   ratio", "check", "library", "a second");
    let line = |check: &str, library: &str, rates: &[f64], ratio: &str| {
        println!("{check:<26} {library:<28} {:>10.1}   {ratio}", best(rates));
    };
    let hash = ours["hash"].as_str().context("the hash is missing")?;
    let checks = [
        ("Argon2id each time", "checks", "credential remembered", "remembered"),
        ("LDAP, groups each time", "lookups", "LDAP, groups remembered", "roles_remembered"),
    ];
    let theirs: Vec<Value> = peers
        .iter()
        .map(|peer| measure(peer.command().args([&seconds, hash, &port])))
        .collect::<Result<_>>()?;
    for (name, key, remembered_name, remembered_key) in checks {
        let (each, remembered) = (rates(&ours, key), rates(&ours, remembered_key));
        if each.is_empty() {
            println!("{name}: not measured, for want of OpenLDAP (apt-get install slapd)");
            continue;
        }
        line(name, "twilio-sdk", &each, "");
        let ratio = median(remembered.iter().zip(&each).map(|(remembered, each)| remembered / each));
        line(remembered_name, "twilio-sdk", &remembered, &format!("{ratio:.2} times {name}"));
        for (peer, theirs) in peers.iter().zip(&theirs) {
            let theirs = rates(theirs, key);
            // A library that has no directories has no figure.
            if !theirs.is_empty() {
                let ratio = best(&each) / best(&theirs);
                line(name, peer.name, &theirs, &format!("{ratio:.2}, ours by theirs"));
            }
        }
    }
    Ok(())
}

/// The rates of the rounds; none where it was not measured.
fn rates(value: &Value, name: &str) -> Vec<f64> {
    value[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// What else the machine does only ever takes away.
fn best(rates: &[f64]) -> f64 {
    rates.iter().copied().fold(0.0, f64::max)
}

/// A directory of the benchmark's program, which ends with this.
struct Directory {
    child: Child,
    port: Option<u16>,
}

impl Directory {
    fn start(program: &Path) -> Result<Self> {
        let mut command = local(program);
        command.arg("directory").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start the directory")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the directory says nothing")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let says: Value = serde_json::from_str(line.trim()).context("the directory does not start")?;
        Ok(Self { child, port: says["port"].as_u64().and_then(|port| port.try_into().ok()) })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
