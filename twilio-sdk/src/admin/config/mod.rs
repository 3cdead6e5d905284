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
use crate::inbound_auth::FileUserStore;
use crate::types::SecretString;
use crate::vault::EntryInfo;
use crate::{Client, ConfigLoader, ConfigProblem, Error, SecretError, SecretSource};

/// Configuration files; needs the permission view_config
#[derive(Args, Debug)]
pub(super) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Reads a file as programs do, with its variables, and tells every problem
    ///
    /// Variables are those of the environment. Where the file names secret://NAME, the vault must have an entry of that
    /// name that has not expired; the secret itself is not read. Keys that need a feature of twilio-sdk in the program
    /// that reads the file are noted, and are no problems. Nothing is sent. Ends with 5 where there are problems; a secret
    /// in clear in a file that others can read is one, and so is a file that others can write.
    ///
    /// JSON: {"file": FILE, "ok": BOOL, "secrets": [NAME], "problems": [{"line": NUMBER or null, "column": NUMBER or
    /// null, "key": KEY or null, "message": TEXT}]}
    ///
    /// Where something is noted, a list "notes" beside "problems" has it in the same form.
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
        let (mut secrets, mut more, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        let (result, warnings) = match self.kind {
            Kind::Users => warnings::of(|| Ok(FileUserStore::open(&self.file).map(drop)?)),
            Kind::Roles => warnings::of(|| Roles::from_file(&self.file).map(drop)),
            Kind::Client => {
                let mut loader = ConfigLoader::new();
                if let Some(profile) = &self.profile {
                    loader = loader.profile(profile);
                }
                // What else is wrong with the file is told below.
                secrets = loader.secret_names(&self.file).unwrap_or_default();
                let mut names = None;
                if !secrets.is_empty() {
                    match self.vault.missing(session)? {
                        None => names = Some(Names(self.vault.open(session, &person)?.list()?)),
                        Some(missing) => more.push(missing.to_string()),
                    }
                }
                warnings::of(|| {
                    let (config, found) = loader.check(&self.file, names);
                    notes = found.iter().map(Problem::of).collect();
                    session.within(|| Client::new(config?).map(drop))
                })
            }
        };
        let mut problems: Vec<Problem> = result.err().iter().flat_map(problems).collect();
        problems.extend(more.into_iter().chain(warnings).map(|message| Problem {
            place: None,
            key: None,
            message,
        }));
        self.print(session, &secrets, &problems, &notes)
    }

    fn print(&self, session: &Session, secrets: &[String], problems: &[Problem], notes: &[Problem]) -> Done {
        let file = self.file.display().to_string();
        let mut json = json!({
            "file": file,
            "ok": problems.is_empty(),
            "secrets": secrets,
            "problems": problems.iter().map(Problem::to_json).collect::<Vec<_>>(),
        });
        if !notes.is_empty() {
            json["notes"] = notes.iter().map(Problem::to_json).collect();
        }
        session.output.print(&json, |out| {
            let file = shown(&file);
            let noted = notes.iter().map(|note| (note, GOOD, "note: "));
            for (problem, style, word) in problems.iter().map(|problem| (problem, BAD, "")).chain(noted) {
                write!(out, "{file}")?;
                if let Some((line, column)) = problem.place {
                    write!(out, ":{line}:{column}")?;
                }
                let key = problem.key.as_ref().map(|key| format!("{}: ", shown(key))).unwrap_or_default();
                writeln!(out, ": {word}{style}{key}{style:#}{}", shown(&problem.message))?;
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

/// The names of a vault's entries: whether there is one, and never what it holds.
struct Names(Vec<EntryInfo>);

impl SecretSource for Names {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        let name = name.rsplit_once('#').map_or(name, |(name, _)| name);
        match self.0.iter().find(|entry| entry.name() == name) {
            None => Err(SecretError::NotFound),
            Some(entry) if entry.is_expired() => Err(SecretError::Expired),
            Some(_) => Ok("none".into()),
        }
    }
}

impl Problem {
    fn of(problem: &ConfigProblem) -> Self {
        Self {
            place: problem.line().zip(problem.column()),
            key: Some(problem.key().to_owned()).filter(|key| !key.is_empty()),
            message: problem.message().to_owned(),
        }
    }

    fn to_json(&self) -> Value {
        let (line, column) = self.place.unzip();
        json!({"line": line, "column": column, "key": self.key, "message": self.message})
    }
}

/// What is wrong, each in its place where the error tells them apart.
fn problems(error: &Error) -> Vec<Problem> {
    let told: Vec<_> = error.config_problems().iter().map(Problem::of).collect();
    match told.is_empty() {
        true => vec![Problem { place: None, key: None, message: error.to_string() }],
        false => told,
    }
}
