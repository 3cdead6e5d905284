use std::collections::{BTreeMap, BTreeSet};

use super::bind::{Bound, Pair, bind};
use super::extend::route;
use super::{Lock, LockedOperation, LockedType, Members, Named, key};
use crate::analyze::names::unique;
use crate::analyze::{Api, Check, Enum, Field, Input, Model, Operation, Output, Type};

/// Puts the locked names and the locked order of arguments in the place of those that the analysis made.
pub(super) fn apply(api: &Api, lock: &Lock) -> Api {
    let is_present = |id: &str| api.operations.iter().any(|operation| operation.id == id);
    let entry = |o: &Operation| lock.operation(&o.id, &route(o), is_present).map(|(_, entry)| entry);
    let mut pairs: Vec<Pair<'_>> = api.operations.iter().map(|o| (o, entry(o))).collect();
    // Which place comes first must not depend on what methods are called.
    pairs.sort_by_key(|(operation, _)| &operation.id);
    let bound = bind(api, lock, &pairs);
    let mut types = Types { api, lock, bound: &bound, models: BTreeMap::new(), enums: BTreeMap::new() };
    let mut taken = Taken::new(lock);
    let mut operations: Vec<Operation> = Vec::new();
    for (operation, entry) in &pairs {
        operations.push(renamed(operation, *entry, &mut types, &mut taken));
    }
    operations.sort_by(|a, b| a.method_name.cmp(&b.method_name));
    let (models, enums) = (types.models, types.enums);
    Api { models, enums, operations, ..api.clone() }
}

/// The methods and builders that the lock names, those of removed operations among them.
struct Taken {
    methods: BTreeSet<String>,
    builders: BTreeSet<String>,
}

impl Taken {
    fn new(lock: &Lock) -> Self {
        let methods = lock.operations.values().map(|entry| entry.method.clone()).collect();
        let builders = lock.operations.values().map(|entry| entry.builder.clone());
        // The struct of required values stands beside the builders.
        let builders = builders.flat_map(|name| [format!("{name}Required"), name]).collect();
        Self { methods, builders }
    }
}

fn renamed(
    operation: &Operation,
    entry: Option<&LockedOperation>,
    types: &mut Types<'_>,
    taken: &mut Taken,
) -> Operation {
    let mut operation = operation.clone();
    match entry {
        Some(entry) => {
            operation.method_name.clone_from(&entry.method);
            operation.builder.clone_from(&entry.builder);
        }
        None => {
            operation.method_name = unique(operation.method_name, &mut taken.methods);
            operation.builder = unique(operation.builder, &mut taken.builders);
            taken.builders.insert(format!("{}Required", operation.builder));
        }
    }
    let nothing = BTreeMap::new();
    let locked = entry.map_or(&nothing, |entry| &entry.inputs);
    let inputs = operation.required.iter().chain(&operation.optional);
    let keys = inputs.map(|input| (key(input), input.rust.clone())).collect();
    let names = names(keys, locked, true);
    for input in operation.required.iter_mut().chain(&mut operation.optional) {
        rename_input(input, &names, locked, types);
    }
    if let Some(entry) = entry {
        let place = |input: &Input| entry.required.iter().position(|known| *known == key(input));
        // The sort is stable: what the lock does not know comes last, in the order of the spec.
        operation.required.sort_by_key(|input| place(input).unwrap_or(usize::MAX));
    }
    let output = entry.and_then(|entry| entry.output.as_deref());
    match &mut operation.output {
        Output::Empty => {}
        Output::Value(ty) | Output::Page { item: ty, .. } => types.rename(ty, output),
    }
    operation
}

fn rename_input(
    input: &mut Input,
    names: &BTreeMap<String, String>,
    locked: &BTreeMap<String, Named>,
    types: &mut Types<'_>,
) {
    let key = key(input);
    let ty = locked.get(&key).and_then(|name| name.ty.as_deref());
    types.rename_checks(&mut input.checks, ty);
    types.rename(&mut input.ty, ty);
    if let Some(name) = names.get(&key) {
        input.rust.clone_from(name);
    }
}

/// The names of inputs or fields: the locked one, else the one that analysis made where that is free.
///
/// An input that moved from one place to another (a query parameter that became a field of the form) keeps its name.
fn names(
    made: Vec<(String, String)>,
    locked: &BTreeMap<String, Named>,
    are_inputs: bool,
) -> BTreeMap<String, String> {
    let present: BTreeSet<String> = made.iter().map(|(key, _)| key.clone()).collect();
    let mut taken: BTreeSet<String> = locked.values().map(|name| name.rust.clone()).collect();
    let mut moved = BTreeSet::new();
    let wire = |key: &str| key.split_once(' ').filter(|_| are_inputs).map(|(_, wire)| wire.to_owned());
    let mut names = BTreeMap::new();
    for (key, name) in made {
        let elsewhere = || {
            let same =
                |old: &&String| !present.contains(*old) && wire(old).is_some() && wire(old) == wire(&key);
            let old = locked.keys().find(same)?;
            moved.insert(old.clone()).then(|| &locked[old])
        };
        let name = match locked.get(&key).or_else(elsewhere) {
            Some(name) => name.rust.clone(),
            None => unique(name, &mut taken),
        };
        names.insert(key, name);
    }
    names
}

struct Types<'a> {
    api: &'a Api,
    lock: &'a Lock,
    bound: &'a Bound<'a>,
    models: BTreeMap<String, Model>,
    enums: BTreeMap<String, Enum>,
}

impl Types<'_> {
    /// Gives a type its name at a place, and makes what is behind the name.
    fn rename(&mut self, ty: &mut Type, locked: Option<&str>) {
        match ty {
            Type::List(inner) | Type::Map(inner) | Type::Secret(inner) => self.rename(inner, locked),
            Type::Enum(name) => {
                *name = self.bound.name(name, locked);
                self.make_enum(name);
            }
            Type::Model(name) => {
                *name = self.bound.name(name, locked);
                self.make_model(name);
            }
            _ => {}
        }
    }

    fn rename_checks(&self, checks: &mut [Check], locked: Option<&str>) {
        for check in checks {
            match check {
                Check::Fields(name) => *name = self.bound.name(name, locked),
                Check::Each(inner) => self.rename_checks(inner, locked),
                _ => {}
            }
        }
    }

    fn make_enum(&mut self, name: &str) {
        if self.enums.contains_key(name) {
            return;
        }
        let sources = self.bound.sources(name);
        let mut sources = sources.iter().filter_map(|source| self.api.enums.get(source));
        let Some(first) = sources.next() else { return };
        let mut item = first.clone();
        for more in sources {
            let known: BTreeSet<&String> = item.variants.iter().map(|(_, value)| value).collect();
            let new: Vec<_> =
                more.variants.iter().filter(|(_, value)| !known.contains(value)).cloned().collect();
            item.variants.extend(new);
        }
        self.lock.name_variants(name, &mut item.variants);
        self.enums.insert(name.to_owned(), item);
    }

    fn make_model(&mut self, name: &str) {
        if self.models.contains_key(name) {
            return;
        }
        let sources = self.bound.sources(name);
        let mut sources = sources.iter().filter_map(|source| self.api.models.get(source));
        let Some(first) = sources.next() else { return };
        let mut model = first.clone();
        let mut fields: BTreeMap<String, (String, Field)> = by_wire(std::mem::take(&mut model.fields));
        for more in sources {
            model.in_request |= more.in_request;
            model.in_response |= more.in_response;
            for (wire, field) in by_wire(more.fields.clone()) {
                fields.entry(wire).or_insert(field);
            }
        }
        let nothing = BTreeMap::new();
        let locked = match self.lock.types.get(name) {
            Some(LockedType { members: Members::Fields(fields), .. }) => fields,
            _ => &nothing,
        };
        let keys = fields.iter().map(|(wire, (rust, _))| (wire.clone(), rust.clone())).collect();
        let names = names(keys, locked, false);
        // Known before its fields are renamed, so that a type that holds itself ends here.
        self.models.insert(name.to_owned(), model);
        let mut renamed = BTreeMap::new();
        for (wire, (rust, mut field)) in fields {
            let ty = self.bound.of_field(name, &wire).map(str::to_owned);
            self.rename_checks(&mut field.checks, ty.as_deref());
            self.rename(&mut field.ty, ty.as_deref());
            renamed.insert(names.get(&wire).cloned().unwrap_or(rust), field);
        }
        if let Some(model) = self.models.get_mut(name) {
            model.fields = renamed;
        }
    }
}

fn by_wire(fields: BTreeMap<String, Field>) -> BTreeMap<String, (String, Field)> {
    fields.into_iter().map(|(rust, field)| (field.wire.clone(), (rust, field))).collect()
}
