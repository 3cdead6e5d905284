use std::collections::{BTreeMap, BTreeSet};

use super::moved::{Moved, moved};
use super::surface::{Item, Shape, Surface};

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Product,
    Operation,
    Parameter,
    Field,
    EnumValue,
    /// Media types, security, server, styles and paging keys.
    Wire,
    /// Rust names and the order of arguments.
    Name,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Product,
        Self::Operation,
        Self::Parameter,
        Self::Field,
        Self::EnumValue,
        Self::Wire,
        Self::Name,
    ];

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Product => "products",
            Self::Operation => "operations",
            Self::Parameter => "parameters",
            Self::Field => "response fields",
            Self::EnumValue => "enum values",
            Self::Wire => "wire facts",
            Self::Name => "Rust names",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Added,
    Removed,
    Changed,
}

/// One difference.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) product: String,
    /// `CreateMessage (POST /path)`; empty for a change that is about an operation or product as a whole.
    pub(super) operation: String,
    pub(super) kind: Kind,
    pub(super) way: Way,
    pub(super) text: String,
    pub(super) breaking: bool,
}

impl Change {
    pub(super) fn sign(&self) -> char {
        match self.way {
            Way::Added => '+',
            Way::Removed => '-',
            Way::Changed => '~',
        }
    }
}

/// Every difference, by product; in each, whole operations before what is in them.
pub(super) fn changes(old: &Surface, new: &Surface) -> Vec<Change> {
    let mut all = Vec::new();
    for (stem, was, is) in pairs(&old.products, &new.products) {
        let mut diff = Diff { product: stem, operation: String::new(), found: &mut all };
        match (was, is) {
            (None, Some(is)) => {
                diff.push(Kind::Product, Way::Added, format!("product, {} operations", is.len()), false)
            }
            (Some(was), None) => {
                diff.push(Kind::Product, Way::Removed, format!("product, {} operations", was.len()), true)
            }
            (Some(was), Some(is)) => {
                let named = old.names.get(stem).zip(new.names.get(stem));
                let moved = named.map(|(was, is)| moved(was, is)).unwrap_or_default();
                diff.product(was, is, moved);
            }
            (None, None) => {}
        }
    }
    all
}

/// What is said of an operation that gets no method in Rust.
const UNKNOWN: &str = ", a method that the generator does not know";

struct Diff<'a> {
    product: &'a str,
    operation: String,
    found: &'a mut Vec<Change>,
}

impl Diff<'_> {
    fn push(&mut self, kind: Kind, way: Way, text: String, breaking: bool) {
        let (product, operation) = (self.product.to_owned(), self.operation.clone());
        self.found.push(Change { product, operation, kind, way, text, breaking });
    }

    fn product(
        &mut self,
        old: &BTreeMap<String, Shape>,
        new: &BTreeMap<String, Shape>,
        mut moved: Vec<Moved>,
    ) {
        self.operation.clear();
        let gone = |route: &str, id: &str| {
            old.iter().find(|(old, shape)| !new.contains_key(*old) && shape.id == id && *old != route)
        };
        let came = |id: &str| new.iter().any(|(route, shape)| shape.id == id && !old.contains_key(route));
        let mut both = Vec::new();
        for (route, was, is) in pairs(old, new) {
            match (was, is) {
                (None, Some(is)) => match gone(route, &is.id) {
                    Some((from, was)) => {
                        let unknown = if is.is_known { "" } else { UNKNOWN };
                        let text = format!("{}: {from} is now {route}{unknown}", is.id);
                        self.push(Kind::Operation, Way::Changed, text, true);
                        both.push((route, was, is));
                    }
                    None if is.is_known => {
                        self.push(Kind::Operation, Way::Added, format!("{} ({route})", is.id), false);
                    }
                    None => {
                        let text = format!("{} ({route}){UNKNOWN}", is.id);
                        self.push(Kind::Operation, Way::Added, text, true);
                    }
                },
                (Some(was), None) if came(&was.id) => {}
                (Some(was), None) => {
                    self.push(Kind::Operation, Way::Removed, format!("{} ({route})", was.id), true);
                }
                (Some(was), Some(is)) => {
                    self.operation(route, was, is);
                    both.push((route, was, is));
                }
                (None, None) => {}
            }
        }
        self.moved(&mut moved, "");
        for (route, was, is) in both {
            self.operation = format!("{} ({route})", is.id);
            self.moved(&mut moved, &is.id);
            self.facts(&was.facts, &is.facts);
            self.items(Kind::Parameter, "", &was.parameters, &is.parameters);
            self.items(Kind::Field, "response ", &was.fields, &is.fields);
        }
    }

    /// The names of one operation, or of types where `id` is empty.
    fn moved(&mut self, moved: &mut Vec<Moved>, id: &str) {
        for name in moved.extract_if(.., |name| name.operation == id) {
            self.push(Kind::Name, Way::Changed, name.text, true);
        }
    }

    fn facts(&mut self, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) {
        let nothing = "the default".to_owned();
        for (what, was, is) in pairs(old, new) {
            let (was, is) = (was.unwrap_or(&nothing), is.unwrap_or(&nothing));
            if was != is {
                self.push(Kind::Wire, Way::Changed, format!("{what}: {was} is now {is}"), true);
            }
        }
    }

    fn operation(&mut self, route: &str, was: &Shape, is: &Shape) {
        if was.id != is.id {
            self.push(
                Kind::Operation,
                Way::Changed,
                format!("{} is now called {} ({route})", was.id, is.id),
                true,
            );
        }
        if was.deprecated != is.deprecated {
            let word = if is.deprecated { "deprecated" } else { "no longer deprecated" };
            self.push(Kind::Operation, Way::Changed, format!("{} is {word} ({route})", is.id), false);
        }
    }

    fn items(&mut self, kind: Kind, what: &str, old: &BTreeMap<String, Item>, new: &BTreeMap<String, Item>) {
        for (name, was, is) in pairs(old, new) {
            match (was, is) {
                (None, Some(is)) => {
                    // A field in an optional object that is new as a whole is only needed with that object.
                    let needed = is.required && kind == Kind::Parameter && !below_a_new_one(name, old, new);
                    let word = if needed { ", required" } else { "" };
                    self.push(kind, Way::Added, format!("{what}{name}: {}{word}", is.kind()), needed);
                }
                (Some(was), None) => {
                    self.push(kind, Way::Removed, format!("{what}{name}: {}", was.kind()), true)
                }
                (Some(was), Some(is)) => self.item(kind, &format!("{what}{name}"), was, is),
                (None, None) => {}
            }
        }
    }

    fn item(&mut self, kind: Kind, name: &str, was: &Item, is: &Item) {
        if was.kind != is.kind {
            self.push(kind, Way::Changed, format!("{name}: {} is now {}", was.kind(), is.kind()), true);
        }
        if was.kind == is.kind && was.patterns != is.patterns {
            let shown = |item: &Item| match item.patterns.iter().map(String::as_str).collect::<Vec<_>>() {
                none if none.is_empty() => "no pattern".to_owned(),
                all => format!("pattern `{}`", all.join("`, `")),
            };
            self.push(kind, Way::Changed, format!("{name}: {} is now {}", shown(was), shown(is)), true);
        }
        // Every response field is optional in Rust, whatever the spec says.
        if kind == Kind::Parameter && was.required != is.required {
            let word = if is.required { "required" } else { "optional" };
            // An argument that becomes a setter breaks callers as one that is new does.
            let is_argument = !name.contains(['.', '[']);
            self.push(kind, Way::Changed, format!("{name} is now {word}"), is.required || is_argument);
        }
        let shown = |value: &str| format!("{name}: value `{value}`");
        let (added, removed) = (difference(&is.values, &was.values), difference(&was.values, &is.values));
        if was.values.is_empty() != is.values.is_empty() {
            let word =
                if is.values.is_empty() { "takes any value now" } else { "takes only listed values now" };
            self.push(kind, Way::Changed, format!("{name} {word}"), true);
            return;
        }
        for value in added {
            self.push(Kind::EnumValue, Way::Added, shown(&value), false);
        }
        for value in removed {
            self.push(Kind::EnumValue, Way::Removed, shown(&value), true);
        }
    }
}

fn below_a_new_one(name: &str, old: &BTreeMap<String, Item>, new: &BTreeMap<String, Item>) -> bool {
    name.match_indices(['.', '['])
        .any(|(at, _)| new.contains_key(&name[..at]) && !old.contains_key(&name[..at]))
}

fn difference(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    one.difference(other).cloned().collect()
}

/// Both sides of every key that either map has, in order.
fn pairs<'a, T>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> Vec<(&'a str, Option<&'a T>, Option<&'a T>)> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().map(|key| (key.as_str(), old.get(key), new.get(key))).collect()
}
