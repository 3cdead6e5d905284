//! Names and the order of arguments: what the specs alone suggest, and what callers see.

use std::collections::BTreeMap;

use twilio_codegen::lock::{Lock, LockedOperation, Members, Named};

/// The names of one product, made from its spec and as the lock leaves them.
#[derive(Default)]
pub(in super::super) struct Names {
    pub(super) made: Lock,
    pub(super) kept: Lock,
}

/// One name or order that moved.
pub(super) struct Moved {
    /// The operation's id; empty for a type.
    pub(super) operation: String,
    pub(super) text: String,
}

/// A fact by the operation that it belongs to and what it is about.
type Facts = BTreeMap<(String, String), String>;

/// What moved between two specs: for callers, or but for the lock.
pub(super) fn moved(old: &Names, new: &Names) -> Vec<Moved> {
    let [was_made, is_made] = [facts(&old.made), facts(&new.made)];
    let [was, is] = [facts(&old.kept), facts(&new.kept)];
    let keys: std::collections::BTreeSet<_> = was_made.keys().chain(was.keys()).collect();
    let mut found = Vec::new();
    for key in keys {
        let change = |a: &Facts, b: &Facts| {
            let (a, b) = (a.get(key)?, b.get(key)?);
            differ(&key.1, a, b).then(|| (a.clone(), b.clone()))
        };
        let (operation, what) = key;
        let text = match (change(&was, &is), change(&was_made, &is_made)) {
            (Some((was, is)), _) => format!("{what} {was} is now {is}"),
            (None, Some((_, suggested))) => {
                let Some(name) = is.get(key) else { continue };
                format!("{what} {name} would be {suggested}; kept by the lock")
            }
            (None, None) => continue,
        };
        found.push(Moved { operation: operation.clone(), text });
    }
    found
}

const ARGUMENTS: &str = "arguments";

/// Arguments differ where those of both lists stand in another order: one more or one less is another change.
fn differ(what: &str, one: &str, other: &str) -> bool {
    if what != ARGUMENTS {
        return one != other;
    }
    let list = |text: &str| -> Vec<String> {
        text.trim_matches(['(', ')']).split(", ").map(str::to_owned).collect()
    };
    let (one, other) = (list(one), list(other));
    let common = |list: &[String], in_: &[String]| -> Vec<String> {
        list.iter().filter(|name| in_.contains(name)).cloned().collect()
    };
    common(&one, &other) != common(&other, &one)
}

fn facts(lock: &Lock) -> Facts {
    let mut facts = Facts::new();
    for (id, entry) in &lock.operations {
        let mut put = |what: &str, value: String| facts.insert((id.clone(), what.to_owned()), value);
        put("method", entry.method.clone());
        put("builder", entry.builder.clone());
        put(ARGUMENTS, format!("({})", arguments(entry)));
        if let Some(ty) = &entry.output {
            put("type of the response", ty.clone());
        }
        for (key, name) in &entry.inputs {
            put(&format!("name of {key}"), name.rust.clone());
            if let Some(ty) = &name.ty {
                put(&format!("type of {key}"), ty.clone());
            }
        }
    }
    for (name, entry) in &lock.types {
        let mut put = |what: String, value: String| facts.insert((String::new(), what), value);
        let component = entry.component.replace('|', ".");
        put(format!("type of schema {component}:"), name.clone());
        match &entry.members {
            Members::Fields(fields) => {
                for (wire, Named { rust, ty }) in fields {
                    put(format!("field of {component}.{wire}:"), rust.clone());
                    if let Some(ty) = ty {
                        put(format!("type of {component}.{wire}:"), ty.clone());
                    }
                }
            }
            Members::Variants(variants) => {
                for (value, variant) in variants {
                    put(format!("variant of {component} `{value}`:"), variant.clone());
                }
            }
        }
    }
    facts
}

/// The arguments as callers write them.
fn arguments(entry: &LockedOperation) -> String {
    let names =
        entry.required.iter().map(|key| entry.inputs.get(key).map_or(key.as_str(), |name| &name.rust));
    names.collect::<Vec<_>>().join(", ")
}
