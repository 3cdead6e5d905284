//! `cargo xtask demo`.

use anyhow::{Result, bail};

use crate::wants_help;
use crate::workspace::Workspace;

const HELP: &str = "Usage: cargo xtask demo [--live]\n\n  --live  Reads from the real Twilio, with the credentials of the \
                    TWILIO_* variables";

/// Runs the package `twilio-demo`.
///
/// # Errors
///
/// An argument is unknown, or the demo cannot be built or fails.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if wants_help(arguments, HELP) {
        return Ok(());
    }
    let live = match arguments {
        [] => false,
        ["--live"] => true,
        other => bail!("demo: unknown arguments `{}`\n{HELP}", other.join(" ")),
    };
    println!("Building the demo (a few minutes the first time) ...");
    let mut command = vec!["run", "--quiet", "--package", "twilio-demo"];
    if live {
        command.extend(["--", "--live"]);
    }
    workspace.cargo(command)
}
