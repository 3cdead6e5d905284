//! Measurements, each beside a named peer in the same run.

mod attack;
mod auth;
mod bulk;
mod compile;
mod measure;
mod request;
mod token_server;
mod tokens;

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
    /// Responses to legitimate users while an attacker does his worst, one line per scenario.
    Attack(attack::Args),
    /// Users recognized a second: Argon2id and LDAP, with what is remembered and without, beside Python's and Node's
    /// libraries.
    Auth(auth::Args),
    /// Many requests while things go wrong: none lost, none carried out twice, flat memory.
    Bulk(bulk::Args),
    /// CPU seconds and memory of compiling the SDK, beside progenitor's own output for the same specs.
    Compile(compile::Args),
    /// CPU time, latency and memory of calls, beside bare reqwest and Twilio's own libraries.
    Request(request::Args),
    /// Answers, latency, errors and memory of the token server under load, with 256 connections.
    TokenServer(token_server::Args),
    /// Tokens signed and webhooks verified a second, beside Twilio's own libraries.
    Tokens(tokens::Args),
}

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    match args.bench {
        Bench::Attack(args) => attack::run(workspace, &args),
        Bench::Auth(args) => auth::run(workspace, &args),
        Bench::Bulk(args) => bulk::run(workspace, &args),
        Bench::Compile(args) => compile::run(workspace, &args),
        Bench::Request(args) => request::run(workspace, &args),
        Bench::TokenServer(args) => token_server::run(workspace, &args),
        Bench::Tokens(args) => tokens::run(workspace, &args),
    }
}

/// Whether a bar holds, in the one word that is looked for.
fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

/// The value in the middle; NaN where there is none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
