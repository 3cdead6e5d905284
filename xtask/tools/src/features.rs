use std::process::Command;

use anyhow::Result;

use crate::tools;
use crate::workspace::Workspace;

/// What `cargo xtask features` understands.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Checks the SDK with no feature, with each of its features alone, and with the default ones; warnings are errors.
pub(crate) fn run(workspace: &Workspace, _: Args) -> Result<()> {
    let mut command = Command::new(tools::HACK.ensure(workspace)?);
    command.current_dir(workspace.root()).args(["hack", "check", "--each-feature"]);
    // With all features it is linted and documented anyway, and `all-products` and `full` are bundles of what is checked alone.
    command.args(["-p", "twilio-sdk", "--exclude-all-features", "--exclude-features", "all-products,full"]);
    // A folder of its own, since flags of the compiler would have everything else built again.
    command.env("RUSTFLAGS", "-D warnings").env("CARGO_TARGET_DIR", workspace.root().join("target/features"));
    workspace.run(command)
}
