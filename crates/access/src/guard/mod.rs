//! Values that are returned only to users with a permission.

mod config;
#[cfg(feature = "audit-log")]
mod log;

use std::fmt;

use super::{AccessControl, AccessError, Permission, Principal};

pub use config::GuardedConfig;
#[cfg(feature = "audit-log")]
pub use log::LogView;

/// A value that is returned only to users with a permission.
///
/// The permission is checked at each access; keep the returned reference no longer than the request. Rejections are recorded
/// as `authz`, `denied`, with the name of the value.
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

    /// Returns the required permission.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Returns the value if the principal has the permission now.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the audit log cannot be used.
    pub async fn get(&self, principal: &Principal) -> Result<&T, AccessError> {
        self.access.require_for(principal, self.permission, self.name).await?;
        Ok(&self.value)
    }

    /// Like [`get`](Self::get), but mutable.
    ///
    /// # Errors
    ///
    /// The same errors as [`get`](Self::get).
    pub async fn get_mut(&mut self, principal: &Principal) -> Result<&mut T, AccessError> {
        self.access.require_for(principal, self.permission, self.name).await?;
        Ok(&mut self.value)
    }
}

/// Does not show the value.
impl<T> fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("name", &self.name)
            .field("permission", &self.permission)
            .finish_non_exhaustive()
    }
}

impl AccessControl {
    /// Guards a value with a permission. The name appears in records.
    pub fn guard<T>(&self, permission: Permission, name: &'static str, value: T) -> Guarded<T> {
        Guarded::new(self, permission, name, value)
    }

    /// Guards a client with `send_requests`.
    pub fn guard_client<T>(&self, client: T) -> Guarded<T> {
        self.guard(Permission::SendRequests, "client", client)
    }

    /// Guards results of requests with `view_results`.
    pub fn guard_results<T>(&self, results: T) -> Guarded<T> {
        self.guard(Permission::ViewResults, "results", results)
    }

    /// Guards usage and statistics with `access_analytics`.
    pub fn guard_analytics<T>(&self, analytics: T) -> Guarded<T> {
        self.guard(Permission::ViewAnalytics, "analytics", analytics)
    }

    /// Guards a vault with `manage_credentials`.
    pub fn guard_vault<T>(&self, vault: T) -> Guarded<T> {
        self.guard(Permission::ManageCredentials, "vault", vault)
    }

    /// Guards an audit log with `view_logs`.
    #[cfg(feature = "audit-log")]
    #[cfg_attr(docsrs, doc(cfg(feature = "audit-log")))]
    pub fn guard_log(&self, path: impl Into<std::path::PathBuf>) -> Guarded<LogView> {
        self.guard(Permission::ViewLogs, "audit log", LogView::new(path.into()))
    }

    /// Guards settings: `view_config` reads them, `edit_config` changes them.
    pub fn guard_config<T: Clone + Send + Sync>(&self, config: T) -> GuardedConfig<T> {
        GuardedConfig::new(self, config)
    }
}
