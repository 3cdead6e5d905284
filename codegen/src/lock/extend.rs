use std::collections::BTreeMap;

use super::{Lock, LockedOperation, LockedType, Members, Named, key, named};
use crate::analyze::{Api, Enum, Input, Model, Operation, Output};

impl Lock {
    /// The lock of what an analysis holds and of nothing else.
    pub fn of(api: &Api) -> Self {
        Self::default().extended(api)
    }

    /// This lock with what an analysis that obeys it holds beyond it. Nothing is taken out.
    pub fn extended(&self, api: &Api) -> Self {
        let mut lock = self.clone();
        let is_present = |id: &str| api.operations.iter().any(|operation| operation.id == id);
        for operation in &api.operations {
            let route = route(operation);
            let old = self.operation(&operation.id, &route, is_present).map(|(id, _)| id.to_owned());
            let mut entry = old.and_then(|id| lock.operations.remove(&id)).unwrap_or_default();
            extend_operation(&mut entry, operation, route);
            lock.operations.insert(operation.id.clone(), entry);
        }
        for (name, model) in &api.models {
            extend_fields(&mut lock.types, name, model);
        }
        for (name, item) in &api.enums {
            extend_variants(&mut lock.types, name, item);
        }
        lock
    }
}

/// Method and path of an operation.
pub(super) fn route(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

fn extend_operation(entry: &mut LockedOperation, operation: &Operation, route: String) {
    entry.method.clone_from(&operation.method_name);
    entry.builder.clone_from(&operation.builder);
    entry.route = route;
    for input in &operation.required {
        let key = key(input);
        if !entry.required.contains(&key) {
            entry.required.push(key);
        }
    }
    for input in operation.inputs() {
        put(&mut entry.inputs, key(input), name_of(input));
    }
    let (ty, items) = match &operation.output {
        Output::Empty => (None, None),
        Output::Value(ty) => (named(ty), None),
        Output::Page { key, item, .. } => (named(item), Some(key)),
    };
    if let Some(ty) = ty {
        entry.output = Some(ty.to_owned());
    }
    if let Some(items) = items {
        entry.items = Some(items.clone());
    }
}

fn name_of(input: &Input) -> Named {
    Named { rust: input.rust.clone(), ty: named(&input.ty).map(str::to_owned) }
}

/// A value whose type is no struct or enum for a while keeps the name that it had.
fn put(names: &mut BTreeMap<String, Named>, key: String, name: Named) {
    let old = names.remove(&key).and_then(|old| old.ty);
    let ty = name.ty.or(old);
    names.insert(key, Named { rust: name.rust, ty });
}

fn extend_fields(types: &mut BTreeMap<String, LockedType>, name: &str, model: &Model) {
    let (component, mut fields) = match types.remove(name) {
        Some(LockedType { component, members: Members::Fields(fields) }) => (component, fields),
        _ => (model.component.clone(), BTreeMap::new()),
    };
    for (rust, field) in &model.fields {
        let name = Named { rust: rust.clone(), ty: named(&field.ty).map(str::to_owned) };
        put(&mut fields, field.wire.clone(), name);
    }
    types.insert(name.to_owned(), LockedType { component, members: Members::Fields(fields) });
}

fn extend_variants(types: &mut BTreeMap<String, LockedType>, name: &str, item: &Enum) {
    let (component, mut variants) = match types.remove(name) {
        Some(LockedType { component, members: Members::Variants(variants) }) => (component, variants),
        _ => (item.component.clone(), BTreeMap::new()),
    };
    variants.extend(item.variants.iter().map(|(variant, value)| (value.clone(), variant.clone())));
    types.insert(name.to_owned(), LockedType { component, members: Members::Variants(variants) });
}
