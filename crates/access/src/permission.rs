use std::fmt;
use std::ops::BitOr;
use std::str::FromStr;

use super::AccessError;
use super::error::shown;

/// A permission of a user.
///
/// The names are those of APILinker, except that its `run_sync` is `send_requests` here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// `view_config`: read settings.
    ViewConfig,
    /// `edit_config`: change settings.
    EditConfig,
    /// `send_requests`: send requests to Twilio.
    SendRequests,
    /// `view_results`: read the results of requests.
    ViewResults,
    /// `manage_users`: add and remove users, change their roles, issue, rotate and revoke their keys.
    ManageUsers,
    /// `manage_credentials`: read and change the secrets of a vault.
    ManageCredentials,
    /// `view_logs`: read the audit log.
    ViewLogs,
    /// `access_analytics`: read usage and statistics.
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

    /// Returns the name in configuration, scopes and records.
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
        f.pad(self.as_str())
    }
}

/// Parses the exact name. Any other is [`AccessError::UnknownPermission`].
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
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// All permissions.
    pub const ALL: Self = Self(u8::MAX);

    /// Creates a set.
    pub const fn from_slice(permissions: &[Permission]) -> Self {
        let (mut bits, mut rest) = (0, permissions);
        while let [first, more @ ..] = rest {
            bits |= first.bit();
            rest = more;
        }
        Self(bits)
    }

    /// Returns whether the set contains a permission.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Returns whether the set contains all permissions of another one.
    pub const fn contains_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Returns the number of permissions.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Iterates in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl Extend<Permission> for Permissions {
    fn extend<I: IntoIterator<Item = Permission>>(&mut self, permissions: I) {
        *self = *self | permissions.into_iter().collect();
    }
}

impl IntoIterator for Permissions {
    type Item = Permission;
    type IntoIter = std::vec::IntoIter<Permission>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl From<Permission> for Permissions {
    fn from(permission: Permission) -> Self {
        Self(permission.bit())
    }
}

impl<const N: usize> From<[Permission; N]> for Permissions {
    fn from(permissions: [Permission; N]) -> Self {
        Self::from_slice(&permissions)
    }
}

#[cfg(feature = "serialize")]
impl serde::Serialize for Permission {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// As a list of names.
#[cfg(feature = "serialize")]
impl serde::Serialize for Permissions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
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
