use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::args::{GetArgs, SetArgs};
use super::open::VaultArgs;
use crate::caller::Caller;
use crate::exit::{Done, Failure};
use crate::output::{self, is_terminal, shown, table, timestamp};
use crate::session::Session;
use twilio_sdk::types::{SecretString, SecretValue};
use twilio_sdk::vault::{Entry, EntryInfo, EntryValue, VaultError};

pub(super) fn set(session: &Session, caller: &Caller, file: &VaultArgs, args: &SetArgs) -> Done {
    let expires_at = args.expiry.time()?;
    let vault = file.open(session, caller)?;
    let secret = session.input.prompt_or_rest("Secret", args.from.is_some())?;
    let value = if args.as_json { EntryValue::Json(parse(&secret)?) } else { EntryValue::String(secret) };
    let replaced = vault.set(&args.name, value, expires_at)?;
    let json = json!({"name": args.name, "replaced": replaced, "expires_at": expires_at.map(timestamp)});
    let what = if replaced { "replaced" } else { "new" };
    session.output.line(&json, &format!("{}: {what}", shown(&args.name)))
}

/// Parses JSON. The error does not show the secret.
fn parse(secret: &SecretString) -> Done<SecretValue> {
    let value: Result<SecretValue, _> = serde_json::from_str(secret.expose_secret());
    value.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::usage(format!("the secret is not JSON, as --as-json requires: see {place}"))
    })
}

pub(super) fn get(session: &Session, caller: &Caller, file: &VaultArgs, args: &GetArgs) -> Done {
    // Checked before the secret is read and recorded.
    if is_terminal() && !args.reveal {
        return Err(Failure::rejected(
            "standard output is a terminal, whose scrollback would keep the secret; pipe it to the program that needs it, as \
             in `twilio-admin vault get NAME | program`, or give --reveal",
        ));
    }
    let vault = file.open(session, caller)?;
    let entry = vault.get(&args.name)?;
    let value = match &args.field {
        None => entry.value().clone(),
        Some(field) => EntryValue::String(text_of(&entry, field)?),
    };
    if session.output.is_json() {
        let value = match &value {
            EntryValue::String(text) => Value::from(text.expose_secret()),
            EntryValue::Json(json) => json.expose_secret().clone(),
            _ => return Err(unknown_kind()),
        };
        let mut shown = described(entry.info());
        shown.insert("value".to_owned(), value);
        let shown = SecretValue::from(Value::Object(shown));
        return session.output.print(shown.expose_secret(), |_| Ok(()));
    }
    let mut text = Zeroizing::new(match &value {
        EntryValue::String(text) => text.expose_secret().to_owned(),
        EntryValue::Json(json) => json.expose_secret().to_string(),
        _ => return Err(unknown_kind()),
    });
    if !text.ends_with('\n') {
        text.reserve_exact(1);
        text.push('\n');
    }
    output::raw(text.as_bytes())
}

fn unknown_kind() -> Failure {
    Failure::failed("the entry is of an unknown kind; use a newer twilio-admin")
}

fn text_of(entry: &Entry, field: &str) -> Done<SecretString> {
    let text = || Failure::usage("--field is only for entries that are JSON; leave it out");
    let json = entry.json().ok_or_else(text)?;
    let none = || Failure::name(format!("the entry {:?} has no field of this name", entry.info().name()));
    let value = json.expose_secret().get(field).ok_or_else(none)?;
    Ok(value.as_str().map_or_else(|| value.to_string().into(), SecretString::from))
}

pub(super) fn list(session: &Session, caller: &Caller, file: &VaultArgs) -> Done {
    let entries = file.open(session, caller)?.list()?;
    let json: Vec<Value> = entries
        .iter()
        .map(|info| {
            let mut entry = described(info);
            entry.insert("expired".to_owned(), info.is_expired().into());
            Value::Object(entry)
        })
        .collect();
    session.output.print(&json!({"entries": json}), |out| {
        let rows: Vec<_> = entries.iter().map(row).collect();
        table(out, &["NAME", "UPDATED", "EXPIRES"], &rows)
    })
}

fn row(info: &EntryInfo) -> Vec<String> {
    let expires = match info.expires_at() {
        None => "never".to_owned(),
        Some(at) if info.is_expired() => format!("{} (expired)", timestamp(at)),
        Some(at) => timestamp(at),
    };
    vec![shown(info.name()), timestamp(info.updated_at()), expires]
}

/// Returns everything about an entry but its secret.
fn described(info: &EntryInfo) -> serde_json::Map<String, Value> {
    let pairs = [
        ("name", Value::from(info.name())),
        ("created_at", timestamp(info.created_at()).into()),
        ("updated_at", timestamp(info.updated_at()).into()),
        ("expires_at", info.expires_at().map(timestamp).into()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn delete(session: &Session, caller: &Caller, file: &VaultArgs, name: &str) -> Done {
    let vault = file.open(session, caller)?;
    if !vault.delete(name)? {
        return Err(VaultError::NotFound(name.to_owned()).into());
    }
    session.output.line(&json!({"name": name, "deleted": true}), &format!("{}: deleted", shown(name)))
}
