//! Packages every published member, checks the packages and builds programs from them alone.

mod check;
mod consumer;
mod descriptions;
mod package;
mod semver;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use descriptions::Descriptions;

/// What `cargo xtask release` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Package, check and build only; publish nothing.
    #[arg(long)]
    dry_run: bool,
    /// Package Twilio's specs without Twilio's descriptions, and fetch nothing.
    #[arg(long)]
    without_descriptions: bool,
    /// Package and check, but build no program from the packages.
    #[arg(long, requires = "dry_run")]
    no_build: bool,
}

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let members = package::members(workspace)?;
    let (descriptions, _set_aside) = match args.without_descriptions {
        true => (Descriptions::LeftOut, descriptions::set_aside(workspace)?),
        false => (descriptions::fetch(workspace)?, None),
    };
    let mut problems = check::manifests(workspace, &members)?;
    let packages = package::all(workspace, &members)?;
    problems.extend(check::packages(&packages, descriptions)?);
    package::print(&packages);
    println!("Twilio's descriptions: {descriptions}");
    if !problems.is_empty() {
        bail!("{} problems:\n  {}", problems.len(), problems.join("\n  "));
    }
    println!("versions, pins, licences, READMEs and docs.rs settings: ok");
    if !args.no_build {
        consumer::build(workspace, &packages)?;
    }
    semver::check(workspace, &members)?;
    match args.dry_run {
        true => println!("dry run: nothing was published"),
        false => package::publish(workspace, &members)?,
    }
    Ok(())
}
