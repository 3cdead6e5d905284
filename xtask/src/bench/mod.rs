//! Measurements, each beside a named peer in the same run.

mod compile;
mod measure;

use anyhow::Result;

use crate::workspace::Workspace;

/// What `cargo xtask bench` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(clap::Subcommand)]
enum Bench {
    /// CPU seconds and memory of compiling the SDK, beside progenitor's own output for the same specs.
    Compile(compile::Args),
}

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    match args.bench {
        Bench::Compile(args) => compile::run(workspace, &args),
    }
}
