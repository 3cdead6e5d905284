//! `roles`: the roles of the users database besides the built-in ones.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::caller::Authenticated;
use crate::exit::{Done, Failure};
use crate::output::{shown, table};
use crate::session::Session;
use crate::users_db;
use twilio_sdk::access_control::{Bindings, Permission, Role, Roles};

/// Roles of the users database besides the built-in ones; needs all permissions
///
/// The users database has the path of its roles file and a hash of its content, and no option can change them. A changed file
/// is rejected until an admin adopts it.
#[derive(Args, Debug)]
pub(crate) struct RolesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Adopts the roles of a file, replacing those before
    ///
    /// JSON: {"roles_file": FILE or null, "roles": [{"name": NAME, "permissions": [NAME]}]}
    Adopt {
        /// The file [default: --roles, the file of the users database, or access.toml next to it]
        file: Option<PathBuf>,
    },
    /// Removes all but the built-in roles
    ///
    /// JSON: that of `roles adopt`
    Drop,
}

impl RolesArgs {
    pub(crate) fn run(&self, session: &Session) -> Done {
        let (Authenticated { access, principal }, db) = session.owner()?;
        session.wait(access.require(&principal, Permission::ManageUsers))?;
        let log = session.log_path(&db)?;
        let (file, roles) = match &self.action {
            Action::Drop => (None, Roles::new()),
            Action::Adopt { file } => {
                let given = file.clone().or_else(|| session.places.given_roles().cloned());
                let found = given.or_else(|| db.bound_roles()).or_else(|| db.unbound_roles(&session.places));
                let file = found.ok_or_else(|| {
                    Failure::usage("no roles file; give one, as in twilio-admin roles adopt FILE")
                })?;
                let roles = users_db::read_roles(&file)?;
                (Some(file), roles)
            }
        };
        let of_file = file.as_deref().map(|file| (file, &roles));
        let Bindings { roles_file, roles_hash, .. } = db.bindings_of(&log, of_file)?;
        // Without a file, the database is bound to the built-in roles.
        let roles_hash = roles_hash.or_else(|| Some(roles.fingerprint()));
        let bindings = Bindings { roles_file, roles_hash, ..db.bindings.clone() };
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
