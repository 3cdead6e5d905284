//! The project's own tasks: `cargo xtask --help`.
//!
//! This program is small, so that the demo and the tests start at once. Tasks that need a generator, an HTTP client or an
//! archive reader are in the package `xtask-tools`, which it starts.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::workspace::Workspace;
use xtask::{TASKS, ci, demo, lint, test};

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let workspace = Workspace::here();
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let Some((task, rest)) = words.split_first() else {
        print!("{}", help());
        return Ok(ExitCode::from(2));
    };
    match *task {
        "-h" | "--help" | "help" => print!("{}", help()),
        "demo" => demo::run(&workspace, rest)?,
        "test" => test::run(&workspace, rest)?,
        "lint" => lint::run(&workspace, rest)?,
        "ci" => ci::run(&workspace, rest)?,
        task if TASKS.iter().any(|(name, _)| *name == task) => {
            let status = workspace.tools(&arguments)?;
            return Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)));
        }
        task => bail!("there is no task `{task}`; `cargo xtask --help` lists them"),
    }
    Ok(ExitCode::SUCCESS)
}

fn help() -> String {
    let mut text = String::from("Usage: cargo xtask <TASK> [OPTIONS]\n\nTasks:\n");
    for (name, about) in TASKS {
        text += &format!("  {name:<10} {about}\n");
    }
    text + "\n`cargo xtask <TASK> --help` lists the options of a task.\n"
}
