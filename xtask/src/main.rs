//! The project's own tasks: `cargo xtask --help`.

mod bench;
mod ci;
mod demo;
mod deny;
mod docs;
mod features;
mod fuzz;
mod generate;
mod interop;
mod ops;
mod output;
mod packages;
mod peers;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workspace::Workspace;

/// The tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

macro_rules! tasks {
    ($($(#[$doc:meta])* $name:ident($module:ident),)*) => {
        #[derive(Subcommand)]
        enum Task {
            $($(#[$doc])* $name($module::Args),)*
        }

        fn run(task: Task, workspace: &Workspace) -> anyhow::Result<()> {
            match task {
                $(Task::$name(args) => $module::run(workspace, args),)*
            }
        }
    };
}

tasks! {
    /// Show typed calls with both kinds of credentials, on the embedded Twilio or, reading only, on the real one.
    Demo(demo),
    /// Fetch Twilio's OpenAPI files, distil them and regenerate what is derived from them.
    Gen(generate),
    /// List every operation: product, operationId, method, path, Rust call, required arguments.
    Ops(ops),
    /// Measure, each time beside a named peer in the same run.
    Bench(bench),
    /// Verify what Twilio's own libraries sign, and have them verify what the SDK signs.
    Interop(interop),
    /// Look for inputs that break what reads answers, errors, pages, configurations, credentials, users and vaults.
    Fuzz(fuzz),
    /// Check the rules of the repository that a program can check.
    Tidy(tidy),
    /// Check licences, sources, banned crates and known vulnerabilities of the dependencies.
    Deny(deny),
    /// Check the SDK with each of its features alone.
    Features(features),
    /// Build the documentation with default, no and all features; a warning is an error.
    Docs(docs),
    /// Run all tests; fetches the pinned verbatim specs first when they are missing.
    Test(test),
    /// Run what continuous integration runs.
    Ci(ci),
}

fn main() -> ExitCode {
    match run(Cli::parse().task, &Workspace::here()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The names of all tasks, for checking what the documents tell people to run.
fn task_names() -> Vec<String> {
    use clap::CommandFactory;
    Cli::command().get_subcommands().map(|task| task.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
        assert!(task_names().contains(&"gen".to_owned()));
    }
}
