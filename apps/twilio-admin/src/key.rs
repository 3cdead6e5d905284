//! `key`: API keys of users.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::caller::Authenticated;
use crate::exit::{Done, Failure};
use crate::output::{Output, shown, table, tell, timestamp};
use crate::session::Session;
use crate::timestamps::{Expiry, duration};
use twilio_sdk::access_control::{AccessError, Deliver, IssuedKey, KeyInfo};
use twilio_sdk::types::SecretValue;

/// API keys of users; needs the permission manage_users
///
/// A key is printed when it is issued, and never again: only its hash is stored. It is printed before it is stored: if it cannot
/// be printed, nothing is changed, and an old key stays active.
#[derive(Args, Debug)]
pub(crate) struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Issues a key to a user, and prints it once
    ///
    /// JSON: {"id": ID, "user": NAME, "key": STRING, "created_at": TIMESTAMP, "expires_at": TIMESTAMP or null}
    Issue {
        /// The username
        user: String,
        #[command(flatten)]
        expiry: Expiry,
    },
    /// Replaces a key by a new one of the same user, and prints it once
    ///
    /// JSON: that of `key issue`, of the new key
    Rotate {
        /// The ID of the old key: the first 16 digits after twak_
        #[arg(value_parser = id)]
        id: String,
        /// How long the old key stays active; without it, it ends at once
        #[arg(long, value_name = "DURATION", default_value = "0s", hide_default_value = true, value_parser = duration)]
        overlap: Duration,
        #[command(flatten)]
        expiry: Expiry,
    },
    /// Revokes a key
    ///
    /// JSON: as one of `key list`
    Revoke {
        /// The ID of the key: the first 16 digits after twak_
        #[arg(value_parser = id)]
        id: String,
    },
    /// Lists keys, including inactive ones
    ///
    /// JSON: {"keys": [{"id": ID, "user": NAME, "created_at": TIMESTAMP, "expires_at": TIMESTAMP or null, "revoked_at": TIMESTAMP
    /// or null, "last_used_at": TIMESTAMP or null, "active": BOOL}]}
    List {
        /// Lists only the keys of this user
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
}

/// Parses a key ID. A whole key is rejected, and not repeated.
fn id(text: &str) -> Result<String, &'static str> {
    match text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        true => Ok(text.to_owned()),
        false => Err("expected a key ID of 16 digits and letters a to f, not the key itself"),
    }
}

impl Key {
    pub(crate) fn run(&self, session: &Session) -> Done {
        match &self.action {
            Action::Issue { user, expiry } => {
                let expires_at = expiry.time()?;
                let Authenticated { access, principal } = session.manager()?;
                let printed = Printed::default();
                let issued =
                    access.issue_key_with_delivery(&principal, user, expires_at, printed.printer(session));
                printed.done(session.wait(issued))
            }
            Action::Rotate { id, overlap, expiry } => {
                let expires_at = expiry.time()?;
                let Authenticated { access, principal } = session.manager()?;
                let printed = Printed::default();
                let rotated = access.rotate_key_with_delivery(
                    &principal,
                    id,
                    *overlap,
                    expires_at,
                    printed.printer(session),
                );
                printed.done(session.wait(rotated))
            }
            Action::Revoke { id } => {
                let Authenticated { access, principal } = session.manager()?;
                let info = session.wait(access.revoke_key(&principal, id))?;
                let text = format!("{id} of {}: revoked", shown(&info.user));
                session.output.line(&described(&info), &text)
            }
            Action::List { user } => {
                let Authenticated { access, principal } = session.manager()?;
                list(session, &session.wait(access.list_keys(&principal, user.as_deref()))?)
            }
        }
    }
}

/// Prints a new key before it is stored, so that no user is locked out by a key that could not be printed.
#[derive(Default)]
pub(crate) struct Printed(Arc<AtomicBool>);

impl Printed {
    /// Returns the function that prints the key before it is stored.
    pub(crate) fn printer(&self, session: &Session) -> Deliver<IssuedKey> {
        let (printed, output) = (Arc::clone(&self.0), session.output);
        Box::new(move |issued| {
            printed.store(true, Ordering::Release);
            print(output, issued).map_err(|error| format!("cannot write to standard output: {error}"))
        })
    }

    /// Ends the command. A printed key that was not stored is invalid.
    pub(crate) fn done(&self, stored: Result<IssuedKey, AccessError>) -> Done {
        match stored {
            Ok(_) => Ok(()),
            Err(error @ AccessError::NotDelivered(_)) => Err(error.into()),
            Err(error) if self.0.load(Ordering::Acquire) => {
                Err(Failure::from(error).and("the printed key is not active"))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Prints a new key, also to a terminal: it cannot be shown again.
fn print(output: Output, issued: &IssuedKey) -> std::io::Result<()> {
    let IssuedKey { key, info, .. } = issued;
    let json = SecretValue::from(json!({
        "id": info.id,
        "user": info.user,
        "key": key.expose_secret(),
        "created_at": timestamp(info.created_at),
        "expires_at": info.expires_at.map(timestamp),
    }));
    if !output.is_json() {
        let until =
            info.expires_at.map_or("without expiry".to_owned(), |end| format!("until {}", timestamp(end)));
        tell(&format!(
            "The key of {}, {until}, with the ID {}. It is shown only once:",
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
                (Some(at), _) => format!("revoked {}", timestamp(at)),
                (None, Some(at)) if !key.is_active() => format!("expired {}", timestamp(at)),
                (None, Some(at)) => format!("until {}", timestamp(at)),
                (None, None) => "active".to_owned(),
            };
            let used = key.last_used_at.map_or("never".to_owned(), timestamp);
            vec![key.id.clone(), shown(&key.user), used, state]
        };
        table(out, &["ID", "USER", "LAST USED", "STATE"], &keys.iter().map(row).collect::<Vec<_>>())
    })
}

fn described(key: &KeyInfo) -> Value {
    json!({
        "id": key.id,
        "user": key.user,
        "created_at": timestamp(key.created_at),
        "expires_at": key.expires_at.map(timestamp),
        "revoked_at": key.revoked_at.map(timestamp),
        "last_used_at": key.last_used_at.map(timestamp),
        "active": key.is_active(),
    })
}
