use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use wait4::Wait4;

/// What a command and everything that it started took.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// User CPU seconds.
    pub(super) user: f64,
    /// The memory of its largest process, in GB (10^9 bytes).
    pub(super) peak: f64,
}

/// Runs a command to its end; its output is shown only where it fails.
pub(super) fn cost(command: &mut Command) -> Result<Cost> {
    let mut log = tempfile::tempfile().context("cannot make a temporary file")?;
    let name = format!("{command:?}");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?);
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let used = child.wait4().with_context(|| format!("cannot wait for {name}"))?;
    if !used.status.success() {
        use std::io::{Read, Seek};
        let mut text = String::new();
        log.rewind()?;
        log.read_to_string(&mut text)?;
        let tail: Vec<&str> = text.lines().rev().take(30).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        bail!("{name} failed:\n{}", tail.join("\n"));
    }
    Ok(Cost { user: used.rusage.utime.as_secs_f64(), peak: used.rusage.maxrss as f64 / 1e9 })
}
