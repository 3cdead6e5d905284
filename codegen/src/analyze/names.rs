//! Rust names for wire names.

mod hoist;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heck::{ToPascalCase, ToSnakeCase};
use twilio_openapi::Spec;

use crate::pass::SEPARATOR;

/// `DateCreated<` and friends say with a sign what Rust says with a word.
fn words(wire: &str) -> String {
    let wire =
        wire.replace('<', " before").replace('>', " after").replace('&', " and ").replace('+', " plus ");
    wire.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect()
}

/// The name of a type or variant.
pub(crate) fn pascal(wire: &str) -> String {
    let name = words(wire).to_pascal_case();
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("N{name}"),
        Some(_) if name == "Self" => "Self_".to_owned(),
        Some(_) => name,
    }
}

/// The name of a field, argument or method.
pub(crate) fn snake(wire: &str) -> String {
    let name = words(wire).to_snake_case();
    match name.chars().next() {
        None => "value".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("n{name}"),
        Some(_) if is_reserved(&name) => format!("{name}_"),
        Some(_) => name,
    }
}

/// Whether Rust keeps the word for itself; `gen` it does from the edition of 2024 on.
fn is_reserved(name: &str) -> bool {
    name == "gen" || syn::parse_str::<syn::Ident>(name).is_err()
}

/// Adds `_2`, `_3`, ... until the name is free, and takes it.
pub(crate) fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.clone();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        number += 1;
        let gap = if name.starts_with(char::is_uppercase) { "" } else { "_" };
        candidate = format!("{name}{gap}{number}");
    }
    candidate
}

/// Names that generated modules use themselves, Rust's prelude among them.
const TAKEN: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Client",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Extend",
    "Extra",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Page",
    "PartialEq",
    "PartialOrd",
    "Place",
    "Result",
    "Secret",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Value",
    "Vec",
];

/// The name of an operation's builder.
pub(crate) fn builder(id: &str) -> String {
    let name = pascal(id);
    if TAKEN.contains(&name.as_str()) { format!("{name}Call") } else { name }
}

/// Leaves out words that only repeat those before them: `ConferenceConferenceStatus`.
fn without_echo(name: &str) -> String {
    let snake = name.to_snake_case();
    let mut words: Vec<&str> = snake.split('_').collect();
    for length in (1..=words.len() / 2).rev() {
        let mut at = 0;
        while at + 2 * length <= words.len() {
            if words[at..at + length] == words[at + length..at + 2 * length] {
                words.drain(at..at + length);
            } else {
                at += 1;
            }
        }
    }
    words.join("_").to_pascal_case()
}

/// Takes a name for a type, the shorter one where that is free.
fn type_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    // Twice, because the letter case of `A1B` is settled only then, and progenitor settles it.
    let name = name.to_pascal_case();
    let short = without_echo(&name);
    unique(if taken.contains(&short) { name } else { short }, taken)
}

/// A Rust name for every component, without the prefixes that say only where it belongs.
///
/// `api.v2010.account.message` is `Message`; where two components end alike, both take one more word from
/// their paths. A hoisted component is named for its parent and its property; see [`hoist`].
pub(crate) fn components(spec: &Spec) -> HashMap<String, String> {
    let schemas = spec.document().pointer("/components/schemas").and_then(|v| v.as_object());
    let keys: Vec<&String> = schemas.map(|map| map.keys().collect()).unwrap_or_default();
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let mut names = HashMap::new();
    let (hoisted, written): (Vec<&String>, Vec<&String>) =
        keys.into_iter().partition(|key| key.contains(SEPARATOR));
    let mut groups: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for key in written {
        groups.entry(short(key, 1)).or_default().push(key);
    }
    for (name, keys) in groups {
        for key in &keys {
            let name = if keys.len() == 1 { name.clone() } else { short(key, 2) };
            names.insert((*key).clone(), type_name(&name, &mut taken));
        }
    }
    let values = |key: &str| {
        let values = schemas.and_then(|map| map.get(key)?.get("enum")?.as_array());
        values.map(|list| list.iter().map(ToString::to_string).collect::<BTreeSet<String>>())
    };
    let mut enums: HashMap<String, BTreeSet<String>> = names
        .iter()
        .filter_map(|(key, name): (&String, &String)| Some((name.clone(), values(key)?)))
        .collect();
    // A parent's key is shorter than its child's, so it has its name by then.
    let mut hoisted = hoisted;
    hoisted.sort_by_key(|key| (key.matches(SEPARATOR).count(), key.len(), (*key).clone()));
    let choices: Vec<(&String, Vec<String>)> =
        hoisted.into_iter().map(|key| (key, hoist::candidates(key, &names, values(key).is_some()))).collect();
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, candidates) in &choices {
        candidates.iter().for_each(|name| *wanted.entry(name).or_default() += 1);
    }
    for (key, candidates) in &choices {
        let values = values(key);
        // An enum of the same name and values is the same enum, wherever it is written.
        let same = |name: &&String| values.is_some() && enums.get(*name) == values.as_ref();
        if let Some(name) = candidates.iter().find(same) {
            names.insert((*key).clone(), name.clone());
            continue;
        }
        // The first name that nothing else could have; what all share is given to the first of them.
        let free = |name: &&String| !taken.contains(*name);
        let own = candidates.iter().filter(free).find(|name| wanted.get(name.as_str()) == Some(&1));
        let name = own.or_else(|| candidates.iter().find(free)).or(candidates.last());
        let name = unique(name.map_or_else(|| pascal(key), Clone::clone), &mut taken);
        if let Some(values) = values {
            enums.insert(name.clone(), values);
        }
        names.insert((*key).clone(), name);
    }
    names
}

/// The last `count` words of a dotted component name.
fn short(key: &str, count: usize) -> String {
    let parts: Vec<&str> = key.split('.').collect();
    let start = parts.len().saturating_sub(count);
    pascal(&parts[start..].join(" ").replace("_enum_", "_"))
}
