use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Lock, LockedOperation, LockedType, Members, Named};
use crate::{Error, Result};

impl Lock {
    /// Reads a lock; `name` is what errors call it.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let damaged = |message: String| Error::Lock { file: name.to_owned(), message };
        let document: Value = serde_json::from_str(text).map_err(|e| damaged(format!("not JSON: {e}")))?;
        read(&document).map_err(damaged)
    }

    /// The text of a lock: JSON with sorted keys and one name a line, so that a change shows as a line.
    pub fn to_text(&self) -> String {
        let operations = self.operations.iter().map(|(id, entry)| (id.clone(), operation(entry)));
        let types = self.types.iter().map(|(name, entry)| (name.clone(), structure(entry)));
        let document = json!({ "operations": object(operations), "types": object(types) });
        // Values that `json!` made can always be written.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Sorted by the caller's map; whether `serde_json` sorts itself depends on the features of the whole build.
fn object(entries: impl Iterator<Item = (String, Value)>) -> Value {
    Value::Object(entries.collect())
}

fn operation(entry: &LockedOperation) -> Value {
    let mut map = Map::new();
    map.insert("builder".to_owned(), json!(entry.builder));
    map.insert("inputs".to_owned(), names(&entry.inputs));
    if let Some(items) = &entry.items {
        map.insert("items".to_owned(), json!(items));
    }
    map.insert("method".to_owned(), json!(entry.method));
    if let Some(output) = &entry.output {
        map.insert("output".to_owned(), json!(output));
    }
    map.insert("required".to_owned(), json!(entry.required));
    map.insert("route".to_owned(), json!(entry.route));
    Value::Object(map)
}

fn structure(entry: &LockedType) -> Value {
    let (key, members) = match &entry.members {
        Members::Fields(fields) => ("fields", names(fields)),
        Members::Variants(variants) => {
            ("variants", object(variants.iter().map(|(value, name)| (value.clone(), json!(name)))))
        }
    };
    let mut map = Map::new();
    map.insert("component".to_owned(), json!(entry.component));
    map.insert(key.to_owned(), members);
    Value::Object(map)
}

/// A name and the type behind it are one string: `status MessageStatus`.
fn names(entries: &BTreeMap<String, Named>) -> Value {
    object(entries.iter().map(|(key, name)| {
        let text = match &name.ty {
            Some(ty) => format!("{} {ty}", name.rust),
            None => name.rust.clone(),
        };
        (key.clone(), json!(text))
    }))
}

type Read<T> = std::result::Result<T, String>;

fn read(document: &Value) -> Read<Lock> {
    let mut lock = Lock::default();
    for (id, entry) in map(document, "the file", "operations")? {
        let place = format!("operations.{id}");
        let entry = LockedOperation {
            method: identifier(entry, &place, "method")?,
            builder: identifier(entry, &place, "builder")?,
            route: text(entry, &place, "route")?,
            required: list(entry, &place, "required")?,
            inputs: read_names(entry, &place, "inputs")?,
            output: optional(entry, &place, "output", identifier)?,
            items: optional(entry, &place, "items", text)?,
        };
        if let Some(missing) = entry.required.iter().find(|key| !entry.inputs.contains_key(*key)) {
            return Err(format!("{place}: `{missing}` is in `required` and not in `inputs`"));
        }
        distinct(&place, entry.inputs.values().map(|name| name.rust.as_str()))?;
        lock.operations.insert(id.clone(), entry);
    }
    for (name, entry) in map(document, "the file", "types")? {
        let place = format!("types.{name}");
        check(&place, name)?;
        let members = if entry.get("variants").is_some() {
            let variants = map(entry, &place, "variants")?;
            let variant =
                |value: &String| Ok((value.clone(), identifier(&entry["variants"], &place, value)?));
            Members::Variants(variants.keys().map(variant).collect::<Read<_>>()?)
        } else {
            Members::Fields(read_names(entry, &place, "fields")?)
        };
        match &members {
            Members::Variants(variants) => distinct(&place, variants.values().map(String::as_str))?,
            Members::Fields(fields) => distinct(&place, fields.values().map(|name| name.rust.as_str()))?,
        }
        let component = text(entry, &place, "component")?;
        lock.types.insert(name.clone(), LockedType { component, members });
    }
    let operations = || lock.operations.values();
    distinct("operations", operations().map(|entry| entry.method.as_str()))?;
    distinct("operations", operations().map(|entry| entry.builder.as_str()))?;
    Ok(lock)
}

/// Two things of one name, as a hand-merged file may hold, would not compile.
fn distinct<'a>(place: &str, names: impl Iterator<Item = &'a str>) -> Read<()> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(format!("{place}: `{name}` is locked twice"));
        }
    }
    Ok(())
}

fn map<'a>(value: &'a Value, place: &str, key: &str) -> Read<&'a Map<String, Value>> {
    value.get(key).and_then(Value::as_object).ok_or_else(|| format!("{place}: `{key}` is not an object"))
}

fn text(value: &Value, place: &str, key: &str) -> Read<String> {
    let text = value.get(key).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("{place}: `{key}` is not a string"))
}

fn identifier(value: &Value, place: &str, key: &str) -> Read<String> {
    let name = text(value, place, key)?;
    check(place, &name)?;
    Ok(name)
}

/// A lock is edited by hand only by mistake; a name that Rust does not take is found here and not by rustc.
fn check(place: &str, name: &str) -> Read<()> {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    // Keywords are short and have no underscore; only they are worth asking the parser about.
    let may_be_keyword = name.len() <= 8 && !name.contains('_');
    if is_word && (!may_be_keyword || syn::parse_str::<syn::Ident>(name).is_ok()) {
        return Ok(());
    }
    Err(format!("{place}: `{name}` is not a Rust name"))
}

fn list(value: &Value, place: &str, key: &str) -> Read<Vec<String>> {
    let list = value.get(key).and_then(Value::as_array);
    let list = list.ok_or_else(|| format!("{place}: `{key}` is not a list"))?;
    list.iter()
        .map(|item| {
            item.as_str().map(str::to_owned).ok_or_else(|| format!("{place}: `{key}` holds no strings"))
        })
        .collect()
}

fn optional<T>(
    value: &Value,
    place: &str,
    key: &str,
    read: fn(&Value, &str, &str) -> Read<T>,
) -> Read<Option<T>> {
    value.get(key).map(|_| read(value, place, key)).transpose()
}

fn read_names(value: &Value, place: &str, key: &str) -> Read<BTreeMap<String, Named>> {
    let names = map(value, place, key)?;
    names
        .iter()
        .map(|(wire, name)| {
            let text = name.as_str().ok_or_else(|| format!("{place}: `{wire}` is not a string"))?;
            let (rust, ty) = match text.split_once(' ') {
                Some((rust, ty)) => (rust, Some(ty)),
                None => (text, None),
            };
            [Some(rust), ty].into_iter().flatten().try_for_each(|name| check(place, name))?;
            Ok((wire.clone(), Named { rust: rust.to_owned(), ty: ty.map(str::to_owned) }))
        })
        .collect()
}
