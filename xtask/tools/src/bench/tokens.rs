use std::process::Command;

use anyhow::{Context, Result};

use super::verdict;
use crate::interop::output;
use crate::peers::{self, Scripts, local};
use crate::workspace::Workspace;

/// What `cargo xtask bench tokens` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Installs twilio-python and twilio-node below `target/`, with pip and npm, where they are not yet there.
    #[arg(long)]
    install: bool,
    /// For how many seconds each figure is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// How many times as many as either of Twilio's libraries.
const OFFICIAL: f64 = 10.0;

/// The parameters of the webhook that the libraries verify: those that the SDK verifies too.
const PARAMS: &str = r#"{"AccountSid":"AC00000000000000000000000000000001","ApiVersion":"2010-04-01","Body":"Hi there","From":"+15017122661","FromCity":"SAN FRANCISCO","FromCountry":"US","FromState":"CA","FromZip":"94103","MessageSid":"SM00000000000000000000000000000001","NumMedia":"0","NumSegments":"1","SmsMessageSid":"SM00000000000000000000000000000001","SmsSid":"SM00000000000000000000000000000001","SmsStatus":"received","To":"+15558675310","ToCountry":"US"}"#;

/// Tokens and webhooks a second.
struct Rates {
    tokens: f64,
    webhooks: f64,
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let program = workspace.release("twilio-bench", "twilio-bench", &[])?;
    let peers = peers::all(workspace, Scripts::Signatures, args.install)?;
    let seconds = args.seconds.to_string();
    let measure = |command: &mut Command| -> Result<Rates> {
        let text = output(command, b"")?;
        let value: serde_json::Value = serde_json::from_str(text.trim())?;
        let rate = |name: &str| value[name].as_f64().with_context(|| format!("{name} is missing in {text}"));
        Ok(Rates { tokens: rate("tokens")?, webhooks: rate("webhooks")? })
    };
    let ours = measure(local(&program).args(["rates", &seconds]))?;
    println!("\na second, on one core, in this run");
    println!(
        "{:<16} {:>14} {:>8} {:>18} {:>8}   bar",
        "library", "tokens signed", "ratio", "webhooks verified", "ratio"
    );
    println!("{:<16} {:>14.0} {:>8} {:>18.0} {:>8}", "twilio-sdk", ours.tokens, "", ours.webhooks, "");
    for peer in &peers {
        let theirs = measure(peer.command().args(["bench", &seconds, PARAMS]))?;
        let (tokens, webhooks) = (ours.tokens / theirs.tokens, ours.webhooks / theirs.webhooks);
        println!(
            "{:<16} {:>14.0} {:>8.1} {:>18.0} {:>8.1}   {OFFICIAL:.0} times: {}",
            peer.name,
            theirs.tokens,
            tokens,
            theirs.webhooks,
            webhooks,
            verdict(tokens >= OFFICIAL && webhooks >= OFFICIAL)
        );
    }
    Ok(())
}
