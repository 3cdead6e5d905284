//! Tasks that need a generator, an HTTP client or an archive reader; `cargo xtask` starts this program for them.

mod bench;
mod deny;
mod docs;
mod features;
mod fuzz;
mod generate;
mod interop;
mod ops;
mod output;
mod peers;
mod release;
mod tidy;
mod tools;
mod verbatim;
mod words;
mod workflows;
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
    /// Fetch Twilio's OpenAPI files, distil them and regenerate what is derived from them.
    Gen(generate),
    /// Lists operations: feature, operationId, method, path, Rust request, name in Twilio's libraries, required parameters.
    Ops(ops),
    /// Measure, each time beside a named peer in the same run.
    Bench(bench),
    /// Verify what Twilio's own libraries sign, and have them verify what the SDK signs.
    Interop(interop),
    /// Look for inputs that break what reads answers, errors, pages, configurations, credentials, users and vaults.
    Fuzz(fuzz),
    /// Check the rules of the repository that a program can check.
    Tidy(tidy),
    /// Report words in documentation that the style replaces.
    Words(words),
    /// Check licences, sources, banned crates and known vulnerabilities of the dependencies.
    Deny(deny),
    /// Check every published member alone: without features, with each of them, and with all.
    Features(features),
    /// Build the documentation with default, no and all features; a warning is an error.
    Docs(docs),
    /// Lint the workflow files of GitHub.
    Workflows(workflows),
    /// Package every member, check the packages, and build programs from them alone.
    Release(release),
    /// Put Twilio's pinned verbatim files into place.
    Verbatim(verbatim),
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

/// The names of all tasks, for checking the commands that the documents show.
fn task_names() -> Vec<String> {
    xtask::TASKS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_lists_every_task() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
        let own = ["demo", "test", "lint", "ci"].map(str::to_owned);
        let heavy =
            Cli::command().get_subcommands().map(|task| task.get_name().to_owned()).collect::<Vec<_>>();
        let mut all = [own.to_vec(), heavy].concat();
        let mut listed = task_names();
        all.sort();
        listed.sort();
        assert_eq!(all, listed);
    }
}
