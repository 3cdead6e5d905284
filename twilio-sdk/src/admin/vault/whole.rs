use std::path::Path;

use serde_json::json;

use super::VaultArgs;
use super::open::{long_enough, options};
use crate::admin::exit::{Done, Failure};
use crate::admin::output::shown;
use crate::admin::person::Person;
use crate::admin::session::Session;
use crate::vault::{ApiLinkerStore, Argon2Params, ConflictPolicy};

pub(super) fn init(session: &Session, person: &Person, file: &VaultArgs) -> Done {
    let path = file.path(session)?;
    if path.symlink_metadata().is_ok() {
        return Err(Failure::name("there is a file of this name already").at(path.display()));
    }
    let passphrase = file.new_passphrase(session)?;
    options(&path, person).create(&passphrase).map_err(|error| Failure::from(error).at(path.display()))?;
    session.claim(&path)?;
    let path = path.display().to_string();
    session.output.line(&json!({"vault": path}), &format!("The vault is {path}."))
}

pub(super) fn rekey(session: &Session, person: &Person, file: &VaultArgs) -> Done {
    let vault = file.open(session, person)?;
    let passphrase = long_enough(session.input.ask_new("New passphrase of the vault")?)?;
    let path = vault.path().display().to_string();
    vault.rekey(&passphrase, Argon2Params::default()).map_err(|error| Failure::from(error).at(&path))?;
    session.output.line(&json!({"vault": path}), &format!("{path} has another passphrase."))
}

pub(super) fn import(
    session: &Session,
    person: &Person,
    file: &VaultArgs,
    store: &Path,
    replace: bool,
) -> Done {
    if !store.try_exists().unwrap_or(true) {
        return Err(Failure::name("there is no such file").at(store.display()));
    }
    let vault = file.open(session, person)?;
    let password = session.input.ask("Master password of the store")?;
    let read = ApiLinkerStore::from_file(store, &password);
    let store = read.map_err(|error| Failure::from(error).at(store.display()))?;
    let existing = if replace { ConflictPolicy::Replace } else { ConflictPolicy::Keep };
    let imported = vault.import(store, existing)?;
    let json = json!({"taken": imported.imported, "kept": imported.skipped});
    session.output.print(&json, |out| {
        for name in &imported.imported {
            writeln!(out, "taken over: {}", shown(name))?;
        }
        for name in &imported.skipped {
            writeln!(out, "left as it was: {}; --replace takes over the store's", shown(name))?;
        }
        let (taken, kept) = (imported.imported.len(), imported.skipped.len());
        writeln!(out, "{taken} taken over, {kept} left as they were")
    })
}
