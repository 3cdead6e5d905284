//! The program `twilio-admin`: people, keys, secrets, the audit log and logins from the command line.

mod audit;
mod cli;
mod config;
mod exit;
mod generate;
mod key;
mod login;
mod moments;
mod output;
mod password;
mod person;
mod places;
mod secret_input;
mod session;
mod terminal;
mod user;
mod vault;

use std::process::ExitCode;

use cli::{Cli, Command};
use exit::{Done, Failure};
use session::Session;

/// Does what the arguments of this process say, and tells how to end.
pub fn run() -> ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(code) => return code.into(),
    };
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                let red = output::BAD;
                output::tell(&format!("{red}twilio-admin:{red:#} {}", output::shown(&text)));
            }
            (failure.code as u8).into()
        }
    }
}

fn execute(cli: &Cli) -> Done {
    let no_threads = |error| Failure::failed(format!("no threads can be started: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(no_threads)?;
    terminal::watch(&runtime)
        .map_err(|error| Failure::failed(format!("signals cannot be caught: {error}")))?;
    let session = Session::new(&cli.everywhere, runtime.handle().clone());
    match &cli.command {
        Command::User(user) => user.run(&session),
        Command::Key(key) => key.run(&session),
        Command::Vault(vault) => vault.run(&session),
        Command::Password(password) => password.run(&session),
        Command::Audit(audit) => audit.run(&session),
        Command::Config(config) => config.run(&session),
        Command::Login(login) => login.run(&session),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(session.output),
    }
}
