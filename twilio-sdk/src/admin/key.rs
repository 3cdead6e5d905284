//! `key`: the API keys of people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::{Done, Failure};
use super::moments::{Expiry, duration};
use super::output::{Output, moment, shown, table, tell};
use super::person::Member;
use super::session::Session;
use crate::access::{AccessError, Deliver, IssuedKey, KeyInfo};
use crate::types::SecretValue;

/// API keys of people; needs the permission manage_users
///
/// A key is shown when it is issued, and never again: only a hash of it is kept. It is printed before it is stored: where it
/// cannot be printed, nothing is changed, and an old key goes on.
#[derive(Args, Debug)]
pub(super) struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Gives a user a key, and prints it this once
    ///
    /// JSON: {"id": ID, "user": NAME, "key": TEXT, "created_at": MOMENT, "expires_at": MOMENT or null}
    Issue {
        /// The user's name
        user: String,
        #[command(flatten)]
        expiry: Expiry,
    },
    /// Replaces a key by a new one of the same user, and prints that this once
    ///
    /// JSON: that of `key issue`, of the new key
    Rotate {
        /// The id of the old key: the first 16 digits behind twak_
        #[arg(value_parser = id)]
        id: String,
        /// How long the old key is still accepted; without it, it ends at once
        #[arg(long, value_name = "TIME", default_value = "0s", hide_default_value = true, value_parser = duration)]
        overlap: Duration,
        #[command(flatten)]
        expiry: Expiry,
    },
    /// Ends a key
    ///
    /// JSON: as one of `key list`
    Revoke {
        /// The id of the key: the first 16 digits behind twak_
        #[arg(value_parser = id)]
        id: String,
    },
    /// Lists keys, those that have ended too
    ///
    /// JSON: {"keys": [{"id": ID, "user": NAME, "created_at": MOMENT, "expires_at": MOMENT or null, "revoked_at": MOMENT or
    /// null, "last_used_at": MOMENT or null, "in_use": BOOL}]}
    List {
        /// Only this user's
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
}

/// A whole key is no id, and is not repeated.
fn id(text: &str) -> Result<String, &'static str> {
    match text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        true => Ok(text.to_owned()),
        false => Err("the id of a key is expected, 16 digits and letters a to f, and not the key itself"),
    }
}

impl Key {
    pub(super) fn run(&self, session: &Session) -> Done {
        match &self.action {
            Action::Issue { user, expiry } => {
                let expires_at = expiry.moment()?;
                let Member { access, principal } = session.manager()?;
                let printed = Printed::default();
                let issued = access.issue_key_and(&principal, user, expires_at, printed.printer(session));
                printed.done(session.wait(issued))
            }
            Action::Rotate { id, overlap, expiry } => {
                let expires_at = expiry.moment()?;
                let Member { access, principal } = session.manager()?;
                let printed = Printed::default();
                let rotated =
                    access.rotate_key_and(&principal, id, *overlap, expires_at, printed.printer(session));
                printed.done(session.wait(rotated))
            }
            Action::Revoke { id } => {
                let Member { access, principal } = session.manager()?;
                let info = session.wait(access.revoke_key(&principal, id))?;
                let text = format!("{id} of {}: revoked", shown(&info.user));
                session.output.line(&described(&info), &text)
            }
            Action::List { user } => {
                let Member { access, principal } = session.manager()?;
                list(session, &session.wait(access.list_keys(&principal, user.as_deref()))?)
            }
        }
    }
}

/// A new key that is printed before it is stored: one that cannot be printed never was, so that nobody is locked out by it.
#[derive(Default)]
pub(super) struct Printed(Arc<AtomicBool>);

impl Printed {
    /// What prints the key, on the way to its being stored.
    pub(super) fn printer(&self, session: &Session) -> Deliver<IssuedKey> {
        let (printed, output) = (Arc::clone(&self.0), session.output);
        Box::new(move |issued| {
            printed.store(true, Ordering::Release);
            print(output, issued).map_err(|error| format!("standard output cannot be written: {error}"))
        })
    }

    /// How it ended. What was printed of a key that was not stored is none.
    pub(super) fn done(&self, stored: Result<IssuedKey, AccessError>) -> Done {
        match stored {
            Ok(_) => Ok(()),
            Err(error @ AccessError::NotDelivered(_)) => Err(error.into()),
            Err(error) if self.0.load(Ordering::Acquire) => {
                Err(Failure::from(error).and("the key that was printed is not in use"))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Prints a new key. It goes onto a terminal without being asked twice: this is the only time that it is there.
fn print(output: Output, issued: &IssuedKey) -> std::io::Result<()> {
    let IssuedKey { key, info, .. } = issued;
    let json = SecretValue::from(json!({
        "id": info.id,
        "user": info.user,
        "key": key.expose_secret(),
        "created_at": moment(info.created_at),
        "expires_at": info.expires_at.map(moment),
    }));
    if !output.is_json() {
        let until = info.expires_at.map_or("without end".to_owned(), |end| format!("until {}", moment(end)));
        tell(&format!(
            "The key of {}, {until}, with the id {}. It is shown this once:",
            shown(&info.user),
            info.id
        ));
    }
    output.try_print(json.expose_secret(), |out| writeln!(out, "{}", key.expose_secret()))
}

fn list(session: &Session, keys: &[KeyInfo]) -> Done {
    let json = json!({"keys": keys.iter().map(described).collect::<Vec<_>>()});
    session.output.print(&json, |out| {
        let row = |key: &KeyInfo| {
            let state = match (key.revoked_at, key.expires_at) {
                (Some(at), _) => format!("revoked {}", moment(at)),
                (None, Some(at)) if !key.is_active() => format!("expired {}", moment(at)),
                (None, Some(at)) => format!("until {}", moment(at)),
                (None, None) => "in use".to_owned(),
            };
            let used = key.last_used_at.map_or("never".to_owned(), moment);
            vec![key.id.clone(), shown(&key.user), used, state]
        };
        table(out, &["ID", "USER", "LAST USED", "STATE"], &keys.iter().map(row).collect::<Vec<_>>())
    })
}

fn described(key: &KeyInfo) -> Value {
    json!({
        "id": key.id,
        "user": key.user,
        "created_at": moment(key.created_at),
        "expires_at": key.expires_at.map(moment),
        "revoked_at": key.revoked_at.map(moment),
        "last_used_at": key.last_used_at.map(moment),
        "in_use": key.is_active(),
    })
}
