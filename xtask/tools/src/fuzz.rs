//! Coverage-guided fuzzing of what reads other people's bytes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::tools;
use crate::workspace::Workspace;
use xtask::packages::System;

/// What `cargo xtask fuzz` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One target instead of all; they are the programs of `fuzz/Cargo.toml`.
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// Build the targets and run none, without optimization.
    #[arg(long, conflicts_with = "seconds")]
    build: bool,
}

/// The SDK forbids unsafe code, so an address sanitizer would find nothing; without one, stable Rust will do.
const OPTIONS: &[&str] = &["--sanitizer", "none", "--codegen-units", "16"];

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let fuzz = workspace.root().join("fuzz");
    let manifest = fuzz.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).context("cannot read fuzz/Cargo.toml")?;
    let all = targets(&text)?;
    let chosen: Vec<&String> = match &args.target {
        None => all.iter().collect(),
        Some(name) => all.iter().filter(|target| *target == name).collect(),
    };
    if chosen.is_empty() {
        bail!("there is no such target; there are: {}", all.join(", "));
    }
    // The versions that everything else is tested with; cargo adds what only the targets need.
    std::fs::copy(workspace.root().join("Cargo.lock"), fuzz.join("Cargo.lock"))
        .context("cannot copy Cargo.lock into fuzz/")?;
    System::here().ensure_cxx(false)?;
    let tool = tools::FUZZ.ensure(workspace)?;
    if args.build {
        return chosen.into_iter().try_for_each(|target| {
            let mut command = cargo_fuzz(workspace, &tool, &fuzz, "build");
            command.args(["--dev", target]);
            workspace.run(command)
        });
    }
    let mut figures = Vec::new();
    for target in chosen {
        figures.push((target, one(workspace, &tool, &fuzz, target, args.seconds)?));
    }
    println!(
        "\n{:<10} {:>12} {:>9} {:>9} {:>8} {:>10}",
        "target", "inputs", "per s", "coverage", "corpus", ""
    );
    for (target, run) in &figures {
        let outcome = if run.found.is_some() { "MISSED" } else { "holds" };
        let Run { inputs, rate, coverage, corpus, .. } = run;
        println!("{target:<10} {inputs:>12} {rate:>9} {coverage:>9} {corpus:>8} {outcome:>10}");
    }
    let found: Vec<&String> = figures.iter().filter_map(|(_, run)| run.found.as_ref()).collect();
    match found.as_slice() {
        [] => Ok(()),
        found => {
            bail!("an input that fails: {}", found.iter().map(|f| f.as_str()).collect::<Vec<_>>().join("; "))
        }
    }
}

/// The names of the programs in the manifest.
fn targets(manifest: &str) -> Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        bin: Vec<Program>,
    }
    #[derive(serde::Deserialize)]
    struct Program {
        name: String,
    }
    let manifest: Manifest = toml::from_str(manifest).context("fuzz/Cargo.toml does not name the targets")?;
    Ok(manifest.bin.into_iter().map(|program| program.name).collect())
}

/// What libFuzzer said at the end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Run {
    inputs: String,
    rate: String,
    coverage: String,
    corpus: String,
    /// The file with an input that fails.
    found: Option<String>,
}

impl Run {
    /// Takes in a line such as `#4096 pulse cov: 512 ft: 900 corp: 31/2Kb lim: 43 exec/s: 2048 rss: 40Mb`.
    fn hear(&mut self, line: &str) {
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.found = Some(path.trim().to_owned());
        }
        // Headings of its dictionary begin with the same sign.
        if let Some(rest) =
            line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            let mut words = rest.split_whitespace();
            self.inputs = words.next().unwrap_or_default().to_owned();
            let words: Vec<&str> = words.collect();
            for pair in words.windows(2) {
                let [name, value] = pair else { continue };
                match *name {
                    "cov:" => self.coverage = (*value).to_owned(),
                    "corp:" => self.corpus = value.split('/').next().unwrap_or_default().to_owned(),
                    "exec/s:" => self.rate = (*value).to_owned(),
                    _ => {}
                }
            }
        }
    }
}

/// A command of `cargo-fuzz` whose target is still to come.
fn cargo_fuzz(workspace: &Workspace, tool: &Path, fuzz: &Path, task: &str) -> Command {
    let mut command = Command::new(tool);
    command.current_dir(workspace.root()).arg(task).args(OPTIONS);
    command.arg("--fuzz-dir").arg(fuzz).arg("--target-dir").arg(workspace.root().join("target/fuzz"));
    command
}

/// Runs a target; its output goes to the terminal, and where it fails that is an outcome, not an error.
fn one(workspace: &Workspace, tool: &Path, fuzz: &Path, target: &str, seconds: u32) -> Result<Run> {
    let folder = workspace.root().join("target/fuzz");
    let (corpus, seeds) = (folder.join("corpus").join(target), folder.join("seeds").join(target));
    for folder in [&corpus, &seeds] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut command = cargo_fuzz(workspace, tool, fuzz, "run");
    command.arg(target).arg(&corpus).arg(&seeds);
    command.args(["--", "-timeout=10", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1"]);
    command.arg(format!("-max_total_time={seconds}")).env("TWILIO_FUZZ_SEEDS", &seeds);
    println!("\n{target}, {seconds} s:");
    let mut child = command.stderr(Stdio::piped()).spawn().context("cannot start cargo-fuzz")?;
    let mut run = Run::default();
    if let Some(lines) = child.stderr.take() {
        for line in BufReader::new(lines).split(b'\n') {
            let line = line.context("cannot read what cargo-fuzz says")?;
            let line = String::from_utf8_lossy(&line);
            run.hear(&line);
            eprintln!("{line}");
        }
    }
    let status = child.wait().context("cannot wait for cargo-fuzz")?;
    if !status.success() && run.found.is_none() {
        bail!("{target} cannot be built or run ({status})");
    }
    Ok(run)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_libfuzzer_says_is_understood() {
        let mut run = Run::default();
        run.hear("#4096\tpulse  cov: 512 ft: 900 corp: 31/2Kb lim: 43 exec/s: 2048 rss: 40Mb");
        run.hear("###### Recommended dictionary. ######");
        assert_eq!((run.inputs.as_str(), run.rate.as_str()), ("4096", "2048"));
        assert_eq!((run.coverage.as_str(), run.corpus.as_str(), run.found.as_deref()), ("512", "31", None));
        run.hear("artifact_prefix='/x/'; Test unit written to /x/crash-1");
        assert_eq!(run.found.as_deref(), Some("/x/crash-1"));
    }

    #[test]
    fn every_target_is_a_file() {
        let fuzz = Workspace::here().root().join("fuzz");
        let names = targets(&std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap()).unwrap();
        assert!(names.len() >= 4, "{names:?}");
        for name in names {
            assert!(fuzz.join(format!("fuzz_targets/{name}.rs")).exists(), "{name}");
        }
    }
}
