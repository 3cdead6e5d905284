//! The token server under a load from another process, over loopback.

mod load;
mod server;

use std::time::Duration;

use anyhow::Result;

use super::verdict;
use crate::workspace::Workspace;
use load::{Load, Outcome};
use server::Server;

/// What `cargo xtask bench token-server` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many connections ask at once.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// For how many seconds each case is measured.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

/// What is measured, for how long the server remembers a password that it has found right, and with how many connections at
/// most: checks of passwords have a queue of 32 or more, of which one network has a quarter.
const CASES: [(&str, &str, usize); 2] = [("remembered", "60s", usize::MAX), ("hashed each time", "0s", 8)];

/// The most memory at the end beside that after a quarter of the time.
const MEMORY: f64 = 1.10;

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let program = workspace.release("twilio-token-server", "twilio-token-server", &[])?;
    println!(
        "\n{} connections, kept alive, for {} s each; Argon2id with 19 MiB; at most 8 connections where each is hashed",
        args.connections, args.seconds
    );
    println!(
        "{:<17} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>6}   {:<24} bar",
        "password",
        "answers",
        "a second",
        "p50 ms",
        "p99 ms",
        "max ms",
        "errors",
        "lost",
        "MB before/quarter/end"
    );
    let mut missed = false;
    for (name, remember, most) in CASES {
        let server = Server::start(&program, remember)?;
        let before = server.resident()?;
        let duration = Duration::from_secs(args.seconds.max(1));
        let load = Load { address: server.address(), connections: args.connections.min(most), duration };
        let (outcome, quarter) = load.run(|| {
            std::thread::sleep(duration / 4);
            server.resident()
        });
        let (quarter, end) = (quarter?, server.resident()?);
        let holds = outcome.is_clean() && end <= quarter * MEMORY;
        missed |= !holds;
        let Outcome { errors, lost, .. } = outcome;
        println!(
            "{name:<17} {:>8} {:>8.0} {:>8.1} {:>8.1} {:>8.1} {errors:>7} {lost:>6}   {:<24} no error, none lost, memory \
             {MEMORY:.2}: {}",
            outcome.answers(),
            outcome.answers() as f64 / outcome.took.as_secs_f64(),
            outcome.milliseconds(0.50),
            outcome.milliseconds(0.99),
            outcome.milliseconds(1.0),
            format!("{:.1} / {:.1} / {:.1}", before / 1e6, quarter / 1e6, end / 1e6),
            verdict(holds)
        );
        if let Some(error) = outcome.first {
            println!("{:<17} the first error: {error}", "");
        }
    }
    println!("\n{}", if missed { "a bar was MISSED" } else { "every bar holds" });
    Ok(())
}
