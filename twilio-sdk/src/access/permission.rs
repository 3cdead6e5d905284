use std::fmt;
use std::str::FromStr;

use super::AccessError;
use super::error::shown;

/// Something that a person may do.
///
/// The names are those of APILinker, except that its `run_sync` is `send_requests` here: what runs is a call of Twilio's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// `view_config`: see settings.
    ViewConfig,
    /// `edit_config`: change settings.
    EditConfig,
    /// `send_requests`: call Twilio.
    SendRequests,
    /// `view_results`: see what calls have brought.
    ViewResults,
    /// `manage_users`: add and remove people, change their roles, issue, rotate and revoke their keys.
    ManageUsers,
    /// `manage_credentials`: see and change the secrets of a vault.
    ManageCredentials,
    /// `view_logs`: see the audit log.
    ViewLogs,
    /// `access_analytics`: see usage and statistics.
    ViewAnalytics,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[
        Self::ViewConfig,
        Self::EditConfig,
        Self::SendRequests,
        Self::ViewResults,
        Self::ManageUsers,
        Self::ManageCredentials,
        Self::ViewLogs,
        Self::ViewAnalytics,
    ];

    /// The name in configuration, scopes and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ViewConfig => "view_config",
            Self::EditConfig => "edit_config",
            Self::SendRequests => "send_requests",
            Self::ViewResults => "view_results",
            Self::ManageUsers => "manage_users",
            Self::ManageCredentials => "manage_credentials",
            Self::ViewLogs => "view_logs",
            Self::ViewAnalytics => "access_analytics",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The exact name; anything else is [`AccessError::UnknownPermission`].
impl FromStr for Permission {
    type Err = AccessError;

    fn from_str(name: &str) -> Result<Self, AccessError> {
        let found = Self::ALL.iter().copied().find(|permission| permission.as_str() == name);
        found.ok_or_else(|| AccessError::UnknownPermission(shown(name)))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u8);

impl Permissions {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// Each of them.
    pub const ALL: Self = Self(u8::MAX);

    /// These permissions.
    pub const fn from_slice(permissions: &[Permission]) -> Self {
        let (mut bits, mut rest) = (0, permissions);
        while let [first, more @ ..] = rest {
            bits |= first.bit();
            rest = more;
        }
        Self(bits)
    }

    /// Whether it is one of them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all of the others are among them.
    pub const fn contains_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// How many there are.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_is_one_of_eight_and_has_its_name() {
        assert_eq!(Permission::ALL.len(), 8);
        assert_eq!(Permissions::from_slice(Permission::ALL), Permissions::ALL);
        for (at, permission) in Permission::ALL.iter().enumerate() {
            assert_eq!(permission.as_str().parse::<Permission>().unwrap(), *permission);
            let alone = Permissions::from_slice(&[*permission]);
            assert_eq!((alone.len(), alone.iter().next()), (1, Some(*permission)));
            assert!(Permission::ALL.iter().skip(at + 1).all(|other| !alone.contains(*other)));
            assert!(Permissions::ALL.contains_all(alone) && !alone.contains_all(Permissions::ALL));
        }
        for unknown in ["", "VIEW_CONFIG", " view_config", "run_sync", "admin", "*"] {
            assert!(unknown.parse::<Permission>().is_err(), "{unknown:?}");
        }
    }
}
