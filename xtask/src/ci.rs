use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;

/// What `cargo xtask ci` understands.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Runs the script itself, so that there is one list of steps.
pub(crate) fn run(workspace: &Workspace, _: Args) -> Result<()> {
    let mut command = Command::new("bash");
    command.current_dir(workspace.root()).arg(".ci/run");
    workspace.run(command)
}
