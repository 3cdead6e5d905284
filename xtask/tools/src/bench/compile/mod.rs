//! CPU seconds, packages and memory of compiling programs that use the family.

mod fresh;
mod plain;
mod program;

use anyhow::Result;

use super::measure::Cost;
use crate::workspace::Workspace;

/// What `cargo xtask bench compile` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Compare `cargo check` of single products with progenitor's own output too; takes about 9 GB of memory.
    #[arg(long)]
    plain: bool,
    /// Measure `cargo xtask demo` and `cargo xtask test` from a fresh clone of the committed state too.
    #[arg(long)]
    fresh: bool,
    /// Measure only programs of `bench/compile` whose name contains one of these words.
    programs: Vec<String>,
}

/// The most CPU seconds and memory in GB of `cargo check` with all products, dependencies excluded.
const ALL_PRODUCTS: (f64, f64) = (11.2, 1.45);

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let folder = workspace.root().join("target/bench");
    std::fs::create_dir_all(&folder)?;
    program::table(workspace, &folder, &args.programs)?;
    if args.programs.is_empty() {
        let cost = plain::products(workspace, &folder, "all-products")?;
        let (user, peak) = ALL_PRODUCTS;
        let held = cost.user <= user && cost.peak <= peak;
        println!(
            "\n`cargo check` with all products, without dependencies: {}   target {user} s, {peak} GB: {}",
            show(cost),
            super::verdict(held)
        );
    }
    if args.plain {
        plain::table(workspace, &folder)?;
    }
    if args.fresh {
        fresh::table(workspace, &folder)?;
    }
    Ok(())
}

fn show(cost: Cost) -> String {
    format!("{:.1} s {:.2} GB", cost.user, cost.peak)
}
