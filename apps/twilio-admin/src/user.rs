//! `user`: users and their roles.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use twilio_sdk::access_control::UserRecord;

use crate::caller::Authenticated;
use crate::exit::Done;
use crate::key::Printed;
use crate::output::{shown, table, timestamp};
use crate::session::Session;
use crate::timestamps::Expiry;

/// Users and their roles; needs the permission manage_users
#[derive(Args, Debug)]
pub(crate) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Creates a users database with its first user, an admin, and prints the admin's key once
    ///
    /// Needs no key, and works only while the database has no users. The database has the path of its audit log (--audit-log)
    /// and the hash of its roles (--roles) from then on: `audit move` and `roles adopt` change them.
    ///
    /// JSON: that of `key issue`
    Bootstrap {
        /// The username: ASCII letters, digits and . _ - @ +
        name: String,
        #[command(flatten)]
        expiry: Expiry,
    },
    /// Adds a user without a key: `key issue` issues one
    ///
    /// JSON: {"name": NAME, "role": ROLE, "created_at": TIMESTAMP}
    Add {
        /// The username: ASCII letters, digits and . _ - @ +
        name: String,
        /// The role: admin, operator, developer, viewer, or one of the roles file
        #[arg(long)]
        role: String,
    },
    /// Lists all users
    ///
    /// JSON: {"users": [{"name": NAME, "role": ROLE, "created_at": TIMESTAMP}]}
    List,
    /// Changes a user's role
    ///
    /// JSON: {"name": NAME, "role": ROLE, "created_at": TIMESTAMP}
    SetRole {
        /// The username
        name: String,
        /// The role: admin, operator, developer, viewer, or one of the roles file
        role: String,
    },
    /// Removes a user with all keys
    ///
    /// JSON: {"name": NAME, "removed": true}
    Remove {
        /// The username
        name: String,
    },
    /// Issues a key to an admin if no admin has an active key that was used, and prints it once
    ///
    /// That is, if all have expired, or the only ones were lost before their first use. Needs no key. It is recorded, and
    /// unused keys of this admin are revoked.
    ///
    /// JSON: that of `key issue`
    Recover {
        /// The name of a user with the role admin
        name: String,
        #[command(flatten)]
        expiry: Expiry,
    },
}

impl User {
    pub(crate) fn run(&self, session: &Session) -> Done {
        match &self.action {
            Action::Bootstrap { name, expiry } => {
                let expires_at = expiry.time()?;
                let (access, bindings) = session.bootstrap()?;
                let printed = Printed::default();
                let printer = printed.printer(session);
                let admin = access.bootstrap_admin_with_delivery(name, expires_at, bindings, printer);
                printed.done(session.wait(admin))
            }
            Action::Add { name, role } => {
                let Authenticated { access, principal } = session.manager()?;
                let user = session.wait(access.add_user(&principal, name, role))?;
                let name = shown(name);
                let text = format!(
                    "{name} has the role {}; twilio-admin key issue {name} issues a key",
                    shown(role)
                );
                session.output.line(&described(&user), &text)
            }
            Action::List => {
                let Authenticated { access, principal } = session.manager()?;
                list(session, &session.wait(access.list_users(&principal))?)
            }
            Action::SetRole { name, role } => {
                let Authenticated { access, principal } = session.manager()?;
                let user = session.wait(access.set_role(&principal, name, role))?;
                let text = format!("{} has the role {}", shown(name), shown(role));
                session.output.line(&described(&user), &text)
            }
            Action::Remove { name } => {
                let Authenticated { access, principal } = session.manager()?;
                session.wait(access.remove_user(&principal, name))?;
                let json = json!({"name": name, "removed": true});
                session.output.line(&json, &format!("{}: removed", shown(name)))
            }
            Action::Recover { name, expiry } => {
                let expires_at = expiry.time()?;
                let access = session.unauthenticated()?;
                let printed = Printed::default();
                let printer = printed.printer(session);
                printed.done(session.wait(access.recover_admin_with_delivery(name, expires_at, printer)))
            }
        }
    }
}

fn list(session: &Session, users: &[UserRecord]) -> Done {
    let json = json!({"users": users.iter().map(described).collect::<Vec<_>>()});
    session.output.print(&json, |out| {
        let row = |user: &UserRecord| vec![shown(&user.name), shown(&user.role), timestamp(user.created_at)];
        table(out, &["NAME", "ROLE", "SINCE"], &users.iter().map(row).collect::<Vec<_>>())
    })
}

fn described(user: &UserRecord) -> Value {
    json!({"name": user.name, "role": user.role, "created_at": timestamp(user.created_at)})
}
