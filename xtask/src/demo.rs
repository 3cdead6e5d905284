use anyhow::Result;

use crate::workspace::Workspace;

/// What `cargo xtask demo` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Does the part that only reads against real Twilio, with the credentials of the TWILIO_* variables.
    #[arg(long)]
    live: bool,
}

/// Runs the SDK's example of that name, which needs no product beyond the defaults but one.
pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    println!("Building the SDK's example `demo` (a few minutes the first time) ...");
    let mut arguments = vec![
        "run",
        "--quiet",
        "--package",
        "twilio-sdk",
        "--example",
        "demo",
        "--features",
        "mock,conversations-v1",
    ];
    if args.live {
        arguments.extend(["--", "--live"]);
    }
    workspace.cargo(arguments)
}
