use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{GetArgs, SetArgs, VaultArgs};
use crate::admin::exit::{Done, Failure};
use crate::admin::output::{self, is_terminal, moment, shown, table};
use crate::admin::person::Person;
use crate::admin::session::Session;
use crate::types::{SecretString, SecretValue};
use crate::vault::{Entry, EntryInfo, EntryValue, VaultError};

pub(super) fn set(session: &Session, person: &Person, file: &VaultArgs, args: &SetArgs) -> Done {
    let expires_at = args.expiry.moment()?;
    let vault = file.open(session, person)?;
    let secret = session.input.ask_whole("Secret", args.from.is_some())?;
    let value = if args.as_json { EntryValue::Json(parse(&secret)?) } else { EntryValue::String(secret) };
    let replaced = vault.set(&args.name, value, expires_at)?;
    let json = json!({"name": args.name, "replaced": replaced, "expires_at": expires_at.map(moment)});
    let what = if replaced { "replaced" } else { "new" };
    session.output.line(&json, &format!("{}: {what}", shown(&args.name)))
}

/// The error shows nothing of the text.
fn parse(secret: &SecretString) -> Done<SecretValue> {
    let value: Result<SecretValue, _> = serde_json::from_str(secret.expose_secret());
    value.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::usage(format!("the secret is not JSON, which --as-json says that it is: see {place}"))
    })
}

pub(super) fn get(session: &Session, person: &Person, file: &VaultArgs, args: &GetArgs) -> Done {
    // Before it is read and recorded.
    if is_terminal() && !args.reveal {
        return Err(Failure::refused(
            "standard output is a terminal, where the secret would stay to be seen; hand it to the program that needs \
             it, as in `twilio-admin vault get NAME | program`, or say --reveal",
        ));
    }
    let vault = file.open(session, person)?;
    let entry = vault.get(&args.name)?;
    let value = match &args.field {
        None => entry.value().clone(),
        Some(field) => EntryValue::String(text_of(&entry, field)?),
    };
    if session.output.is_json() {
        let value = match &value {
            EntryValue::String(text) => Value::from(text.expose_secret()),
            EntryValue::Json(json) => json.expose_secret().clone(),
            _ => Value::Null,
        };
        let mut shown = described(entry.info());
        shown.insert("value".to_owned(), value);
        let shown = SecretValue::from(Value::Object(shown));
        return session.output.print(shown.expose_secret(), |_| Ok(()));
    }
    let mut text = Zeroizing::new(match &value {
        EntryValue::String(text) => text.expose_secret().to_owned(),
        EntryValue::Json(json) => json.expose_secret().to_string(),
        _ => String::new(),
    });
    if !text.ends_with('\n') {
        text.reserve_exact(1);
        text.push('\n');
    }
    output::raw(text.as_bytes())
}

fn text_of(entry: &Entry, field: &str) -> Done<SecretString> {
    let text = || Failure::usage("--field is for entries that are JSON, and this one is a text");
    let json = entry.json().ok_or_else(text)?;
    let none = || Failure::name(format!("the entry {:?} has no field of this name", entry.info().name()));
    let value = json.expose_secret().get(field).ok_or_else(none)?;
    Ok(value.as_str().map_or_else(|| value.to_string().into(), SecretString::from))
}

pub(super) fn list(session: &Session, person: &Person, file: &VaultArgs) -> Done {
    let entries = file.open(session, person)?.list()?;
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
        Some(at) if info.is_expired() => format!("{} (expired)", moment(at)),
        Some(at) => moment(at),
    };
    vec![shown(info.name()), moment(info.updated_at()), expires]
}

/// Everything about an entry but its secret.
fn described(info: &EntryInfo) -> serde_json::Map<String, Value> {
    let pairs = [
        ("name", Value::from(info.name())),
        ("created_at", moment(info.created_at()).into()),
        ("updated_at", moment(info.updated_at()).into()),
        ("expires_at", info.expires_at().map(moment).into()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn delete(session: &Session, person: &Person, file: &VaultArgs, name: &str) -> Done {
    let vault = file.open(session, person)?;
    if !vault.delete(name)? {
        return Err(VaultError::NotFound(name.to_owned()).into());
    }
    session.output.line(&json!({"name": name, "deleted": true}), &format!("{}: deleted", shown(name)))
}
