use std::fmt;

use super::Permission;
use crate::audit::AuditError;

/// Why somebody is not let in, or something is not done. Where it is not said otherwise, nothing has changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum AccessError {
    /// The key is not one of those that are in use. Why is in the audit log only: the key may be no key, unknown, wrong,
    /// revoked or expired, or its user may have a role that there is not.
    Rejected,
    /// The person lacks the permission, or is not known any more.
    Denied(Permission),
    /// A role is concerned that allows what the person's own role does not.
    AboveOwnRole,
    /// There is no user of this name.
    UnknownUser(String),
    /// There is a user of this name, or of one that differs in upper and lower case only.
    UserExists(String),
    /// A name that no user can have; the text says why.
    InvalidName(&'static str),
    /// There is no role of this name.
    UnknownRole(String),
    /// There is a role of this name.
    RoleExists(String),
    /// A role that cannot be added; the text says why.
    InvalidRole(&'static str),
    /// There is no permission of this name.
    UnknownPermission(String),
    /// There is no key of this id.
    UnknownKey(String),
    /// What was given is no id of a key, which has 16 hexadecimal digits in lower case; it may be the key itself.
    NotAKeyId,
    /// The key of this id is revoked or has expired.
    KeyEnded(String),
    /// A time that a key cannot have; the text says why.
    InvalidTime(&'static str),
    /// No user with the role `admin` would be left, or none who has a key that is in use.
    LastAdmin,
    /// The store has users already.
    NotEmpty,
    /// An admin has a key that is in use and was used before.
    AdminAble,
    /// The system's random generator fails.
    Random,
    /// Others than its owner may use the store's file or folder; the text says which.
    OpenToOthers(String),
    /// Others, of another process or of this one, kept the store busy until the time-out.
    Busy,
    /// The store cannot be used; the text says what was tried and what happened. Whether a change was made that was
    /// under way is not known where the connection to a server was lost.
    Store(String),
    /// It could not be recorded, and was not done.
    Audit(AuditError),
    /// A new key could not be handed over, and was not stored; the text says why.
    NotDelivered(String),
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("access: ")?;
        match self {
            Self::Rejected => f.write_str("the key is not accepted"),
            Self::Denied(permission) => write!(f, "the permission `{permission}` is missing"),
            Self::AboveOwnRole => {
                f.write_str("the role concerned allows more than that of whoever asks for the change")
            }
            Self::UnknownUser(name) => write!(f, "there is no user {name:?}"),
            Self::UserExists(name) => write!(f, "there is a user {name:?} already"),
            Self::InvalidName(why) => write!(f, "the name cannot be a user's: {why}"),
            Self::UnknownRole(name) => write!(f, "there is no role {name:?}"),
            Self::RoleExists(name) => write!(f, "there is a role {name:?} already; it cannot be defined again"),
            Self::InvalidRole(why) => write!(f, "the role cannot be: {why}"),
            Self::UnknownPermission(name) => {
                write!(f, "there is no permission {name:?}; the permissions are ")?;
                let names: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
                f.write_str(&names.join(", "))
            }
            Self::UnknownKey(id) => write!(f, "there is no key with the id {id:?}"),
            Self::NotAKeyId => f.write_str(
                "what was given is no id of a key; the id is the 16 digits behind `twak_`, and not the whole key",
            ),
            Self::KeyEnded(id) => write!(f, "the key with the id {id:?} is revoked or has expired"),
            Self::InvalidTime(why) => f.write_str(why),
            Self::LastAdmin => f.write_str(
                "no admin with a key that is in use would be left; give another user the role and a key first",
            ),
            Self::NotEmpty => f.write_str(
                "there are users already; an admin adds others, and where no admin has a key that was used, \
                 `twilio-admin user recover NAME` gives one",
            ),
            Self::AdminAble => f.write_str(
                "an admin has a key that is in use; `twilio-admin key issue NAME` with that key gives another",
            ),
            Self::Random => f.write_str("the system's random generator fails"),
            Self::OpenToOthers(what) => {
                write!(f, "others than its owner may use {what}; give files the mode 0600 and folders 0700")
            }
            Self::Busy => f.write_str("others keep the store busy"),
            Self::Store(what) => f.write_str(what),
            Self::Audit(error) => write!(f, "it cannot be recorded: {error}"),
            Self::NotDelivered(why) => {
                write!(f, "the new key cannot be handed over, and nothing was changed: {why}")
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

/// A text that somebody has given, for errors and records: one with a key in it is not shown, nor is one that is too long
/// for a name.
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
