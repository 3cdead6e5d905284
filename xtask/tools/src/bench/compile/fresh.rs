use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use super::super::measure::cost;
use super::super::verdict;
use crate::workspace::Workspace;

/// The tasks that a newcomer starts with, and the most CPU seconds that each may take.
const TASKS: &[(&str, f64)] = &[("demo", 190.0), ("test", 900.0)];

/// Runs each task in a fresh clone of the committed state, from nothing.
pub(super) fn table(workspace: &Workspace, folder: &Path) -> Result<()> {
    println!("\nuser CPU seconds and minutes of a task in a fresh clone");
    for (task, target) in TASKS {
        let clone = folder.join("clone");
        if clone.exists() {
            fs::remove_dir_all(&clone).with_context(|| format!("cannot remove {}", clone.display()))?;
        }
        let mut git = Command::new("git");
        git.args(["clone", "--quiet", "--no-hardlinks"]).arg(workspace.root()).arg(&clone);
        workspace.run(git)?;
        let mut command = Command::new("cargo");
        command.current_dir(&clone).args(["xtask", task]);
        for name in ["CARGO_MANIFEST_DIR", "CARGO_TARGET_DIR", "CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL"] {
            command.env_remove(name);
        }
        let start = Instant::now();
        let used = cost(&mut command)?;
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        let held = verdict(used.user <= *target);
        println!("{task:<6} {:>7.0} s {minutes:>6.1} min   target {target} s: {held}", used.user);
        fs::remove_dir_all(&clone)?;
    }
    Ok(())
}
