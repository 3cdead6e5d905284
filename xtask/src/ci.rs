//! `cargo xtask ci`.

use std::process::Command;

use anyhow::{Result, bail};

use crate::wants_help;
use crate::workspace::Workspace;

/// Runs `.ci/run`, the one list of steps.
///
/// # Errors
///
/// An argument is unknown, or a step fails.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if wants_help(arguments, "Usage: cargo xtask ci") {
        return Ok(());
    }
    if !arguments.is_empty() {
        bail!("ci: takes no arguments");
    }
    let mut command = Command::new("bash");
    command.current_dir(workspace.root()).arg(".ci/run");
    workspace.run(command)
}
