//! Names for schemas that are written in place and have none in the spec.

use std::collections::{HashMap, HashSet};

use heck::ToPascalCase;

use super::{pascal, without_echo};
use crate::pass::SEPARATOR;

/// A longer name is shortened as long as a shorter one is free. Twilio's own components have up to 53 letters.
const MAX_LENGTH: usize = 48;

/// Verbs of operations, which say what a request does and not what its values are.
const VERBS: &[&str] = &["Create", "Delete", "Fetch", "Get", "List", "Patch", "Replace", "Update", "Upsert"];

/// The names that a hoisted schema may have, the best one first, none longer than need be.
///
/// A struct is its parent's name and its property. An enum that an operation uses is the operation's resource and the
/// property (`ConversationStatus`), because several operations share it and none of them owns it. Where such a name is
/// too long, the words between resource and property go, then the resource.
pub(super) fn candidates(key: &str, names: &HashMap<String, String>, is_enum: bool) -> Vec<String> {
    let mut parts = key.split(SEPARATOR);
    let root = parts.next().unwrap_or_default();
    let path: Vec<String> = parts.map(pascal).collect();
    let last = path.last().cloned().unwrap_or_default();
    if root.is_empty() {
        // A parameter of the whole document has no parent.
        return vec![path.concat().to_pascal_case()];
    }
    let component = names.get(root);
    let whole = component.cloned().unwrap_or_else(|| pascal(root));
    let resource = resource(&whole, component.is_none());
    let plain = format!("{whole}{}", path.concat());
    let full = without_echo(&plain);
    let mut all = Vec::new();
    if is_enum && component.is_none() {
        let is_noise = |part: &&String| *part == "Response" || *part == "Body";
        let inner: String = path.iter().filter(|part| !is_noise(part)).map(String::as_str).collect();
        all.extend([without_echo(&format!("{resource}{last}")), without_echo(&format!("{resource}{inner}"))]);
    }
    all.extend([full, plain]);
    if all.iter().all(|name| name.len() > MAX_LENGTH) {
        let thing = without_ends(&resource);
        let short = [format!("{whole}{last}"), format!("{resource}{last}"), format!("{thing}{last}"), last];
        all.extend(short.iter().map(|name| without_echo(name)));
    }
    if all.iter().any(|name| name.len() <= MAX_LENGTH) {
        all.retain(|name| name.len() <= MAX_LENGTH);
    }
    // The letter case of `A1B` is settled only at the second time, and progenitor settles it.
    let mut all: Vec<String> = all.iter().map(|name| name.to_pascal_case()).collect();
    let mut seen = HashSet::new();
    all.retain(|name| seen.insert(name.clone()));
    all
}

/// What an operation or a component is about: without its verb, and for an operation without `By..` and the plural.
fn resource(name: &str, is_operation: bool) -> String {
    let verb = VERBS.iter().find(|verb| {
        name.strip_prefix(**verb).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    let rest = verb.map_or(name, |verb| &name[verb.len()..]);
    if !is_operation {
        return rest.to_owned();
    }
    let is_by = |at: &usize| *at > 0 && rest[at + 2..].starts_with(|c: char| c.is_ascii_uppercase());
    let end = rest.match_indices("By").map(|(at, _)| at).find(is_by).unwrap_or(rest.len());
    let rest = &rest[..end];
    match verb {
        Some(&"List") => singular(rest),
        _ => rest.to_owned(),
    }
}

fn singular(name: &str) -> String {
    match name {
        _ if name.ends_with("ies") => format!("{}y", &name[..name.len() - 3]),
        _ if name.ends_with("sses") => name[..name.len() - 2].to_owned(),
        _ if name.ends_with("ss") || name.ends_with("us") => name.to_owned(),
        _ => name.strip_suffix('s').unwrap_or(name).to_owned(),
    }
}

fn without_ends(name: &str) -> String {
    let name = name.strip_suffix("Request").or_else(|| name.strip_suffix("Response")).unwrap_or(name);
    name.to_owned()
}
