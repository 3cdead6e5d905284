use std::process::Command;

use anyhow::Result;
use xtask::members::members;

use crate::output::count;
use crate::workspace::Workspace;

/// What `cargo xtask docs` understands.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Sets of features whose documentation differs in what links may lead to.
const FEATURES: [&[&str]; 3] = [&["--no-default-features"], &[], &["--all-features"]];

/// The member that is also documented with fewer features, as programs see it with `cargo doc`.
const SDK: &str = "twilio-sdk";

/// Builds the documentation of every published member with all features, as docs.rs does, and that of the SDK with no and
/// with default features too; a warning is an error.
pub(crate) fn run(workspace: &Workspace, _: Args) -> Result<()> {
    let members = members(workspace.root())?;
    let published: Vec<&str> =
        members.iter().filter(|member| member.published).map(|member| member.name.as_str()).collect();
    for features in FEATURES {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(workspace.root()).args(["doc", "--no-deps"]);
        // Docs of the other members link to items of every feature.
        let shown = published.iter().filter(|name| features == ["--all-features"] || **name == SDK);
        command.args(shown.flat_map(|name| ["-p", name]));
        command.args(features).env("RUSTDOCFLAGS", "-D warnings");
        workspace.run(command)?;
    }
    let descriptions = match workspace.upstream().is_dir() {
        true => "with Twilio's own descriptions",
        false => "without Twilio's own descriptions, made from facts; `cargo xtask gen` downloads them",
    };
    println!(
        "{} documented in target/doc, {descriptions}; all operations: target/doc/twilio_sdk/operations/index.html",
        count(published.len(), "package")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(file: &str) -> String {
        std::fs::read_to_string(Workspace::here().root().join(file)).unwrap()
    }

    #[test]
    fn review_67_documentation_is_built_with_every_feature_and_without_warnings() {
        let manifest: toml::Table = read("twilio-sdk/Cargo.toml").parse().unwrap();
        let shown = &manifest["package"]["metadata"]["docs"]["rs"];
        assert_eq!(shown["all-features"].as_bool(), Some(true), "docs.rs shows everything: {shown}");
        assert!(shown.get("features").is_none(), "a list would hide what it does not name: {shown}");
        assert!(FEATURES.contains(&["--all-features"].as_slice()) && FEATURES.contains(&[].as_slice()));
        let steps = read(".ci/run");
        assert!(steps.lines().any(|line| line == "cargo xtask docs"), "{steps}");
    }
}
