//! What only those reach who have the permission.

mod config;
#[cfg(feature = "audit-log")]
mod log;

use std::fmt;

use super::{AccessControl, AccessError, Permission, Principal};

pub use config::GuardedConfig;
#[cfg(feature = "audit-log")]
pub use log::LogView;

/// A value that is handed out to those only who have a permission: there is no other way to it.
///
/// It is checked each time that it is asked for; keep what comes out for no longer than the request takes. Refusals are
/// recorded as `authz`, `denied`, with the name of the value.
pub struct Guarded<T> {
    value: T,
    access: AccessControl,
    permission: Permission,
    name: &'static str,
}

impl<T> Guarded<T> {
    pub(super) fn new(access: &AccessControl, permission: Permission, name: &'static str, value: T) -> Self {
        Self { value, access: access.clone(), permission, name }
    }

    /// The permission that it takes.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// The value, for a person who has the permission at this moment.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the record cannot be used.
    pub async fn get(&self, principal: &Principal) -> Result<&T, AccessError> {
        self.access.require_for(principal, self.permission, self.name).await?;
        Ok(&self.value)
    }

    /// The same, to change it.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub async fn get_mut(&mut self, principal: &Principal) -> Result<&mut T, AccessError> {
        self.access.require_for(principal, self.permission, self.name).await?;
        Ok(&mut self.value)
    }
}

/// Shows nothing of the value.
impl<T> fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("name", &self.name)
            .field("permission", &self.permission)
            .finish_non_exhaustive()
    }
}

impl AccessControl {
    /// Any value under any permission; the name is for the record.
    pub fn guard<T>(&self, permission: Permission, name: &'static str, value: T) -> Guarded<T> {
        Guarded::new(self, permission, name, value)
    }

    /// A client, for those who have `send_requests`.
    pub fn guard_client(&self, client: crate::Client) -> Guarded<crate::Client> {
        self.guard(Permission::SendRequests, "client", client)
    }

    /// What calls have brought, for those who have `view_results`.
    pub fn guard_results<T>(&self, results: T) -> Guarded<T> {
        self.guard(Permission::ViewResults, "results", results)
    }

    /// Usage and statistics, for those who have `access_analytics`.
    pub fn guard_analytics<T>(&self, analytics: T) -> Guarded<T> {
        self.guard(Permission::ViewAnalytics, "analytics", analytics)
    }

    /// A vault, for those who have `manage_credentials`.
    #[cfg(feature = "vault")]
    #[cfg_attr(docsrs, doc(cfg(feature = "vault")))]
    pub fn guard_vault(&self, vault: crate::vault::Vault) -> Guarded<crate::vault::Vault> {
        self.guard(Permission::ManageCredentials, "vault", vault)
    }

    /// The records of an audit log, for those who have `view_logs`.
    #[cfg(feature = "audit-log")]
    #[cfg_attr(docsrs, doc(cfg(feature = "audit-log")))]
    pub fn guard_log(&self, path: impl Into<std::path::PathBuf>) -> Guarded<LogView> {
        self.guard(Permission::ViewLogs, "audit log", LogView::new(path.into()))
    }

    /// Settings, which are seen by those who have `view_config` and changed by those who have `edit_config`.
    pub fn guard_config<T: Clone + Send + Sync>(&self, config: T) -> GuardedConfig<T> {
        GuardedConfig::new(self, config)
    }
}
