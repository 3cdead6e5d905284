use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{AuthError, Credential};
use crate::audit::AuditSink;

/// A user who has been recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserDetails {
    /// The user's name, as the store knows it: the one in a file or directory, or the `sub` of a token.
    pub username: String,
    /// What the user may do; nothing where it is empty.
    pub scopes: Vec<String>,
    /// The name of the entry of an `AuthLayer` that accepted the user (`AuthEntry::name`); `None` without a layer. Two
    /// entries may know different users by one name.
    pub entry: Option<String>,
    /// Who issued the token, the verified `iss`; `None` for users with passwords. A `sub` is unique for one issuer only
    /// (RFC 7519, section 4.1.2).
    pub issuer: Option<String>,
}

impl UserDetails {
    /// A user with these scopes, of no entry and no issuer.
    pub fn new(username: impl Into<String>, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        Self { username: username.into(), scopes, entry: None, issuer: None }
    }

    /// Whether the user has at least one of the scopes, compared exactly. Nobody has one of none.
    pub fn has_any_scope(&self, scopes: &[impl AsRef<str>]) -> bool {
        scopes.iter().any(|wanted| self.scopes.iter().any(|own| own == wanted.as_ref()))
    }
}

/// The future of a store's answer.
pub type Authentication<'a> = Pin<Box<dyn Future<Output = Result<UserDetails, AuthError>> + Send + 'a>>;

/// Where users are known.
///
/// An implementation answers [`AuthError::Rejected`] for an unknown user and for a wrong password alike, takes the same
/// time for both, and [`AuthError::Unavailable`] where it cannot tell.
pub trait UserStore: Send + Sync + fmt::Debug {
    /// Who it is.
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a>;

    /// A number that changes whenever what the store knows has changed; always 0 where it cannot tell.
    fn generation(&self) -> u64 {
        0
    }

    /// Takes in what has changed where the store's users are kept, if that is quickly done. Called before a remembered
    /// answer is given.
    fn refresh(&self) {}

    /// Takes where changes of what the store knows are to be recorded, in the place of where they were before. Does nothing
    /// unless written; a store around another one hands it on.
    fn record_changes(&self, audit: &Arc<dyn AuditSink>) {
        let _ = audit;
    }
}

impl<S: UserStore + ?Sized> UserStore for Arc<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        (**self).authenticate(credential)
    }

    fn generation(&self) -> u64 {
        (**self).generation()
    }

    fn refresh(&self) {
        (**self).refresh();
    }

    fn record_changes(&self, audit: &Arc<dyn AuditSink>) {
        (**self).record_changes(audit);
    }
}

/// Several stores, asked in their order: the first that knows the user and the password answers.
///
/// A store that cannot be asked does not hide the others. When none knows the user and one could not be asked, the
/// answer is that nobody can tell.
#[derive(Clone, Debug)]
pub struct UserStoreChain(Vec<Arc<dyn UserStore>>);

impl UserStoreChain {
    /// These stores, in this order.
    pub fn new(stores: impl IntoIterator<Item = Arc<dyn UserStore>>) -> Self {
        Self(stores.into_iter().collect())
    }
}

impl UserStore for UserStoreChain {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            let (mut unavailable, mut limited) = (None, None);
            for store in &self.0 {
                match store.authenticate(credential).await {
                    Ok(user) => return Ok(user),
                    Err(
                        error
                        @ (AuthError::Overloaded | AuthError::Unavailable(_) | AuthError::Unrecorded(_)),
                    ) => unavailable = Some(error),
                    Err(error @ AuthError::TooMany(_)) => limited = Some(error),
                    Err(_) => {}
                }
            }
            Err(unavailable.or(limited).unwrap_or(AuthError::Rejected))
        })
    }

    fn generation(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, store| sum.wrapping_add(store.generation()))
    }

    fn refresh(&self) {
        self.0.iter().for_each(|store| store.refresh());
    }

    fn record_changes(&self, audit: &Arc<dyn AuditSink>) {
        self.0.iter().for_each(|store| store.record_changes(audit));
    }
}
