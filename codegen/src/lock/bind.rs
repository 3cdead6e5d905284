//! Matches locked types with the types of the analysis.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Lock, LockedOperation, Members, key, named};
use crate::analyze::names::unique;
use crate::analyze::{Api, Model, Operation, Output, Type};
use crate::pass::SEPARATOR;

/// The locked names that types of the analysis get.
///
/// A type is known by the component that it is made of and by the places that use it. The places are what counts for
/// schemas that have no name in the spec: which of several equal ones comes first must not decide what they are called.
pub(super) struct Bound<'a> {
    lock: &'a Lock,
    /// The types of the analysis that one locked name stands for: several where equal schemas grew apart.
    sources: BTreeMap<String, Vec<String>>,
    /// The name of a type where the place that uses it has none in the lock.
    primary: BTreeMap<String, String>,
}

/// Joins an operation of the analysis with its entry in the lock.
pub(super) type Pair<'a> = (&'a Operation, Option<&'a LockedOperation>);

pub(super) fn bind<'a>(api: &Api, lock: &'a Lock, operations: &[Pair<'_>]) -> Bound<'a> {
    let mut walk = Walk { api, lock, sources: BTreeMap::new(), seen: BTreeSet::new(), open: VecDeque::new() };
    walk.components();
    for (operation, entry) in operations {
        walk.operation(operation, *entry);
    }
    walk.models();
    let Walk { mut sources, .. } = walk;
    let mut primary = BTreeMap::new();
    for (locked, types) in &mut sources {
        types.dedup();
        let mut kept: Vec<String> = Vec::new();
        for ty in types.drain(..) {
            if kept.first().is_none_or(|first| joins(api, first, &ty)) && !kept.contains(&ty) {
                kept.push(ty);
            }
        }
        *types = kept;
        for ty in types.iter() {
            let by_component = is_component(api, lock, ty, locked);
            match primary.entry(ty.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert((locked.clone(), by_component));
                }
                Entry::Occupied(mut entry) if by_component && !entry.get().1 => {
                    entry.insert((locked.clone(), true));
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    let mut primary: BTreeMap<String, String> =
        primary.into_iter().map(|(ty, (locked, _))| (ty, locked)).collect();
    let mut taken: BTreeSet<String> = lock.types.keys().cloned().collect();
    for ty in api.models.keys().chain(api.enums.keys()) {
        if !primary.contains_key(ty) {
            primary.insert(ty.clone(), unique(ty.clone(), &mut taken));
        }
    }
    Bound { lock, sources, primary }
}

impl Bound<'_> {
    /// The name of a type at a place for which the lock has a name, or none.
    pub(super) fn name(&self, ty: &str, locked: Option<&str>) -> String {
        let fits = |name: &&str| self.sources.get(*name).is_some_and(|types| types.iter().any(|t| t == ty));
        match locked.filter(fits) {
            Some(name) => name.to_owned(),
            None => self.primary.get(ty).cloned().unwrap_or_else(|| ty.to_owned()),
        }
    }

    /// The types of the analysis behind a name.
    pub(super) fn sources(&self, name: &str) -> Vec<String> {
        match self.sources.get(name) {
            Some(types) => types.clone(),
            None => self.primary.iter().filter(|(_, own)| *own == name).map(|(ty, _)| ty.clone()).collect(),
        }
    }

    /// The locked name of the type of a field.
    pub(super) fn of_field(&self, name: &str, wire: &str) -> Option<&str> {
        of_field(self.lock, name, wire)
    }
}

fn of_field<'a>(lock: &'a Lock, name: &str, wire: &str) -> Option<&'a str> {
    match &lock.types.get(name)?.members {
        Members::Fields(fields) => fields.get(wire)?.ty.as_deref(),
        Members::Variants(_) => None,
    }
}

/// Whether a locked name belongs to the component that a type is made of.
fn is_component(api: &Api, lock: &Lock, ty: &str, locked: &str) -> bool {
    let component = api.models.get(ty).map(|model| &model.component);
    let component = component.or_else(|| api.enums.get(ty).map(|item| &item.component));
    lock.types.get(locked).zip(component).is_some_and(|(entry, component)| entry.component == *component)
}

/// Whether two types can be one: enums always, structs where no field has two types.
fn joins(api: &Api, one: &str, other: &str) -> bool {
    if one == other || (api.enums.contains_key(one) && api.enums.contains_key(other)) {
        return true;
    }
    let (Some(one), Some(other)) = (api.models.get(one), api.models.get(other)) else { return false };
    let by_wire = |model: &Model| -> BTreeMap<String, Type> {
        model.fields.values().map(|field| (field.wire.clone(), unnamed(&field.ty))).collect()
    };
    let (one, other) = (by_wire(one), by_wire(other));
    one.iter().all(|(wire, ty)| other.get(wire).is_none_or(|same| same == ty))
}

/// A type without the name of what it holds.
fn unnamed(ty: &Type) -> Type {
    match ty {
        Type::Enum(_) => Type::Enum(String::new()),
        Type::Model(_) => Type::Model(String::new()),
        Type::List(inner) => Type::List(Box::new(unnamed(inner))),
        Type::Map(inner) => Type::Map(Box::new(unnamed(inner))),
        other => other.clone(),
    }
}

struct Walk<'a> {
    api: &'a Api,
    lock: &'a Lock,
    sources: BTreeMap<String, Vec<String>>,
    seen: BTreeSet<(String, Option<String>)>,
    open: VecDeque<(String, Option<String>)>,
}

impl Walk<'_> {
    /// Types that are made of the component that the lock names, which no place can gainsay.
    fn components(&mut self) {
        let models = self.api.models.iter().map(|(name, model)| (name, &model.component));
        let enums = self.api.enums.iter().map(|(name, item)| (name, &item.component));
        let known: BTreeMap<&str, &str> =
            self.lock.types.iter().map(|(name, entry)| (entry.component.as_str(), name.as_str())).collect();
        let written: Vec<(String, String)> = models
            .chain(enums)
            .filter(|(_, component)| !component.contains(SEPARATOR))
            .filter_map(|(name, component)| {
                known.get(component.as_str()).map(|locked| (name.clone(), (*locked).to_owned()))
            })
            .collect();
        written.into_iter().for_each(|(ty, locked)| self.visit(&ty, Some(&locked)));
    }

    fn operation(&mut self, operation: &Operation, entry: Option<&LockedOperation>) {
        for input in operation.inputs() {
            let locked = entry.and_then(|entry| entry.inputs.get(&key(input))?.ty.as_deref());
            if let Some(ty) = named(&input.ty) {
                self.visit(ty, locked);
            }
        }
        let output = match &operation.output {
            Output::Empty => None,
            Output::Value(ty) | Output::Page { item: ty, .. } => named(ty),
        };
        if let Some(ty) = output {
            self.visit(ty, entry.and_then(|entry| entry.output.as_deref()));
        }
    }

    /// Notes that a place uses a type, and which locked name the place has for it.
    fn visit(&mut self, ty: &str, locked: Option<&str>) {
        let is_model = self.api.models.contains_key(ty);
        let locked = locked.filter(|name| match self.lock.types.get(*name).map(|entry| &entry.members) {
            Some(Members::Fields(_)) => is_model,
            Some(Members::Variants(_)) => !is_model,
            None => false,
        });
        let step = (ty.to_owned(), locked.map(str::to_owned));
        if self.seen.insert(step.clone()) {
            if let Some(locked) = locked {
                self.sources.entry(locked.to_owned()).or_default().push(ty.to_owned());
            }
            self.open.push_back(step);
        }
    }

    /// Goes through the fields of every struct that was visited.
    fn models(&mut self) {
        while let Some((ty, locked)) = self.open.pop_front() {
            let Some(model) = self.api.models.get(&ty) else { continue };
            for field in model.fields.values() {
                let Some(inner) = named(&field.ty) else { continue };
                let below = locked.as_deref().and_then(|name| of_field(self.lock, name, &field.wire));
                self.visit(inner, below);
            }
        }
    }
}
