//! The locks of the public surface: what the generator calls things, for good.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use twilio_codegen::analyze::Api;
use twilio_codegen::lock::Lock;
use twilio_openapi::products;

use super::table;
use crate::output::count;
use crate::workspace::{Files, Workspace, spec_files, stem, write_if_changed};

/// The locks by product.
pub(crate) type Locks = BTreeMap<String, Lock>;

/// What the generator reads from each spec, by product.
pub(super) type Apis = BTreeMap<String, Api>;

/// The locks of the repository.
pub(crate) fn read(workspace: &Workspace) -> Result<Locks> {
    let files = spec_files(&workspace.surface())?.unwrap_or_default();
    let mut locks = Locks::new();
    for (name, bytes) in &files {
        let shown = workspace.show(&workspace.surface().join(name));
        let text = std::str::from_utf8(bytes).with_context(|| format!("{shown} is not UTF-8"))?;
        let lock = Lock::parse(&shown, text).with_context(|| {
            "the lock of the public surface is damaged; restore it from git, and let `cargo xtask gen` write it"
        })?;
        locks.insert(stem(name).unwrap_or(name).to_owned(), lock);
    }
    Ok(locks)
}

/// Reads every spec as the generator does. What it does not understand is told for all specs together.
pub(super) fn analyzed(specs: &Files) -> Result<Apis> {
    let (mut apis, mut errors) = (Apis::new(), Vec::new());
    for (name, bytes) in specs {
        match twilio_codegen::analyze(&table::parse(name, bytes)?) {
            Ok((api, _)) => {
                apis.insert(stem(name).unwrap_or(name).to_owned(), api);
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    if !errors.is_empty() {
        bail!(
            "the generator does not understand {}:\n  {}",
            count(errors.len(), "spec"),
            errors.join("\n  ")
        );
    }
    Ok(apis)
}

/// The analysis under the names of the locks.
pub(super) fn locked(apis: &Apis, locks: &Locks) -> Apis {
    let nothing = Lock::default();
    apis.iter().map(|(stem, api)| (stem.clone(), locks.get(stem).unwrap_or(&nothing).apply(api))).collect()
}

/// The locks with what is new appended. `apis` obey `locks`; the lock of a removed product stays as it is.
pub(super) fn extended(apis: &Apis, locks: &Locks) -> Locks {
    let nothing = Lock::default();
    let mut all = locks.clone();
    for (stem, api) in apis {
        all.insert(stem.clone(), locks.get(stem).unwrap_or(&nothing).extended(api));
    }
    all
}

/// Writes the locks that differ; the names of the files that were written.
pub(super) fn write(workspace: &Workspace, locks: &Locks) -> Result<Vec<String>> {
    let folder = workspace.surface();
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut written = Vec::new();
    for (stem, lock) in locks {
        let path = folder.join(format!("twilio_{stem}.json"));
        if write_if_changed(&path, &lock.to_text())? {
            written.push(workspace.show(&path));
        }
    }
    Ok(written)
}

/// What of the specs the locks do not cover, and what is damaged.
pub(super) fn problems(workspace: &Workspace, specs: &Files) -> Vec<String> {
    let locks = match read(workspace) {
        Ok(locks) => locks,
        Err(error) => return vec![format!("{error:#}")],
    };
    let shown = |stem: &str| workspace.show(&workspace.surface().join(format!("twilio_{stem}.json")));
    let mut found = Vec::new();
    for product in products() {
        let name = product.file_name();
        let Some(Ok(spec)) = specs.get(&name).map(|bytes| table::parse(&name, bytes)) else { continue };
        let Some(lock) = locks.get(product.stem) else {
            found.push(format!("{} is missing", shown(product.stem)));
            continue;
        };
        match twilio_codegen::analyze_locked(&spec, Some(lock)) {
            Err(error) => found.push(format!("the generator does not understand a spec: {error}")),
            Ok((api, _)) if lock.extended(&api) != *lock => {
                found.push(format!("{} does not cover {}", shown(product.stem), name));
            }
            Ok(_) => {}
        }
    }
    found
}
