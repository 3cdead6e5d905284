//! `cargo xtask lint`.

use anyhow::{Result, bail};

use crate::members::{Member, features, members};
use crate::wants_help;
use crate::workspace::Workspace;

/// Runs clippy on every target of every member with the features that the tests run with; a warning is an error.
///
/// # Errors
///
/// An argument is unknown, a manifest cannot be read, or clippy finds something.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if wants_help(arguments, "Usage: cargo xtask lint") {
        return Ok(());
    }
    if !arguments.is_empty() {
        bail!("lint: takes no arguments");
    }
    let members = members(workspace.root())?;
    let features = features(&members.iter().collect::<Vec<&Member>>(), &[]);
    // Its manifest excludes the browser's test from `--all-targets`.
    let browser = members.iter().any(|member| member.has_test("browser"));
    let browser: &[&str] = if browser { &["--test", "browser"] } else { &[] };
    let command = ["clippy", "--workspace", "--all-targets", "--features", &features];
    workspace.cargo(command.iter().chain(browser).chain(&["--", "-D", "warnings"]))
}
