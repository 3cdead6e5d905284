use anyhow::{Context, Result, ensure};

use super::verdict;
use crate::interop::output;
use crate::peers::local;
use crate::workspace::Workspace;

/// What `cargo xtask bench bulk` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many messages are created.
    #[arg(long, default_value_t = 100_000)]
    requests: u64,
}

/// The most memory at the end beside that after a fifth of the requests.
const MEMORY: f64 = 1.10;

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let program = workspace.release("twilio-bench", "twilio-bench", &[])?;
    let text = output(local(&program).args(["bulk", &args.requests.to_string()]), b"")?;
    let value: serde_json::Value = serde_json::from_str(text.trim())?;
    let number = |name: &str| value[name].as_u64().with_context(|| format!("{name} is missing in {text}"));
    let seconds = value["seconds"].as_f64().context("the seconds are missing")?;
    println!(
        "\n{} creations, 64 at once, while a third of the attempts is rejected, fails or is reset:",
        args.requests
    );
    println!(
        "{seconds:.1} s; {} succeeded, {} rejected, {} unknown, {} not sent",
        number("succeeded")?,
        number("rejected")?,
        number("unknown")?,
        number("not_sent")?
    );
    let (lost, twice) = (number("lost")?, number("twice")?);
    println!("{lost} lost, {twice} carried out twice, bar none: {}", verdict(lost + twice == 0));
    let resident: Vec<f64> =
        value["resident"].as_array().into_iter().flatten().filter_map(|bytes| bytes.as_f64()).collect();
    let (early, late) =
        (resident.get(1).context("the memory is missing")?, resident.last().context("it too")?);
    let megabytes: Vec<String> = resident.iter().map(|bytes| format!("{:.1}", bytes / 1e6)).collect();
    println!("memory of client and emulator together, in MB, after each tenth: {}", megabytes.join(" "));
    println!("ratio {:.3}, at most {MEMORY:.2}: {}", late / early, verdict(late / early <= MEMORY));
    ensure!(lost + twice == 0, "requests were lost or carried out twice");
    Ok(())
}
