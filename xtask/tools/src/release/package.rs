use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::workspace::Workspace;

/// A published member of the workspace.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) version: String,
    /// The package as `cargo metadata` describes it.
    pub(super) facts: Value,
    /// The names of the sisters that it needs to build.
    pub(super) sisters: BTreeSet<String>,
}

/// A packed member.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// The `.crate` file.
    pub(super) archive: PathBuf,
    pub(super) bytes: u64,
    /// The size of each file, by its path within the package.
    pub(super) files: BTreeMap<String, u64>,
}

/// The published members, each after the sisters that it needs.
pub(super) fn members(workspace: &Workspace) -> Result<Vec<Member>> {
    let output = workspace
        .cargo_command()
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("`cargo metadata` printed no JSON")?;
    let all = metadata["packages"].as_array().context("`cargo metadata` lists no packages")?;
    let published = all.iter().filter(|package| package["publish"] != Value::Array(Vec::new()));
    let names: BTreeSet<&str> = published.clone().filter_map(|package| package["name"].as_str()).collect();
    let mut waiting: Vec<Member> = published
        .map(|package| {
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            let sisters = dependencies
                .filter(|dependency| dependency["kind"] != "dev")
                .filter_map(|dependency| dependency["name"].as_str().filter(|name| names.contains(name)))
                .map(str::to_owned);
            Member {
                name: package["name"].as_str().unwrap_or_default().to_owned(),
                version: package["version"].as_str().unwrap_or_default().to_owned(),
                sisters: sisters.collect(),
                facts: package.clone(),
            }
        })
        .collect();
    let mut ordered: Vec<Member> = Vec::new();
    while !waiting.is_empty() {
        let done: BTreeSet<&str> = ordered.iter().map(|member| member.name.as_str()).collect();
        let (ready, rest): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|member| member.sisters.iter().all(|name| done.contains(name.as_str())));
        if ready.is_empty() {
            let names: Vec<_> = rest.iter().map(|member| member.name.as_str()).collect();
            bail!("these members depend on each other in a circle: {}", names.join(", "));
        }
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}

/// Packs every member, below `target/package`.
pub(super) fn all(workspace: &Workspace, members: &[Member]) -> Result<Vec<Package>> {
    let target = workspace.root().join("target/release-check");
    let mut command = workspace.cargo_command();
    // Not verified one by one: programs are built from the packages alone afterwards.
    command.args(["package", "--no-verify", "--allow-dirty", "--quiet", "--target-dir"]).arg(&target);
    for member in members {
        command.args(["--package", &member.name]);
    }
    workspace.run(command)?;
    members
        .iter()
        .map(|member| {
            let archive = target.join(format!("package/{}-{}.crate", member.name, member.version));
            let unreadable = || format!("cannot read {}", archive.display());
            let bytes = std::fs::read(&archive).with_context(unreadable)?;
            let mut files = BTreeMap::new();
            let mut entries = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
            for entry in entries.entries().with_context(unreadable)? {
                let entry = entry.with_context(unreadable)?;
                let path = entry.path().with_context(unreadable)?;
                let inner: PathBuf = path.components().skip(1).collect();
                files.insert(inner.display().to_string().replace('\\', "/"), entry.size());
            }
            let (name, version) = (member.name.clone(), member.version.clone());
            Ok(Package { name, version, bytes: bytes.len() as u64, archive, files })
        })
        .collect()
}

pub(super) fn print(packages: &[Package]) {
    println!("{:<26} {:>8} {:>7} {:>12} {:>12}", "package", "version", "files", "packed", "unpacked");
    for package in packages {
        let unpacked: u64 = package.files.values().sum();
        println!(
            "{:<26} {:>8} {:>7} {:>9.1} KiB {:>9.1} KiB",
            package.name,
            package.version,
            package.files.len(),
            package.bytes as f64 / 1024.0,
            unpacked as f64 / 1024.0
        );
    }
}

/// Publishes every member in order. The token is the registry's variable `CARGO_REGISTRY_TOKEN`.
pub(super) fn publish(workspace: &Workspace, members: &[Member]) -> Result<()> {
    let mut command = workspace.cargo_command();
    command.args(["publish", "--no-verify", "--allow-dirty"]);
    for member in members {
        command.args(["--package", &member.name]);
    }
    workspace.run(command)
}
