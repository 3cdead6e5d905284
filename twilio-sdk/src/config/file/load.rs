//! From text to a configuration: parse, find unknown keys, choose a profile, put variables in, read.

use std::cell::RefCell;
use std::fs::File;
use std::path::Path;

use zeroize::Zeroizing;

use super::expand_in::{malformed, put_in};
use super::known::{Known, nearest};
use super::problems::Problems;
use super::reader::{Reader, Shared};
use super::tree::{Entry, Node, Place, Table, Value};
use super::{ConfigFormat, keys, parse, pem};
use crate::config::ConnectionConfig;
use crate::error::ConfigProblem;
use crate::file_owner::open_trusted;
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
    /// Where the file is checked for another program: what that program needs.
    pub(super) notes: Option<&'a RefCell<Vec<ConfigProblem>>>,
}

/// A file that was read whole.
pub(super) struct Whole {
    pub(super) name: String,
    pub(super) format: ConfigFormat,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether others can read it.
    pub(super) open_to_others: bool,
}

impl Whole {
    /// Reads a file, in the format that its name tells. Files that decide about security are read by this.
    pub(super) fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, open_trusted)
    }

    /// Reads a file that other users may change.
    #[cfg(feature = "emulator")]
    pub(super) fn read_any(path: &Path) -> Result<Self> {
        Self::read_with(path, |path| File::open(path).map_err(|error| format!("cannot be read: {error}")))
    }

    fn read_with(path: &Path, open: impl FnOnce(&Path) -> std::result::Result<File, String>) -> Result<Self> {
        let name = path.display().to_string();
        let wrong = |message: String| unreadable(Some(name.clone()), message);
        let Some(format) = ConfigFormat::of(path) else {
            return Err(wrong("the name of a configuration file must end in .toml or .json".to_owned()));
        };
        let failed = |e: std::io::Error| wrong(format!("cannot be read: {e}"));
        let file = open(path).map_err(wrong)?;
        let open_to_others = pem::open_to_others(&file);
        let bytes =
            pem::whole(file).map_err(failed)?.ok_or_else(|| wrong("is larger than 1 MiB".to_owned()))?;
        Ok(Self { name, format, bytes, open_to_others })
    }
}

/// Bytes as text, without the mark that may stand before it.
pub(super) fn text_of<'b>(bytes: &'b [u8], file: Option<&str>) -> Result<&'b str> {
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable(file.map(str::to_owned), "is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The tree of a text; what keeps it from being read is reported.
pub(super) fn parsed(text: &str, format: ConfigFormat, problems: &Problems<'_>) -> Option<Table> {
    let parsed = match format {
        ConfigFormat::Toml => parse::toml(text),
        ConfigFormat::Json => parse::json(text),
    };
    parsed.map_err(|unreadable| problems.add_at(unreadable.place, "", unreadable.message)).ok()
}

/// Warns of secrets in clear where others can read them.
pub(super) fn warn_of_secrets<'t>(known: &Known, mut tables: impl Iterator<Item = &'t Table>, file: &str) {
    if tables.any(|table| known.secret_in_clear(table)) {
        tracing::warn!(
            file,
            "other users can read the configuration file, and it holds a secret in clear; chmod 600, or ${{VAR}}"
        );
    }
}

pub(super) fn load(text: &str, source: &Source<'_>) -> Result<ConnectionConfig> {
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
    Known::of(keys::config, Some("profiles"))
}

fn read(text: &str, source: &Source<'_>, problems: &Problems<'_>) -> Option<ConnectionConfig> {
    let mut root = parsed(text, source.format, problems)?;
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
    if source.open_to_others {
        let tables = std::iter::once(&root).chain(profiles.iter().map(|profile| &profile.table));
        warn_of_secrets(&known, tables, source.file.as_deref().unwrap_or_default());
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
    let secrets =
        source.secrets.ok_or("`secret://` names an entry of a vault, and none is given to the loader");
    let notes = Problems::new(source.file.clone(), text);
    let shared = Shared {
        problems,
        directory: source.directory,
        secrets,
        notes: source.notes.map(|_| &notes),
        asked: RefCell::default(),
    };
    let config = keys::config(&Reader::new(&shared, &root));
    if let Some(list) = source.notes {
        list.borrow_mut().extend(notes.into_list());
    }
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
