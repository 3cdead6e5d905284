//! Completions and manual pages.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::Shell;

use crate::exit::{Done, Failure};
use crate::output::{self, Output};

/// Prints the completions for a shell.
///
/// For bash: twilio-admin completions bash > ~/.local/share/bash-completion/completions/twilio-admin
#[derive(Args, Debug)]
pub(crate) struct Completions {
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, output: Output, mut program: clap::Command) -> Done {
        no_json(output)?;
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "twilio-admin", &mut script);
        if self.shell == Shell::Bash {
            script = repaired(script)?;
        }
        output::raw(&script)
    }
}

/// Repairs a script: `clap_complete` 4.6 writes the hyphen of the program's name in two ways, so that arguments of a subcommand
/// would not be completed (clap-rs/clap#6421).
fn repaired(script: Vec<u8>) -> Done<Vec<u8>> {
    let script = String::from_utf8(script).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(script.replace("twilio__subcmd__admin", "twilio__admin").into_bytes())
}

/// Prints a manual page, or writes the pages of all commands.
///
/// To read one: twilio-admin man vault set | man -l -
///
/// JSON, with --dir alone: {"dir": DIR}
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// The command of the page, such as `vault set` [default: the program]
    #[arg(conflicts_with = "dir")]
    command: Vec<String>,
    /// Writes a page per command into this existing folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self, output: Output, program: clap::Command) -> Done {
        let mut root = program.disable_help_subcommand(true);
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
            let none = || Failure::name("no such command; twilio-admin --help lists them");
            command = command.find_subcommand(name).ok_or_else(none)?;
        }
        let mut text = Vec::new();
        page(command).render(&mut text).map_err(|error| Failure::failed(error.to_string()))?;
        output::raw(&text)
    }
}

fn no_json(output: Output) -> Done {
    match output.is_json() {
        true => Err(Failure::usage("this has no JSON output; leave out --json")),
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
