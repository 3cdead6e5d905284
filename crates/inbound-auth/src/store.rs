use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use crate::{AuthError, Credential};
use twilio_sdk_audit::AuditSink;

/// An authenticated user.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct UserDetails {
    /// The username as the store spells it, or the `sub` of a token.
    pub username: String,
    /// The user's scopes.
    pub scopes: Vec<String>,
    /// The name of the `AuthMethod` that accepted the user; `None` without an `AuthLayer`. Two methods may have different users
    /// with the same username.
    pub auth_method: Option<String>,
    /// The verified `iss` of the token; `None` for users with passwords. A `sub` is unique per issuer only (RFC 7519, section
    /// 4.1.2).
    pub issuer: Option<String>,
}

impl UserDetails {
    /// Creates a user without an authentication method or issuer.
    pub fn new(username: impl Into<String>, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        Self { username: username.into(), scopes, auth_method: None, issuer: None }
    }

    /// Returns whether the user has at least one of the scopes, compared exactly. Returns `false` for an empty list.
    pub fn has_any_scope(&self, scopes: &[impl AsRef<str>]) -> bool {
        scopes.iter().any(|wanted| self.scopes.iter().any(|scope| scope == wanted.as_ref()))
    }
}

/// Future of an authentication.
pub type AuthFuture<'a> = Pin<Box<dyn Future<Output = Result<UserDetails, AuthError>> + Send + 'a>>;

/// Stores users and authenticates them.
///
/// Implement it for your own users. An implementation returns [`AuthError::InvalidCredentials`] both for an unknown user and
/// for a wrong password, takes the same time for both, and returns [`AuthError::Unavailable`] if its backend fails.
pub trait UserStore: Send + Sync + fmt::Debug {
    /// Authenticates a user.
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a>;

    /// Returns a number that changes with every change of the users. Default: always 0.
    fn version(&self) -> u64 {
        0
    }

    /// Reloads the users if they have changed and reloading is fast. Caches call it before they use a cached user. Default:
    /// does nothing.
    fn reload_if_changed(&self) {}

    /// Sets where changes of the users are recorded, replacing an earlier sink. Default: does nothing. Stores that wrap another
    /// store pass it on.
    fn set_audit(&self, audit: &Arc<dyn AuditSink>) {
        let _ = audit;
    }
}

impl<S: UserStore + ?Sized> UserStore for Arc<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        (**self).authenticate(credential)
    }

    fn version(&self) -> u64 {
        (**self).version()
    }

    fn reload_if_changed(&self) {
        (**self).reload_if_changed();
    }

    fn set_audit(&self, audit: &Arc<dyn AuditSink>) {
        (**self).set_audit(audit);
    }
}

/// Tries several stores in order. The first that accepts the credential wins.
///
/// An unavailable store does not hide the others. If no store accepts the credential and one was unavailable, the result is
/// [`AuthError::Unavailable`].
#[derive(Clone, Debug)]
pub struct UserStoreChain(Vec<Arc<dyn UserStore>>);

impl UserStoreChain {
    /// Creates a chain of stores.
    pub fn new(stores: impl IntoIterator<Item = Arc<dyn UserStore>>) -> Self {
        Self(stores.into_iter().collect())
    }
}

impl UserStore for UserStoreChain {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            let (mut unavailable, mut limited) = (None, None);
            for store in &self.0 {
                match store.authenticate(credential).await {
                    Ok(user) => return Ok(user),
                    Err(
                        error @ (AuthError::Overloaded
                        | AuthError::Unavailable(_)
                        | AuthError::AuditFailed(_)),
                    ) => unavailable = Some(error),
                    Err(error @ AuthError::TooManyAttempts(_)) => limited = Some(error),
                    Err(_) => {}
                }
            }
            Err(unavailable.or(limited).unwrap_or(AuthError::InvalidCredentials))
        })
    }

    fn version(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, store| sum.wrapping_add(store.version()))
    }

    fn reload_if_changed(&self) {
        self.0.iter().for_each(|store| store.reload_if_changed());
    }

    fn set_audit(&self, audit: &Arc<dyn AuditSink>) {
        self.0.iter().for_each(|store| store.set_audit(audit));
    }
}
