//! `roles`: which roles the people have beside the built-in ones.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::bound;
use super::exit::{Done, Failure};
use super::output::{shown, table};
use super::person::Member;
use super::session::Session;
use crate::access::{Bindings, Permission, Role, Roles};

/// Roles of people beside the built-in ones; for an admin
///
/// The database of people keeps which file of roles it has and what stands there, and no option has another one count. A file
/// that was changed is refused until an admin gives the people its roles.
#[derive(Args, Debug)]
pub(super) struct RolesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Gives the people the roles of a file, in place of those before
    ///
    /// JSON: {"roles_file": FILE or null, "roles": [{"name": NAME, "permissions": [NAME]}]}
    Adopt {
        /// The file [default: --roles, the file that the people have, or access.toml beside them]
        file: Option<PathBuf>,
    },
    /// Leaves the people the built-in roles only
    ///
    /// JSON: that of `roles adopt`
    Drop,
}

impl RolesArgs {
    pub(super) fn run(&self, session: &Session) -> Done {
        let (Member { access, principal }, bound) = session.owner()?;
        session.wait(access.require(&principal, Permission::ManageUsers))?;
        let log = session.log_path(&bound)?;
        let (file, roles) = match &self.action {
            Action::Drop => (None, Roles::new()),
            Action::Adopt { file } => {
                let given = file.clone().or_else(|| session.places.given_roles().cloned());
                let found =
                    given.or_else(|| bound.bound_roles()).or_else(|| bound.unbound_roles(&session.places));
                let file = found.ok_or_else(|| {
                    Failure::usage("there is no file of roles; name one, as in twilio-admin roles adopt FILE")
                })?;
                let roles = bound::read(&file)?;
                (Some(file), roles)
            }
        };
        let of_file = file.as_deref().map(|file| (file, &roles));
        let Bindings { roles_file, roles_hash, .. } = bound.bound_to(&log, of_file)?;
        // Without a file the built-in roles are what the database is bound to, and not nothing.
        let roles_hash = roles_hash.or_else(|| Some(roles.fingerprint()));
        let bindings = Bindings { roles_file, roles_hash, ..bound.bindings.clone() };
        session.wait(access.bind(&principal, bindings))?;
        print(session, file.map(|file| file.display().to_string()), &roles)
    }
}

fn print(session: &Session, file: Option<String>, roles: &Roles) -> Done {
    let names = |role: &Role| role.permissions().iter().map(Permission::as_str).collect::<Vec<_>>();
    let described: Vec<Value> =
        roles.iter().map(|role| json!({"name": role.name(), "permissions": names(role)})).collect();
    session.output.print(&json!({"roles_file": file, "roles": described}), |out| {
        let rows: Vec<_> =
            roles.iter().map(|role| vec![shown(role.name()), names(role).join(", ")]).collect();
        table(out, &["ROLE", "PERMISSIONS"], &rows)
    })
}
