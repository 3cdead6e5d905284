//! `config`: checks configuration files.

mod warnings;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::exit::{Done, Failure};
use crate::output::{BAD, GOOD, shown};
use crate::session::Session;
use crate::vault::VaultArgs;
use twilio_sdk::access_control::{Permission, Roles};
use twilio_sdk::inbound_auth::FileUserStore;
use twilio_sdk::types::SecretString;
use twilio_sdk::vault::EntryInfo;
use twilio_sdk::{Client, ConfigLoader, ConfigProblem, Error, SecretError, SecretSource};

/// Configuration files; needs the permission view_config
#[derive(Args, Debug)]
pub(crate) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Loads a file as programs do, with environment variables, and prints every problem
    ///
    /// For each secret://NAME in the file, the vault must have an entry of that name that has not expired; the secret itself is
    /// not read. Keys that need a feature of twilio-sdk in the program that loads the file are notes, not problems. Nothing is
    /// sent. Exits with 5 if there are problems. A plaintext secret in a file that other users can read is one, and so is a file
    /// that other users can write.
    ///
    /// JSON: {"file": FILE, "ok": BOOL, "secrets": [NAME], "problems": [{"line": NUMBER or null, "column": NUMBER or
    /// null, "key": KEY or null, "message": STRING}]}
    ///
    /// If there are notes, a list "notes" next to "problems" has them in the same form.
    Check(CheckArgs),
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// The file, in the format of its extension, .toml or .json
    file: PathBuf,
    /// The kind of file
    #[arg(long, value_enum, default_value_t = Kind::Client)]
    kind: Kind,
    /// The profile, instead of the variable TWILIO_PROFILE
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A client's configuration
    Client,
    /// Users of a service, with password hashes
    Users,
    /// Roles of a users database
    Roles,
}

/// A problem of the file.
struct Problem {
    place: Option<(usize, usize)>,
    key: Option<String>,
    message: String,
}

impl Config {
    pub(crate) fn run(&self, session: &Session) -> Done {
        let Action::Check(args) = &self.action;
        args.run(session)
    }
}

impl CheckArgs {
    fn run(&self, session: &Session) -> Done {
        let caller = session.allow(Permission::ViewConfig)?;
        if !self.file.try_exists().unwrap_or(true) {
            return Err(Failure::name("no such file").at(self.file.display()));
        }
        if self.kind != Kind::Client && self.profile.is_some() {
            return Err(Failure::usage("--profile is only for a client's configuration; leave it out"));
        }
        let (mut secrets, mut more, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        let (result, warnings) = match self.kind {
            Kind::Users => warnings::of(|| FileUserStore::open(&self.file).map(drop).map_err(Error::from)),
            Kind::Roles => warnings::of(|| Roles::from_file(&self.file).map(drop).map_err(Error::from)),
            Kind::Client => {
                let mut loader = ConfigLoader::new();
                if let Some(profile) = &self.profile {
                    loader = loader.profile(profile);
                }
                // Other problems of the file are reported below.
                secrets = loader.secret_names(&self.file).unwrap_or_default();
                let mut names = None;
                if !secrets.is_empty() {
                    match self.vault.missing(session)? {
                        None => names = Some(Names(self.vault.open(session, &caller)?.list()?)),
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
                0 => writeln!(out, "{GOOD}{file} is valid{GOOD:#}, with {} secrets", secrets.len()),
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

/// The names of a vault's entries, without their secrets.
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

/// Returns the problems of an error, with their places if it has them.
fn problems(error: &Error) -> Vec<Problem> {
    let listed: Vec<_> = error.config_problems().iter().map(Problem::of).collect();
    match listed.is_empty() {
        true => vec![Problem { place: None, key: None, message: error.to_string() }],
        false => listed,
    }
}
