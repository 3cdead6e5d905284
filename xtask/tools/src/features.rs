use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask::members::{Member, members};

use crate::output::count;
use crate::tools;
use crate::workspace::Workspace;

/// What `cargo xtask features` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Check only members whose name contains one of these words.
    members: Vec<String>,
}

const SDK: &str = "twilio-sdk";

/// Members that may compile an HTTP client or the generator without any of their features.
const HEAVY: &[&str] =
    &[SDK, "twilio-sdk-codegen", "twilio-sdk-oauth", "twilio-sdk-openapi", "twilio-sdk-campaign"];

/// What no other member compiles without features.
const CLIENTS_AND_GENERATOR: &[&str] = &["progenitor-impl", "reqwest", "twilio-sdk-codegen", "ureq"];

/// Checks each published member alone: without features, with each of them, and with all; warnings are errors.
pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let members = members(workspace.root())?;
    let chosen = |member: &&Member| {
        member.published
            && (args.members.is_empty()
                || args.members.iter().any(|word| member.name.contains(word.as_str())))
    };
    let published: Vec<&Member> = members.iter().filter(chosen).collect();
    let light = published
        .iter()
        .filter(|member| member.folder.starts_with("crates") && !HEAVY.contains(&member.name.as_str()));
    let light: Vec<&&Member> = light.collect();
    for member in &light {
        without_client(workspace, &member.name)?;
    }
    println!(
        "{} without an HTTP client or the generator where no feature asks for one",
        count(light.len(), "member")
    );
    let others: Vec<&str> =
        published.iter().map(|member| member.name.as_str()).filter(|name| *name != SDK).collect();
    if !others.is_empty() {
        let mut command = hack(workspace)?;
        command.args(others.iter().flat_map(|name| ["-p", name]));
        workspace.run(command)?;
    }
    if published.iter().any(|member| member.name == SDK) {
        let mut command = hack(workspace)?;
        // With all features it is linted and documented anyway, and a bundle's products are each checked alone.
        command.args(["-p", SDK, "--exclude-all-features", "--exclude-features", "full,all-products"]);
        workspace.run(command)?;
    }
    Ok(())
}

fn hack(workspace: &Workspace) -> Result<Command> {
    let mut command = Command::new(tools::HACK.ensure(workspace)?);
    command.current_dir(workspace.root()).args(["hack", "check", "--each-feature"]);
    // A folder of its own, since flags of the compiler would have everything else built again.
    command.env("RUSTFLAGS", "-D warnings").env("CARGO_TARGET_DIR", workspace.root().join("target/features"));
    Ok(command)
}

/// Fails where a member without features compiles an HTTP client or the generator.
fn without_client(workspace: &Workspace, name: &str) -> Result<()> {
    let mut command = workspace.cargo_command();
    command.args(["tree", "-p", name, "--no-default-features", "--edges", "normal,build"]);
    let output =
        command.args(["--prefix", "none", "--format", "{p}"]).output().context("cannot start cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree -p {name} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.lines().filter_map(|line| line.split(' ').next());
    match found.into_iter().find(|package| CLIENTS_AND_GENERATOR.contains(package)) {
        Some(found) => bail!("{name}: compiles {found} without any feature; put the dependency behind one"),
        None => Ok(()),
    }
}
