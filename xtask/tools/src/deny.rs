use std::process::{Command, Stdio};

use anyhow::Result;

use crate::tools;
use crate::workspace::Workspace;

/// What `cargo xtask deny` understands.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Checks banned crates, licences and sources, and known vulnerabilities where their database can be fetched.
pub(crate) fn run(workspace: &Workspace, _: Args) -> Result<()> {
    let tool = tools::DENY.ensure(workspace)?;
    let command = || {
        let mut command = Command::new(&tool);
        command.current_dir(workspace.root()).args(["--workspace", "check"]);
        command
    };
    let mut fetch = Command::new(&tool);
    fetch.current_dir(workspace.root()).args(["fetch", "db"]).stdout(Stdio::null()).stderr(Stdio::null());
    let has_database = fetch.status().is_ok_and(|status| status.success());
    let mut check = command();
    check.args(["bans", "licenses", "sources"]);
    if has_database {
        check.arg("advisories");
    }
    workspace.run(check)?;
    if !has_database {
        println!(
            "not run, for want of the database of advisories, which cannot be fetched: `cargo deny check advisories`"
        );
    }
    Ok(())
}
