//! Completions and manual pages, made from the arguments.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::Shell;

use super::cli;
use super::exit::{Done, Failure};
use super::output::{self, Output};

/// Prints the completions for a shell.
///
/// For bash, for instance: twilio-admin completions bash > ~/.local/share/bash-completion/completions/twilio-admin
#[derive(Args, Debug)]
pub(super) struct Completions {
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, output: Output) -> Done {
        no_json(output)?;
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut cli::command(), "twilio-admin", &mut script);
        if self.shell == Shell::Bash {
            script = mended(script)?;
        }
        output::raw(&script)
    }
}

/// `clap_complete` 4.6 writes the hyphen of the program's name in two ways, so that nothing behind a subcommand would be
/// completed (clap-rs/clap#6421).
fn mended(script: Vec<u8>) -> Done<Vec<u8>> {
    let script = String::from_utf8(script).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(script.replace("twilio__subcmd__admin", "twilio__admin").into_bytes())
}

/// Prints a manual page, or writes the pages of all commands.
///
/// To look at one: twilio-admin man vault set | man -l -
///
/// JSON, with --dir alone: {"dir": DIR}
#[derive(Args, Debug)]
pub(super) struct Man {
    /// The command whose page is printed, such as `vault set`; the program's own unless given
    #[arg(conflicts_with = "dir")]
    command: Vec<String>,
    /// Writes a page for each command into this folder, which must be there
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self, output: Output) -> Done {
        let mut root = cli::command().disable_help_subcommand(true);
        root.build();
        if let Some(folder) = &self.dir {
            write_all(&root, folder)
                .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
            let folder = folder.display().to_string();
            return output.line(&serde_json::json!({"dir": folder}), &format!("The pages are in {folder}."));
        }
        no_json(output)?;
        let mut command = &root;
        for name in &self.command {
            let none = || Failure::name("there is no such command; twilio-admin --help lists them");
            command = command.find_subcommand(name).ok_or_else(none)?;
        }
        let mut text = Vec::new();
        page(command).render(&mut text).map_err(|error| Failure::failed(error.to_string()))?;
        output::raw(&text)
    }
}

fn no_json(output: Output) -> Done {
    match output.is_json() {
        true => Err(Failure::usage("this is not printed as JSON; leave --json out")),
        false => Ok(()),
    }
}

fn page(command: &clap::Command) -> clap_mangen::Man {
    let program = concat!("twilio-admin ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command.clone()).source(program).manual("twilio-admin")
}

fn write_all(command: &clap::Command, folder: &Path) -> std::io::Result<()> {
    page(command).generate_to(folder)?;
    command.get_subcommands().try_for_each(|command| write_all(command, folder))
}
