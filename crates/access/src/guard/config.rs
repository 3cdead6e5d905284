use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::{AccessControl, AccessError, Permission, Principal};
use twilio_sdk_audit::AuditEventKind;

/// Settings that users with `view_config` can read and users with `edit_config` can change.
///
/// Rejections are recorded as `authz`, `denied`, and changes as `config.change`.
pub struct GuardedConfig<T> {
    access: AccessControl,
    current: RwLock<Arc<T>>,
    /// Held while a change is recorded and made, so that no change is lost to another.
    change: tokio::sync::Mutex<()>,
}

/// The name of the settings in records.
const NAME: &str = "configuration";

impl<T: Clone + Send + Sync> GuardedConfig<T> {
    pub(super) fn new(access: &AccessControl, config: T) -> Self {
        Self {
            access: access.clone(),
            current: RwLock::new(Arc::new(config)),
            change: tokio::sync::Mutex::new(()),
        }
    }

    /// Returns the current settings.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the audit log cannot be used.
    pub async fn view(&self, principal: &Principal) -> Result<Arc<T>, AccessError> {
        self.access.require_for(principal, Permission::ViewConfig, NAME).await?;
        Ok(self.current())
    }

    /// Changes the settings. The change is recorded, then the result of the function replaces the settings. Values that `view`
    /// returned before keep the old ones.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; [`AccessError::Audit`] if the change cannot be recorded, and then it is not made; the store cannot
    /// be used.
    pub async fn edit<R>(
        &self,
        principal: &Principal,
        edit: impl FnOnce(&mut T) -> R,
    ) -> Result<R, AccessError> {
        // Checked before waiting, so that rejected users delay no one, and again after waiting.
        self.access.require_for(principal, Permission::EditConfig, NAME).await?;
        let _alone = self.change.lock().await;
        self.access.require_for(principal, Permission::EditConfig, NAME).await?;
        let mut changed = T::clone(&self.current());
        let result = edit(&mut changed);
        self.access.record_of(principal, AuditEventKind::ConfigChange, NAME).await?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(changed);
        Ok(result)
    }

    fn current(&self) -> Arc<T> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Does not show the settings.
impl<T> fmt::Debug for GuardedConfig<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedConfig").finish_non_exhaustive()
    }
}
