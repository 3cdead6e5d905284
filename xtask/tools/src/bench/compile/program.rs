use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::super::measure::{Cost, cost};
use super::super::verdict;
use crate::workspace::Workspace;

/// A program that was built from clean, with all its dependencies.
struct Built {
    cost: Cost,
    /// `name version` of every package, the program's own included.
    packages: BTreeSet<String>,
    /// The size of the debug binary in MB (10^6 bytes).
    size: f64,
}

/// Crates that no program with only configuration and secrets may compile.
const CLIENTS_AND_GENERATOR: &[&str] = &[
    "h2",
    "hyper",
    "progenitor",
    "progenitor-impl",
    "reqwest",
    "twilio-sdk-codegen",
    "twilio-sdk-openapi",
    "ureq",
];

/// Builds every program of `bench/compile` from clean, one after the other, and prints the table with the targets.
pub(super) fn table(workspace: &Workspace, folder: &Path, chosen: &[String]) -> Result<()> {
    let programs = workspace.root().join("bench/compile");
    let mut names = Vec::new();
    for entry in fs::read_dir(&programs).context("cannot read bench/compile")? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    names.retain(|name| chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str())));
    if names.is_empty() {
        bail!("no program of bench/compile has such a name");
    }
    println!("user CPU seconds of `cargo build` from clean with all dependencies, not incremental");
    println!("{:<20} {:>8} {:>9} {:>9} {:>10}", "program", "CPU s", "peak GB", "packages", "binary MB");
    let mut built = BTreeMap::new();
    for name in &names {
        let one = build(workspace, &programs.join(name), &folder.join("programs").join(name))?;
        let Built { cost, packages, size } = &one;
        println!("{name:<20} {:>8.1} {:>9.2} {:>9} {size:>10.0}", cost.user, cost.peak, packages.len());
        built.insert(name.as_str(), one);
    }
    println!();
    targets(&built);
    Ok(())
}

fn targets(built: &BTreeMap<&str, Built>) {
    let line = |what: String, target: &str, held: bool| {
        println!("{what:<72} target {target:<16} {}", verdict(held));
    };
    let sms = built.get("one-sms");
    if let (Some(ours), Some(peer)) = (sms, built.get("one-sms-twilio2")) {
        let ratio = ours.cost.user / peer.cost.user;
        line(format!("one SMS beside twilio2 0.5: {ratio:.2}"), "at most 0.75", ratio <= 0.75);
        let (number, peers) = (ours.packages.len(), peer.packages.len());
        line(format!("one SMS: {number} packages ({peers} of twilio2)"), "at most 125", number <= 125);
        line(
            format!("one SMS: debug binary {:.0} MB ({:.0} of twilio2)", ours.size, peer.size),
            "at most 40 MB",
            ours.size <= 40.0,
        );
    }
    if let (Some(ours), Some(axum)) = (built.get("webhook-in-axum"), built.get("axum")) {
        let more = ours.packages.difference(&axum.packages).count() - 1;
        line(format!("webhook in axum: {more} packages besides axum's"), "at most 25", more <= 25);
        if let Some(sms) = sms {
            let share = (ours.cost.user - axum.cost.user) / sms.cost.user;
            let text = format!("webhook in axum: {share:.2} of one SMS besides axum's own cost");
            line(text, "at most 0.15", share <= 0.15);
        }
    }
    if let Some(token) = built.get("access-token") {
        let number = token.packages.len();
        line(format!("access token: {number} packages"), "at most 30", number <= 30);
    }
    if let Some(vault) = built.get("config-and-vault") {
        let found: Vec<&str> = CLIENTS_AND_GENERATOR
            .iter()
            .copied()
            .filter(|name| vault.packages.iter().any(|package| package.split(' ').next() == Some(name)))
            .collect();
        let text = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
        line(format!("configuration and vault: HTTP client or generator: {text}"), "none", found.is_empty());
    }
}

fn build(workspace: &Workspace, program: &Path, target: &Path) -> Result<Built> {
    // The versions that everything else is built with; cargo adds what only a peer needs.
    fs::copy(workspace.root().join("Cargo.lock"), program.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    if target.exists() {
        fs::remove_dir_all(target).with_context(|| format!("cannot remove {}", target.display()))?;
    }
    let packages = packages(program)?;
    let mut command = cargo(program);
    command.args(["build", "--target-dir"]).arg(target);
    let cost = cost(&mut command)?;
    let name = program.file_name().unwrap_or_default();
    let binary: PathBuf = target.join("debug").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let size = fs::metadata(&binary).with_context(|| format!("cannot read {}", binary.display()))?.len();
    fs::remove_dir_all(target)?;
    Ok(Built { cost, packages, size: size as f64 / 1e6 })
}

/// Cargo as a user runs it: without the settings of this repository's own builds.
fn cargo(program: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(program).env("CARGO_INCREMENTAL", "0");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PROFILE_") || name == "RUSTFLAGS" || name == "CARGO_TARGET_DIR" {
            command.env_remove(name);
        }
    }
    command
}

/// The packages that are compiled, as `cargo tree` names them; this fetches what is missing, before the build is measured.
fn packages(program: &Path) -> Result<BTreeSet<String>> {
    let mut command = cargo(program);
    command.args(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let output = command.output().context("cannot start cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    Ok(names.collect())
}
