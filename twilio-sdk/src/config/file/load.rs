//! From text to a configuration: parse, find unknown keys, choose a profile, put variables in, read.

use std::cell::RefCell;
use std::path::Path;

use super::expand_in::{malformed, put_in};
use super::known::{Known, nearest};
use super::problems::Problems;
use super::reader::{Reader, Shared};
use super::tree::{Entry, Node, Place, Table, Value};
use super::{ConfigFormat, keys, parse};
use crate::config::ConnectionConfig;
use crate::{Error, Result, SecretSource};

/// What a text is read with.
pub(super) struct Source<'a> {
    pub(super) format: ConfigFormat,
    /// What the file is called in problems.
    pub(super) file: Option<String>,
    /// Where relative paths start.
    pub(super) directory: &'a Path,
    pub(super) profile: Option<&'a str>,
    pub(super) variables: &'a dyn Fn(&str) -> Option<String>,
    pub(super) secrets: Option<&'a dyn SecretSource>,
    /// Whether others can read the file.
    pub(super) open_to_others: bool,
}

pub(super) fn load(text: &str, source: &Source<'_>) -> Result<ConnectionConfig> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let problems = Problems::new(source.file.clone(), text);
    match read(text, source, &problems) {
        // What the reader does not know to be wrong, the client would refuse.
        Some(config) if problems.is_empty() => match config.check() {
            Ok(()) => Ok(config),
            Err(error) => Err(unreadable(source.file.clone(), error.to_string())),
        },
        _ => Err(problems.into_error()),
    }
}

/// Every key, as the reader asks for it.
pub(super) fn known() -> Known {
    let (problems, nothing) = (Problems::new(None, ""), Table::default());
    let shared =
        Shared { problems: &problems, directory: Path::new(""), secrets: None, asked: RefCell::default() };
    let _ = keys::config(&Reader::new(&shared, &nothing));
    Known::new(shared.asked.take(), Some("profiles"))
}

fn read(text: &str, source: &Source<'_>, problems: &Problems<'_>) -> Option<ConnectionConfig> {
    let parsed = match source.format {
        ConfigFormat::Toml => parse::toml(text),
        ConfigFormat::Json => parse::json(text),
    };
    let mut root = match parsed {
        Ok(root) => root,
        Err(unreadable) => {
            problems.add_at(unreadable.place, "", unreadable.message);
            return None;
        }
    };
    let known = known();
    let mut profiles = profiles(&mut root, problems);
    known.prune(&mut root, "", "", problems);
    root.name("");
    for profile in &mut profiles {
        known.prune(&mut profile.table, "", &profile.path, problems);
        profile.table.name(&profile.path);
    }
    // Too much is wrong for anything more to be of use.
    if problems.is_full() {
        return None;
    }
    let in_clear =
        known.secret_in_clear(&root) || profiles.iter().any(|profile| known.secret_in_clear(&profile.table));
    if source.open_to_others && in_clear {
        let file = source.file.as_deref().unwrap_or_default();
        tracing::warn!(
            file,
            "other users can read the configuration file, and it holds a secret in clear; chmod 600, or ${{VAR}}"
        );
    }
    malformed(&mut root, problems);
    profiles.iter_mut().for_each(|profile| malformed(&mut profile.table, problems));
    let names: Vec<String> = profiles.iter().map(|profile| profile.name.clone()).collect();
    if let Some(name) = source.profile {
        match profiles.into_iter().find(|profile| profile.name == name) {
            Some(profile) => root.overlay(profile.table, keys::WHOLE),
            None => {
                problems.add(None, "profiles", no_profile(name, &names));
                return None;
            }
        }
    }
    put_in(&mut root, source.variables, problems);
    let shared =
        Shared { problems, directory: source.directory, secrets: source.secrets, asked: RefCell::default() };
    let config = keys::config(&Reader::new(&shared, &root));
    if root.get("auth").is_none() {
        problems.add(None, "auth", no_auth(&names, source.profile));
    }
    config
}

struct Profile {
    name: String,
    /// The path in the file.
    path: String,
    table: Table,
}

/// Takes the profiles out of the root.
fn profiles(root: &mut Table, problems: &Problems<'_>) -> Vec<Profile> {
    let Some(node) = root.take("profiles") else { return Vec::new() };
    let wrong = |place: Place, path: &str, node: &Value| {
        problems.add(place, path, format!("must be a table, and not {}", node.kind()));
    };
    let Value::Table(table) = node.value else {
        wrong(node.place, "profiles", &node.value);
        return Vec::new();
    };
    let mut found = Vec::new();
    for Entry { key, node: Node { place, value, .. }, .. } in table.entries {
        let path = super::tree::join("profiles", &key);
        match value {
            Value::Table(table) => found.push(Profile { name: key, path, table }),
            other => wrong(place, &path, &other),
        }
    }
    found
}

fn no_profile(name: &str, names: &[String]) -> String {
    let known = match names {
        [] => "the file has none".to_owned(),
        names => format!("the file has {}", names.join(", ")),
    };
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no profile {name:?}; did you mean {near:?}?"),
        None => format!("there is no profile {name:?}; {known}"),
    }
}

fn no_auth(names: &[String], chosen: Option<&str>) -> String {
    let mut message =
        "is missing; give `account_sid` with `api_key` and `api_secret`, or with `auth_token`".to_owned();
    if chosen.is_none() && !names.is_empty() {
        message
            .push_str(&format!("; or choose a profile ({}) by argument or TWILIO_PROFILE", names.join(", ")));
    }
    message
}

/// The problem of a file that cannot even be read.
pub(super) fn unreadable(file: Option<String>, message: impl Into<String>) -> Error {
    let problems = Problems::new(file, "");
    problems.add_at(None, "", message);
    problems.into_error()
}
