//! The lock of a product's public surface: the Rust names and the argument order that callers compile against.
//!
//! A lock holds facts only. Analysis makes names from the spec; [`Lock::apply`] puts the locked ones in their place, so that
//! whatever Twilio adds, what is in the lock keeps its name and its position. [`Lock::extended`] appends what is new.
//! Nothing is ever taken out: a removed name stays reserved, and what returns gets it back.

mod apply;
mod bind;
mod extend;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use twilio_openapi::Spec;

use crate::Result;
use crate::analyze::names::unique;
use crate::analyze::{Api, Input, Place, Type};
use crate::pass::{ITEMS, walk};

/// The locked surface of one product version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The operations by `operationId`.
    pub operations: BTreeMap<String, LockedOperation>,
    /// The structs and enums by Rust name.
    pub types: BTreeMap<String, LockedType>,
}

/// The locked names of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedOperation {
    /// The client's method.
    pub method: String,
    /// The builder struct.
    pub builder: String,
    /// Method and path, which identify an operation after its `operationId` changed.
    pub route: String,
    /// The required values in the order of the arguments, as keys of `inputs`.
    pub required: Vec<String>,
    /// Arguments and setters by place and wire name: `form To`, `query PageSize`.
    pub inputs: BTreeMap<String, Named>,
    /// The struct or enum that the operation gives, or that the items of its pages are.
    pub output: Option<String>,
    /// The property that holds the items of a page.
    pub items: Option<String>,
}

/// The locked names of one struct or enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedType {
    /// The schema that it was made of: a component's name, or `parent|property`.
    pub component: String,
    /// Its members.
    pub members: Members,
}

/// The members of a locked type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    /// The fields of a struct by wire name.
    Fields(BTreeMap<String, Named>),
    /// The variants of an enum by value.
    Variants(BTreeMap<String, String>),
}

/// A Rust name, and the struct or enum that is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The argument, setter or field.
    pub rust: String,
    /// The struct or enum in its type.
    pub ty: Option<String>,
}

impl Lock {
    /// Puts the locked names and the locked order of arguments in the place of those that an analysis made.
    pub fn apply(&self, api: &Api) -> Api {
        apply::apply(api, self)
    }

    /// Marks the operations for which the lock says which property holds the items: a second list may come beside it.
    pub(crate) fn pin_items(&self, spec: &mut Spec) -> Result<()> {
        walk::for_each_operation(spec.document_mut(), &mut |value, _| {
            let id = value.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let items = self.operations.get(id).and_then(|entry| entry.items.clone());
            if let (Some(items), Some(map)) = (items, value.as_object_mut()) {
                map.insert(ITEMS.to_owned(), Value::String(items));
            }
            Ok(())
        })
    }

    /// Gives the variants of an enum the names that the lock has for their values; a new one takes no locked name.
    pub(crate) fn name_variants(&self, name: &str, variants: &mut [(String, String)]) {
        let nothing = BTreeMap::new();
        let locked = match self.types.get(name) {
            Some(LockedType { members: Members::Variants(variants), .. }) => variants,
            _ => &nothing,
        };
        let mut taken: BTreeSet<String> = locked.values().cloned().collect();
        taken.insert("Unknown".to_owned());
        for (variant, value) in variants {
            *variant = match locked.get(value) {
                Some(name) => name.clone(),
                None => unique(std::mem::take(variant), &mut taken),
            };
        }
    }

    /// The Rust name of the type that was made of a component.
    pub(crate) fn type_of(&self, component: &str) -> Option<&str> {
        self.types.iter().find(|(_, ty)| ty.component == component).map(|(name, _)| name.as_str())
    }

    /// The entry of an operation: by its id, else by its route where the id that had it is gone.
    pub(crate) fn operation(
        &self,
        id: &str,
        route: &str,
        is_present: impl Fn(&str) -> bool,
    ) -> Option<(&str, &LockedOperation)> {
        let by_id = self.operations.get_key_value(id);
        let by_route =
            || self.operations.iter().find(|(old, entry)| entry.route == route && !is_present(old));
        by_id.or_else(by_route).map(|(id, entry)| (id.as_str(), entry))
    }
}

/// The key of an input: its place and its wire name.
pub fn key(input: &Input) -> String {
    let place = match input.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Form => "form",
        Place::Json => "json",
        Place::Body => "body",
    };
    format!("{place} {}", input.wire)
}

/// The struct or enum in a type, if there is one.
pub(crate) fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Enum(name) | Type::Model(name) => Some(name),
        Type::List(inner) | Type::Map(inner) | Type::Secret(inner) => named(inner),
        _ => None,
    }
}
