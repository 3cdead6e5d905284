use std::path::Path;

use serde_json::json;

use super::open::{VaultArgs, long_enough, options};
use crate::caller::Caller;
use crate::exit::{Done, Failure};
use crate::output::shown;
use crate::session::Session;
use twilio_sdk::vault::{ApiLinkerStore, Argon2Params, ConflictPolicy};

pub(super) fn init(session: &Session, caller: &Caller, file: &VaultArgs) -> Done {
    let path = file.path(session)?;
    if path.symlink_metadata().is_ok() {
        return Err(Failure::name("the file already exists; give another path").at(path.display()));
    }
    let passphrase = file.new_passphrase(session)?;
    options(&path, caller).create(&passphrase).map_err(|error| Failure::from(error).at(path.display()))?;
    session.claim(&path)?;
    let path = path.display().to_string();
    session.output.line(&json!({"vault": path}), &format!("The vault is {path}."))
}

pub(super) fn rekey(session: &Session, caller: &Caller, file: &VaultArgs) -> Done {
    let vault = file.open(session, caller)?;
    let passphrase = long_enough(session.input.prompt_new("New passphrase of the vault")?)?;
    let path = vault.path().display().to_string();
    vault.rekey(&passphrase, Argon2Params::default()).map_err(|error| Failure::from(error).at(&path))?;
    session.output.line(&json!({"vault": path}), &format!("{path} has a new passphrase."))
}

pub(super) fn import(
    session: &Session,
    caller: &Caller,
    file: &VaultArgs,
    store: &Path,
    replace: bool,
) -> Done {
    if !store.try_exists().unwrap_or(true) {
        return Err(Failure::name("no such file").at(store.display()));
    }
    let vault = file.open(session, caller)?;
    let password = session.input.prompt("Master password of the store")?;
    let read = ApiLinkerStore::from_file(store, &password);
    let store = read.map_err(|error| Failure::from(error).at(store.display()))?;
    let existing = if replace { ConflictPolicy::Replace } else { ConflictPolicy::Keep };
    let imported = vault.import(store, existing)?;
    let json = json!({"imported": imported.imported, "skipped": imported.skipped});
    session.output.print(&json, |out| {
        for name in &imported.imported {
            writeln!(out, "imported: {}", shown(name))?;
        }
        for name in &imported.skipped {
            writeln!(out, "skipped: {}; --replace imports it", shown(name))?;
        }
        let (imported, skipped) = (imported.imported.len(), imported.skipped.len());
        writeln!(out, "{imported} imported, {skipped} skipped")
    })
}
