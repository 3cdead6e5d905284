//! What a call costs, beside bare reqwest and Twilio's own libraries.

mod run;

use anyhow::Result;

use super::verdict;
use crate::peers::{self, Peer, Scripts};
use crate::workspace::Workspace;
use run::{Bench, Figures};

/// What `cargo xtask bench request` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Installs twilio-python and twilio-node below `target/`, with pip and npm, where they are not yet there.
    #[arg(long)]
    install: bool,
    /// Measures less: a fifth of the rounds.
    #[arg(long)]
    quick: bool,
    /// Leaves out the memory over 100,000 calls.
    #[arg(long)]
    no_memory: bool,
}

/// The most CPU per call beside bare reqwest with serde_json.
const BARE: f64 = 1.10;
/// The least CPU per call of either of Twilio's libraries beside ours.
const OFFICIAL: f64 = 10.0;
/// The most memory after 100,000 calls beside that after 10,000.
const MEMORY: f64 = 1.05;
/// How many calls are made for the memory.
const CALLS: usize = 100_000;

/// What is measured: scenario, calls in flight, calls in a round, rounds. Many short rounds, ours and bare
/// reqwest's by turns, tell more on a busy machine than a few long ones.
const CASES: &[(&str, usize, usize, usize)] = &[
    ("create", 1, 500, 101),
    ("create", 64, 640, 101),
    ("create", 512, 2048, 41),
    ("fetch", 1, 500, 101),
    ("fetch", 64, 640, 101),
    ("fetch", 512, 2048, 41),
    ("page", 1, 5, 61),
    ("page", 64, 64, 21),
    ("page", 512, 512, 5),
];
/// Rounds of Twilio's libraries.
const PEER_ROUNDS: usize = 3;

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let program = workspace.release("twilio-bench", "twilio-bench", &[])?;
    let peers = peers::all(workspace, Scripts::Calls, args.install)?;
    let bench = Bench::start(program)?;
    println!(
        "\nCPU per call in microseconds (least / median of the rounds), latency in milliseconds (p50 / p99)"
    );
    println!("over loopback, without TLS; the ratio is ours by theirs: with bare reqwest the median");
    println!("over rounds side by side, with Twilio's own libraries that of the least");
    println!(
        "{:<8} {:>9}  {:<14} {:>17} {:>17} {:>7}   bar",
        "call", "in flight", "library", "CPU", "latency", "ratio"
    );
    let mut missed = 0;
    for case in CASES {
        missed += measure(&bench, &peers, *case, args.quick)?;
    }
    if !args.no_memory {
        missed += memory(&bench)?;
    }
    println!(
        "\n{}",
        if missed == 0 { "every bar holds".to_owned() } else { format!("{missed} bars MISSED") }
    );
    Ok(())
}

/// Measures one case with every library, and tells how many bars were missed.
fn measure(bench: &Bench, peers: &[Peer], case: (&str, usize, usize, usize), quick: bool) -> Result<usize> {
    let (scenario, in_flight, calls, rounds) = case;
    let rounds = if quick { rounds.div_ceil(5) } else { rounds };
    let (ours, bare) = bench.compare(scenario, in_flight, calls, rounds)?;
    let line = |library: &str, figures: &Figures, ratio: Option<f64>, bar: &str| {
        println!(
            "{scenario:<8} {in_flight:>9}  {library:<14} {:>17} {:>17} {:>7}   {bar}",
            figures.cpu(),
            figures.latency(),
            ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")),
        );
    };
    let ratio = ours.ratio(&bare);
    let holds = ratio <= BARE;
    line("twilio-sdk", &ours, None, "");
    line("bare reqwest", &bare, Some(ratio), &format!("at most {BARE:.2}: {}", verdict(holds)));
    let mut missed = usize::from(!holds);
    for peer in peers {
        // They are so much slower that fewer calls tell as much.
        let calls = (calls / 2).max(in_flight);
        let theirs = bench.peer(peer, scenario, in_flight, calls, PEER_ROUNDS)?;
        // Their rounds are not beside ours, and what else the machine does only ever adds.
        let ratio = theirs.least() / ours.least();
        let holds = ratio >= OFFICIAL;
        line(
            peer.name,
            &theirs,
            Some(1.0 / ratio),
            &format!("{ratio:.1} times, at least {OFFICIAL}: {}", verdict(holds)),
        );
        missed += usize::from(!holds);
    }
    Ok(missed)
}

fn memory(bench: &Bench) -> Result<usize> {
    let points = bench.memory(CALLS)?;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(1) };
    let ratio = last / first;
    let shown: Vec<String> = points.iter().map(|point| format!("{:.1}", point / 1e6)).collect();
    println!("\nmemory in use by the client, in MB, after each tenth of {CALLS} messages, 64 in flight:");
    println!("{}   ratio {ratio:.3}, at most {MEMORY}: {}", shown.join(" "), verdict(ratio <= MEMORY));
    Ok(usize::from(ratio > MEMORY))
}
