//! `user`: people and their roles.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::Done;
use super::key::Printed;
use super::moments::Expiry;
use super::output::{moment, shown, table};
use super::person::Member;
use super::session::Session;
use crate::access::UserRecord;

/// People and their roles; needs the permission manage_users
#[derive(Args, Debug)]
pub(super) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Adds a user, who has no key yet: `key issue` gives one
    ///
    /// With --first the user is an admin and gets a key, which is shown this once; nobody needs to be known for it, and it
    /// works only while there are no users. The database keeps for good which audit log it is recorded in (--audit) and which
    /// roles there are (--roles): `audit move` and `roles adopt` change that.
    ///
    /// JSON: {"name": NAME, "role": ROLE, "created_at": MOMENT}; with --first that of `key issue`
    Add(AddArgs),
    /// Lists all users
    ///
    /// JSON: {"users": [{"name": NAME, "role": ROLE, "created_at": MOMENT}]}
    List,
    /// Gives a user another role
    ///
    /// JSON: {"name": NAME, "role": ROLE, "created_at": MOMENT}
    Role {
        /// The user's name
        name: String,
        /// The role: admin, operator, developer, viewer, or one of the people's own
        role: String,
    },
    /// Removes a user with all keys
    ///
    /// JSON: {"name": NAME, "removed": true}
    Remove {
        /// The user's name
        name: String,
    },
    /// Gives an admin a key, which is shown this once, where no admin has one that is in use and was used
    ///
    /// That is where all have expired, or the only ones were lost before they were used, and nobody could issue another. Nobody
    /// needs to be known for it; it is recorded, and keys of this admin that were never used end.
    ///
    /// JSON: that of `key issue`
    Recover {
        /// The name of a user with the role admin
        name: String,
        #[command(flatten)]
        expiry: Expiry,
    },
}

#[derive(Args, Debug)]
struct AddArgs {
    /// The user's name: ASCII letters, digits and . _ - @ +
    name: String,
    /// The role: admin, operator, developer, viewer, or one of the people's own
    #[arg(long, required_unless_present = "first", conflicts_with = "first")]
    role: Option<String>,
    /// Makes the first user of a new database, an admin
    #[arg(long)]
    first: bool,
    /// With --first, when the key expires: a moment in RFC 3339
    #[arg(long, value_name = "MOMENT", value_parser = super::moments::moment, conflicts_with = "role")]
    expires_at: Option<time::OffsetDateTime>,
    /// With --first, the same, so long from now, such as 90d
    #[arg(long, value_name = "TIME", value_parser = super::moments::duration, conflicts_with_all = ["role", "expires_at"])]
    expires_in: Option<std::time::Duration>,
}

impl User {
    pub(super) fn run(&self, session: &Session) -> Done {
        match &self.action {
            Action::Add(args) => add(session, args),
            Action::List => {
                let Member { access, principal } = session.manager()?;
                list(session, &session.wait(access.list_users(&principal))?)
            }
            Action::Role { name, role } => {
                let Member { access, principal } = session.manager()?;
                let user = session.wait(access.set_role(&principal, name, role))?;
                session.output.line(&described(&user), &format!("{} is {}", shown(name), shown(role)))
            }
            Action::Remove { name } => {
                let Member { access, principal } = session.manager()?;
                session.wait(access.remove_user(&principal, name))?;
                let json = json!({"name": name, "removed": true});
                session.output.line(&json, &format!("{}: removed", shown(name)))
            }
            Action::Recover { name, expiry } => {
                let expires_at = expiry.moment()?;
                let access = session.everybody()?;
                let printed = Printed::default();
                printed.done(session.wait(access.recover_admin_and(
                    name,
                    expires_at,
                    printed.printer(session),
                )))
            }
        }
    }
}

fn add(session: &Session, args: &AddArgs) -> Done {
    if let Some(role) = &args.role {
        let Member { access, principal } = session.manager()?;
        let user = session.wait(access.add_user(&principal, &args.name, role))?;
        let name = shown(&args.name);
        let text = format!("{name} is {}; twilio-admin key issue {name} gives a key", shown(role));
        return session.output.line(&described(&user), &text);
    }
    let expires_at = Expiry::of(args.expires_at, args.expires_in).moment()?;
    let (access, bindings) = session.first()?;
    let printed = Printed::default();
    let first = access.add_first_admin_and(&args.name, expires_at, bindings, printed.printer(session));
    printed.done(session.wait(first))
}

fn list(session: &Session, users: &[UserRecord]) -> Done {
    let json = json!({"users": users.iter().map(described).collect::<Vec<_>>()});
    session.output.print(&json, |out| {
        let row = |user: &UserRecord| vec![shown(&user.name), shown(&user.role), moment(user.created_at)];
        table(out, &["NAME", "ROLE", "SINCE"], &users.iter().map(row).collect::<Vec<_>>())
    })
}

fn described(user: &UserRecord) -> Value {
    json!({"name": user.name, "role": user.role, "created_at": moment(user.created_at)})
}
