use anyhow::{Result, bail};
use twilio_openapi::distil::{distil, to_text};
use twilio_openapi::{RETIRED, find, products};

use super::lock::{Lock, differences, hashes};
use super::{derived, names, table};
use crate::output::count;
use crate::workspace::{Files, Workspace, spec_files, stem};

/// `gen --check`: says what is stale and fails if anything is.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let found = problems(workspace)?;
    let verbatim = spec_files(&workspace.upstream())?;
    let stale = match (&verbatim, Lock::read(workspace)?) {
        (Some(files), Some(lock)) => stale_specs(workspace, &lock, files)?,
        _ => Vec::new(),
    };
    let found: Vec<_> = found.into_iter().chain(stale).collect();
    if verbatim.is_none() {
        println!(
            "not checked: that the specs are what distilling the verbatim files gives ({} is absent; \
             `cargo xtask gen` fetches them)",
            workspace.show(&workspace.upstream())
        );
    }
    if found.is_empty() {
        println!("up to date: {}, the locks and the derived files", count(products().len(), "spec"));
        return Ok(());
    }
    bail!(
        "{}; `cargo xtask gen` writes them anew:\n  {}",
        count(found.len(), "stale thing"),
        found.join("\n  ")
    )
}

/// What is stale as far as the committed files alone tell: specs, lock, product table, derived files.
pub(crate) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let specs = spec_files(&workspace.specs())?.unwrap_or_default();
    for product in products() {
        let name = product.file_name();
        match specs.get(&name).map(|bytes| table::parse(&name, bytes)) {
            None => found.push(format!("{}/{name} is missing", workspace.show(&workspace.specs()))),
            Some(Err(error)) => found.push(format!("{error:#}")),
            Some(Ok(spec)) if spec.host() != Some(product.host) => found.push(format!(
                "{name}: its server is {}, but {} says {}",
                spec.host().unwrap_or("missing"),
                table::TABLE,
                product.host
            )),
            Some(Ok(_)) => {}
        }
    }
    for name in specs.keys().filter(|name| stem(name).and_then(find).is_none()) {
        found.push(format!("{}/{name} is not in {}", workspace.show(&workspace.specs()), table::TABLE));
    }
    let lock_name = workspace.show(&workspace.lock());
    match Lock::read(workspace)? {
        None => found.push(format!("{lock_name} is missing")),
        Some(lock) => {
            found.extend(lock_and_table(&lock, &lock_name));
            found.extend(
                differences(&lock.specs, &hashes(&specs)).into_iter().map(|line| format!("specs/{line}")),
            );
            let wanted = super::operations(&specs)
                .and_then(|operations| derived::wanted(workspace, &lock.source, operations));
            match wanted {
                Err(error) => found.push(format!("{error:#}")),
                Ok(files) => found.extend(
                    files
                        .iter()
                        .filter(|file| file.is_stale())
                        .map(|file| format!("{} is stale", workspace.show(&file.path))),
                ),
            }
        }
    }
    found.extend(names::problems(workspace, &specs));
    Ok(found)
}

fn lock_and_table(lock: &Lock, lock_name: &str) -> Vec<String> {
    let missing = products()
        .iter()
        .map(twilio_openapi::Product::file_name)
        .filter(|name| !lock.files.contains_key(name))
        .map(|name| format!("{lock_name} does not pin {name}"));
    let known = |stem: &str| find(stem).is_some() || RETIRED.iter().any(|retired| retired.stem == stem);
    let unknown = lock
        .files
        .keys()
        .filter(|name| !stem(name).is_some_and(known))
        .map(|name| format!("{lock_name} pins {name}, which {} does not know", table::TABLE));
    missing.chain(unknown).collect()
}

/// What only the verbatim files can tell.
fn stale_specs(workspace: &Workspace, lock: &Lock, verbatim: &Files) -> Result<Vec<String>> {
    let changed = differences(&lock.files, &hashes(verbatim));
    let mut found: Vec<_> = changed.into_iter().map(|line| format!("upstream/{line}")).collect();
    let specs = spec_files(&workspace.specs())?.unwrap_or_default();
    for (name, bytes) in verbatim.iter().filter(|(name, _)| stem(name).and_then(find).is_some()) {
        let text = to_text(&distil(table::parse(name, bytes)?.document()));
        if specs.get(name).is_some_and(|current| current != text.as_bytes()) {
            found.push(format!("specs/{name} is not what distilling upstream/{name} gives"));
        }
    }
    Ok(found)
}
