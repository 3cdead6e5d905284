use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::access::{AccessControl, AccessError, Permission, Principal};
use crate::audit::AuditEventKind;

/// Settings, such as a [`ConnectionConfig`](crate::ConnectionConfig): seen by those who have `view_config`, changed by
/// those who have `edit_config`. Refusals are recorded as `authz`, `denied`, and changes as `config.change`.
pub struct GuardedConfig<T> {
    access: AccessControl,
    current: RwLock<Arc<T>>,
    /// Held while a change is recorded and made, so that no change is lost to another.
    change: tokio::sync::Mutex<()>,
}

/// What the record calls the settings.
const NAME: &str = "configuration";

impl<T: Clone + Send + Sync> GuardedConfig<T> {
    pub(super) fn new(access: &AccessControl, config: T) -> Self {
        Self {
            access: access.clone(),
            current: RwLock::new(Arc::new(config)),
            change: tokio::sync::Mutex::new(()),
        }
    }

    /// The settings of this moment.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the record cannot be used.
    pub async fn view(&self, principal: &Principal) -> Result<Arc<T>, AccessError> {
        self.access.require_for(principal, Permission::ViewConfig, NAME).await?;
        Ok(self.current())
    }

    /// Changes the settings: what the function makes of them is recorded as changed, and takes their place after that.
    /// Those who hold the old ones keep them.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; [`AccessError::Audit`] where the change cannot be recorded, and then it is not made; the
    /// store cannot be used.
    pub async fn edit<R>(
        &self,
        principal: &Principal,
        edit: impl FnOnce(&mut T) -> R,
    ) -> Result<R, AccessError> {
        // Whoever may not keeps nobody waiting; who has waited is asked for it again.
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

/// Shows nothing of the settings.
impl<T> fmt::Debug for GuardedConfig<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedConfig").finish_non_exhaustive()
    }
}
