use std::collections::BTreeMap;

use super::error::shown;
use super::{AccessError, Permission, Permissions};

/// A role: a name and its permissions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
pub struct Role {
    name: String,
    permissions: Permissions,
}

impl Role {
    /// All permissions. A user with this role always exists, see [`AccessError::LastAdmin`].
    pub const ADMIN: &'static str = "admin";
    /// Runs a service: no settings, users or secrets.
    pub const OPERATOR: &'static str = "operator";
    /// Sets a service up: no requests, users or secrets.
    pub const DEVELOPER: &'static str = "developer";
    /// Only reads.
    pub const VIEWER: &'static str = "viewer";

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the permissions.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }
}

/// The roles of a program: four built-in ones, and those that you add.
///
/// | | admin | operator | developer | viewer |
/// |---|---|---|---|---|
/// | `view_config` | yes | yes | yes | yes |
/// | `edit_config` | yes | | yes | |
/// | `send_requests` | yes | yes | | |
/// | `view_results` | yes | yes | yes | yes |
/// | `manage_users` | yes | | | |
/// | `manage_credentials` | yes | | | |
/// | `view_logs` | yes | yes | yes | |
/// | `access_analytics` | yes | yes | | |
///
/// A user in the store whose role is not defined has no permissions.
///
/// ```
/// use twilio_sdk_access::{AccessError, Permission, Roles};
///
/// let roles = Roles::new().with_role("auditor", &[Permission::ViewLogs, Permission::ViewAnalytics])?;
/// assert_eq!(roles.get("auditor")?.permissions().len(), 2);
/// assert!(matches!(roles.get("Auditor"), Err(AccessError::UnknownRole(_))));
/// assert!(matches!(roles.with_role("viewer", Permission::ALL), Err(AccessError::RoleExists(_))));
/// # Ok::<(), AccessError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

impl Default for Roles {
    fn default() -> Self {
        Self::new()
    }
}

impl Roles {
    /// Creates the four built-in roles.
    pub fn new() -> Self {
        use Permission::{EditConfig, SendRequests, ViewAnalytics, ViewConfig, ViewLogs, ViewResults};
        let table: [(&str, &[Permission]); 4] = [
            (Role::ADMIN, Permission::ALL),
            (Role::OPERATOR, &[ViewConfig, SendRequests, ViewResults, ViewLogs, ViewAnalytics]),
            (Role::DEVELOPER, &[ViewConfig, EditConfig, ViewResults, ViewLogs]),
            (Role::VIEWER, &[ViewConfig, ViewResults]),
        ];
        let role = |(name, permissions): (&str, &[Permission])| {
            let role = Role { name: name.to_owned(), permissions: Permissions::from_slice(permissions) };
            (role.name.clone(), role)
        };
        Self(table.into_iter().map(role).collect())
    }

    /// Adds a role. Its name has 1 to 64 lower-case letters (a to z), digits, `-` and `_`, and starts with a letter.
    ///
    /// # Errors
    ///
    /// [`AccessError::RoleExists`] for the name of an existing role, [`AccessError::InvalidRole`] for an invalid name or an empty
    /// list of permissions.
    pub fn with_role(mut self, name: &str, permissions: &[Permission]) -> Result<Self, AccessError> {
        self.add(name, Permissions::from_slice(permissions))?;
        Ok(self)
    }

    pub(super) fn add(&mut self, name: &str, permissions: Permissions) -> Result<(), AccessError> {
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if !begins || name.len() > 64 || !name.chars().all(is_name) {
            return Err(AccessError::InvalidRole(
                "use 1 to 64 lower-case letters, digits, `-` and `_` for its name, starting with a letter",
            ));
        }
        if permissions.is_empty() {
            return Err(AccessError::InvalidRole("it has no permissions; give it at least one"));
        }
        if self.0.contains_key(name) {
            return Err(AccessError::RoleExists(name.to_owned()));
        }
        self.0.insert(name.to_owned(), Role { name: name.to_owned(), permissions });
        Ok(())
    }

    /// Returns the role of exactly this name.
    ///
    /// # Errors
    ///
    /// [`AccessError::UnknownRole`].
    pub fn get(&self, name: &str) -> Result<&Role, AccessError> {
        self.0.get(name).ok_or_else(|| AccessError::UnknownRole(shown(name)))
    }

    /// Iterates over all roles, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }

    /// Returns the SHA-256 of all roles and their permissions, in 64 hexadecimal digits. It is equal for equal roles, wherever
    /// and in whatever order they are defined.
    pub fn fingerprint(&self) -> String {
        let mut text = String::from("twilio-sdk access roles 1\n");
        for role in self.0.values() {
            let names: Vec<_> = role.permissions.iter().map(Permission::as_str).collect();
            text.push_str(&format!("{}={}\n", role.name, names.join(",")));
        }
        crate::key::fingerprint(&text)
    }

    /// Returns the permissions of a stored role: none if it does not exist.
    pub(super) fn permissions(&self, name: &str) -> Permissions {
        self.0.get(name).map_or(Permissions::NONE, Role::permissions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_of_the_built_in_roles() {
        let matrix = [
            ("view_config", "yes yes yes yes"),
            ("edit_config", "yes no yes no"),
            ("send_requests", "yes yes no no"),
            ("view_results", "yes yes yes yes"),
            ("manage_users", "yes no no no"),
            ("manage_credentials", "yes no no no"),
            ("view_logs", "yes yes yes no"),
            ("access_analytics", "yes yes no no"),
        ];
        let (roles, names) = (Roles::new(), ["admin", "operator", "developer", "viewer"]);
        for (permission, row) in matrix {
            let permission: Permission = permission.parse().unwrap();
            let allowed = names.map(|name| roles.get(name).unwrap().permissions().contains(permission));
            assert_eq!(allowed.map(|yes| if yes { "yes" } else { "no" }).join(" "), row, "{permission}");
        }
        assert_eq!(names.map(|name| roles.get(name).unwrap().permissions().len()), [8, 5, 4, 2]);
        assert_eq!(roles.iter().count(), 4);
    }

    #[test]
    fn roles_are_added_once_and_with_names() {
        let roles = Roles::new().with_role("on-call_2", &[Permission::SendRequests]).unwrap();
        assert!(roles.permissions("on-call_2").contains(Permission::SendRequests));
        assert_eq!(roles.permissions("root"), Permissions::NONE);
        for name in ["", "Admin", "2nd", "a b", "rôle", "-a", &"a".repeat(65)] {
            let refused = Roles::new().with_role(name, &[Permission::ViewLogs]);
            assert!(matches!(refused, Err(AccessError::InvalidRole(_))), "{name:?}");
        }
        assert!(matches!(Roles::new().with_role("idle", &[]), Err(AccessError::InvalidRole(_))));
        for name in ["admin", "operator", "developer", "viewer", "on-call_2"] {
            let refused = roles.clone().with_role(name, &[Permission::ViewLogs]);
            assert!(matches!(refused, Err(AccessError::RoleExists(_))), "{name}");
        }
    }
}
