use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::bench::median;
use crate::peers::{Peer, local};

/// The server of canned answers, running, and the program that measures.
pub(super) struct Bench {
    program: PathBuf,
    server: Child,
    base: String,
}

impl Bench {
    pub(super) fn start(program: PathBuf) -> Result<Self> {
        let mut command = local(&program);
        command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let mut port = String::new();
        let output = server.stdout.take().context("the server has no output")?;
        BufReader::new(output).read_line(&mut port).context("the server says no port")?;
        Ok(Self { program, server, base: format!("http://127.0.0.1:{}", port.trim()) })
    }

    /// Ours and bare reqwest by turns.
    pub(super) fn compare(
        &self,
        scenario: &str,
        in_flight: usize,
        calls: usize,
        rounds: usize,
    ) -> Result<(Figures, Figures)> {
        #[derive(Deserialize)]
        struct Both {
            ours: Figures,
            bare: Figures,
        }
        let mut command = local(&self.program);
        command.args(["compare", &self.base, scenario]);
        command.args([in_flight, calls, rounds].map(|number| number.to_string()));
        let both: Both = said(command)?;
        Ok((both.ours, both.bare))
    }

    /// One of Twilio's libraries.
    pub(super) fn peer(
        &self,
        peer: &Peer,
        scenario: &str,
        in_flight: usize,
        calls: usize,
        rounds: usize,
    ) -> Result<Figures> {
        let mut command = peer.command();
        command.args([&self.base, scenario]);
        command.args([in_flight, calls, rounds].map(|number| number.to_string()));
        said(command)
    }

    /// The client's memory in bytes after each tenth of the calls.
    pub(super) fn memory(&self, calls: usize) -> Result<Vec<f64>> {
        #[derive(Deserialize)]
        struct Memory {
            resident: Vec<f64>,
        }
        let mut command = local(&self.program);
        command.args(["memory", &self.base, &calls.to_string()]);
        Ok(said::<Memory>(command)?.resident)
    }
}

/// The server ends with its input; where it does not, it is ended.
impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        // It may have ended by now, which is what is wanted.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Runs a command and reads the JSON that it prints.
fn said<T: serde::de::DeserializeOwned>(mut command: Command) -> Result<T> {
    let name = format!("{command:?}");
    let output = command.output().with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{name} says something else than figures"))
}

/// What calls took: the CPU seconds per call of each round, and latencies in seconds over all rounds.
#[derive(Debug, Deserialize)]
pub(super) struct Figures {
    cpu: Vec<f64>,
    p50: f64,
    p99: f64,
}

impl Figures {
    pub(super) fn cpu(&self) -> String {
        format!("{:.1} / {:.1}", self.least() * 1e6, median(self.cpu.iter().copied()) * 1e6)
    }

    pub(super) fn latency(&self) -> String {
        format!("{:.3} / {:.3}", self.p50 * 1e3, self.p99 * 1e3)
    }

    pub(super) fn least(&self) -> f64 {
        self.cpu.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Ours by theirs: rounds that were made side by side are compared with each other.
    pub(super) fn ratio(&self, other: &Self) -> f64 {
        median(self.cpu.iter().zip(&other.cpu).map(|(ours, theirs)| ours / theirs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(cpu: &[f64]) -> Figures {
        Figures { cpu: cpu.to_vec(), p50: 0.001, p99: 0.0025 }
    }

    #[test]
    fn rounds_are_compared_side_by_side() {
        // The machine was ten times as slow in the second round, for both.
        let (ours, theirs) = (figures(&[1.1e-5, 1.1e-4, 1.2e-5]), figures(&[1e-5, 1e-4, 1e-5]));
        assert!((ours.ratio(&theirs) - 1.1).abs() < 1e-9);
        assert_eq!(ours.cpu(), "11.0 / 12.0");
        assert_eq!(ours.latency(), "1.000 / 2.500");
        assert!(ours.least() < 1.2e-5 && median(std::iter::empty()).is_nan());
    }
}
