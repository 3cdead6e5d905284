use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;

/// What `cargo xtask bench attack` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// For how many seconds each scenario runs.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Runs only the scenarios whose name contains one of these words.
    only: Vec<String>,
}

/// Builds the load program for release and runs it; it prints the table.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let program = workspace.release("twilio-attack", "twilio-attack", &[])?;
    let mut command = Command::new(program);
    command.arg(args.seconds.to_string()).args(&args.only);
    workspace.run(command)
}
