//! The programs that `cargo xtask bench request` runs: a server of canned answers, and clients that measure
//! themselves.

mod bare;
mod canned;
mod compare;
mod measure;
mod memory;
mod ours;
mod scenario;
mod serve;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().with_context(|| format!("{text} is no number"));
    match words.as_slice() {
        ["serve"] => serve::run(),
        ["compare", base, scenario, in_flight, calls, rounds] => {
            compare::run(base, scenario.parse()?, number(in_flight)?, number(calls)?, number(rounds)?)
        }
        ["memory", base, calls] => memory::run(base, number(calls)?),
        _ => bail!("`cargo xtask bench request` runs this program"),
    }
}
