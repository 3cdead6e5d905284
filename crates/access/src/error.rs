use std::fmt;

use super::Permission;
use twilio_sdk_audit::AuditError;

/// The error of access control. Unless a variant says otherwise, nothing has changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum AccessError {
    /// The key is not accepted. Only the audit log says why: the string may be no key, or the key unknown, wrong, revoked or
    /// expired, or its user's role undefined.
    Rejected,
    /// The principal lacks the permission, or no longer exists.
    Denied(Permission),
    /// A role in the change has permissions that the principal's own role lacks.
    PrivilegeEscalation,
    /// No user has this name.
    UnknownUser(String),
    /// A user has this name, or one that differs in letter case only.
    UserExists(String),
    /// No user can have this name; the string says why.
    InvalidName(&'static str),
    /// No role has this name.
    UnknownRole(String),
    /// A role has this name.
    RoleExists(String),
    /// The role cannot be added; the string says why.
    InvalidRole(&'static str),
    /// No permission has this name.
    UnknownPermission(String),
    /// No key has this ID.
    UnknownKey(String),
    /// The string is no key ID, which has 16 lower-case hexadecimal digits. It may be the key itself.
    InvalidKeyId,
    /// The key of this ID is revoked or has expired.
    KeyInactive(String),
    /// No key can have this expiry time; the string says why.
    InvalidTime(&'static str),
    /// No user with the role `admin` would be left, or none with an active key.
    LastAdmin,
    /// The store has users already.
    AlreadyBootstrapped,
    /// An admin has an active key that was used before.
    AdminAvailable,
    /// The system's random number generator failed.
    Rng,
    /// Other users can access the store's file or folder; the string says which.
    InsecurePermissions(String),
    /// Another process or task kept the store locked until the timeout.
    Locked,
    /// The store cannot be used; the string says what failed and how. If the connection to a server was lost, a change in
    /// progress may or may not have been made.
    Store(String),
    /// The event could not be recorded, so nothing was done.
    Audit(AuditError),
    /// A new key could not be handed over, and was not stored; the string says why.
    NotDelivered(String),
}

impl AccessError {
    /// Returns whether the principal lacks a right: [`Denied`](Self::Denied) or
    /// [`PrivilegeEscalation`](Self::PrivilegeEscalation).
    pub fn is_permission_denied(&self) -> bool {
        matches!(self, Self::Denied(_) | Self::PrivilegeEscalation)
    }

    /// Returns whether the store was locked until the timeout. Retrying may succeed.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked)
    }

    /// Returns whether other users can access the store's file or folder.
    pub fn is_insecure_permissions(&self) -> bool {
        matches!(self, Self::InsecurePermissions(_))
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("access: ")?;
        match self {
            Self::Rejected => f.write_str("the key is not accepted; the audit log says why"),
            Self::Denied(permission) => {
                write!(f, "permission denied: `{permission}` is missing; ask an admin")
            }
            Self::PrivilegeEscalation => f.write_str(
                "permission denied: the role has permissions that yours lacks; ask an admin",
            ),
            Self::UnknownUser(name) => write!(f, "user {name:?} does not exist"),
            Self::UserExists(name) => write!(f, "user {name:?} already exists"),
            Self::InvalidName(why) => write!(f, "invalid username: {why}"),
            Self::UnknownRole(name) => write!(f, "role {name:?} does not exist"),
            Self::RoleExists(name) => write!(f, "role {name:?} already exists; choose another name"),
            Self::InvalidRole(why) => write!(f, "invalid role: {why}"),
            Self::UnknownPermission(name) => {
                write!(f, "unknown permission {name:?}; use ")?;
                let names: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
                f.write_str(&names.join(", "))
            }
            Self::UnknownKey(id) => write!(f, "key {id:?} does not exist"),
            Self::InvalidKeyId => {
                f.write_str("invalid key ID; give the 16 digits after `twak_`, not the whole key")
            }
            Self::KeyInactive(id) => write!(f, "key {id:?} is revoked or has expired"),
            Self::InvalidTime(why) => f.write_str(why),
            Self::LastAdmin => f.write_str(
                "no admin with an active key would be left; first give another user the role and a key",
            ),
            Self::AlreadyBootstrapped => f.write_str(
                "users already exist; an admin can add others, and `twilio-admin user recover NAME` issues a key \
                 if no admin has one that was used",
            ),
            Self::AdminAvailable => f.write_str(
                "an admin has an active key; use it with `twilio-admin key issue NAME` to issue another",
            ),
            Self::Rng => f.write_str("the system's random number generator failed"),
            Self::InsecurePermissions(what) => {
                write!(f, "{what} is accessible to other users; run `chmod 600` on files and `chmod 700` on folders")
            }
            Self::Locked => f.write_str("the store is locked by another process; try again"),
            Self::Store(what) => f.write_str(what),
            Self::Audit(error) => write!(f, "not done, because the audit event could not be written: {error}"),
            Self::NotDelivered(why) => {
                write!(f, "the new key could not be handed over, and nothing was changed: {why}")
            }
        }
    }
}

impl std::error::Error for AccessError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Audit(error) => Some(error),
            _ => None,
        }
    }
}

/// Returns a string of the user's for errors and records. One that holds a key, or is too long for a name, is not shown.
pub(super) fn shown(text: &str) -> String {
    match text.len() > 512 || text.contains(super::key::PREFIX) {
        true => "[not shown]".to_owned(),
        false => text.to_owned(),
    }
}

impl From<AuditError> for AccessError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error)
    }
}
