//! `config`: checks configuration files.

mod warnings;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::exit::{Done, Failure};
use super::output::{BAD, GOOD, shown};
use super::session::Session;
use super::vault::VaultArgs;
use crate::access::{Permission, Roles};
use crate::listener::FileUserStore;
use crate::{Client, ConfigLoader, Error};

/// Configuration files; needs the permission view_config
#[derive(Args, Debug)]
pub(super) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Reads a file as programs do, with its variables and the secrets that it names, and tells every problem
    ///
    /// Variables are those of the environment. Where the file names secret://NAME, the vault is opened for it. Nothing is
    /// sent. Ends with 5 where there are problems; a secret in clear in a file that others can read is one.
    ///
    /// JSON: {"file": FILE, "ok": BOOL, "secrets": [NAME], "problems": [{"line": NUMBER or null, "column": NUMBER or
    /// null, "key": KEY or null, "message": TEXT}]}
    Check(CheckArgs),
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// The file, in TOML or JSON as its name says
    file: PathBuf,
    /// What the file is for
    #[arg(long, value_enum, default_value_t = Kind::Client)]
    kind: Kind,
    /// The profile, whatever the variable TWILIO_PROFILE says
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A client's configuration
    Client,
    /// Users of a service, with hashes of their passwords
    Users,
    /// Roles of people
    Roles,
}

/// One thing that is wrong.
struct Problem {
    place: Option<(usize, usize)>,
    key: Option<String>,
    message: String,
}

impl Config {
    pub(super) fn run(&self, session: &Session) -> Done {
        let Action::Check(args) = &self.action;
        args.run(session)
    }
}

impl CheckArgs {
    fn run(&self, session: &Session) -> Done {
        let person = session.allow(Permission::ViewConfig)?;
        if !self.file.try_exists().unwrap_or(true) {
            return Err(Failure::name("there is no such file").at(self.file.display()));
        }
        if self.kind != Kind::Client && self.profile.is_some() {
            return Err(Failure::usage("--profile is for a client's configuration"));
        }
        let (mut secrets, mut more) = (Vec::new(), Vec::new());
        let (result, warnings) = match self.kind {
            Kind::Users => warnings::of(|| FileUserStore::open(&self.file).map(drop)),
            Kind::Roles => warnings::of(|| Roles::from_file(&self.file).map(drop)),
            Kind::Client => {
                let mut loader = ConfigLoader::new();
                if let Some(profile) = &self.profile {
                    loader = loader.profile(profile);
                }
                // What else is wrong with the file is told below.
                secrets = loader.secret_names(&self.file).unwrap_or_default();
                if !secrets.is_empty() {
                    match self.vault.missing(session)? {
                        None => loader = loader.secrets(self.vault.open(session, &person)?),
                        Some(missing) => more.push(missing.to_string()),
                    }
                }
                warnings::of(|| session.within(|| Client::new(loader.file(&self.file)?).map(drop)))
            }
        };
        let mut problems: Vec<Problem> = result.err().iter().flat_map(problems).collect();
        problems.extend(more.into_iter().chain(warnings).map(|message| Problem {
            place: None,
            key: None,
            message,
        }));
        self.print(session, &secrets, &problems)
    }

    fn print(&self, session: &Session, secrets: &[String], problems: &[Problem]) -> Done {
        let file = self.file.display().to_string();
        let json = json!({
            "file": file,
            "ok": problems.is_empty(),
            "secrets": secrets,
            "problems": problems.iter().map(Problem::to_json).collect::<Vec<_>>(),
        });
        session.output.print(&json, |out| {
            let file = shown(&file);
            for problem in problems {
                write!(out, "{file}")?;
                if let Some((line, column)) = problem.place {
                    write!(out, ":{line}:{column}")?;
                }
                let key = problem.key.as_ref().map(|key| format!("{}: ", shown(key))).unwrap_or_default();
                writeln!(out, ": {BAD}{key}{BAD:#}{}", shown(&problem.message))?;
            }
            match problems.len() {
                0 => writeln!(out, "{GOOD}{file} is good{GOOD:#}, {} secrets named", secrets.len()),
                1 => writeln!(out, "1 problem"),
                many => writeln!(out, "{many} problems"),
            }
        })?;
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Failure::found()),
        }
    }
}

impl Problem {
    fn to_json(&self) -> Value {
        let (line, column) = self.place.unzip();
        json!({"line": line, "column": column, "key": self.key, "message": self.message})
    }
}

/// What is wrong, each in its place where the error tells them apart.
fn problems(error: &Error) -> Vec<Problem> {
    let told: Vec<_> = error
        .config_problems()
        .iter()
        .map(|problem| Problem {
            place: problem.line().zip(problem.column()),
            key: Some(problem.key().to_owned()).filter(|key| !key.is_empty()),
            message: problem.message().to_owned(),
        })
        .collect();
    match told.is_empty() {
        true => vec![Problem { place: None, key: None, message: error.to_string() }],
        false => told,
    }
}
