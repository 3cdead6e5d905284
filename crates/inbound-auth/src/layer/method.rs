use std::sync::Arc;

use crate::{TokenVerifier, UserStore};

/// A way to authenticate: a user store or token verifier, and the scopes that it requires.
#[derive(Clone, Debug)]
pub struct AuthMethod {
    pub(super) name: String,
    pub(super) kind: MethodKind,
    pub(super) scopes: Option<Vec<String>>,
}

#[derive(Clone, Debug)]
pub(super) enum MethodKind {
    /// Basic authentication.
    Basic(Arc<dyn UserStore>),
    /// Bearer tokens.
    Bearer(Arc<dyn TokenVerifier>),
}

impl AuthMethod {
    /// Creates a method for usernames and passwords, by Basic authentication.
    pub fn basic(store: impl UserStore + 'static) -> Self {
        Self { name: "basic".to_owned(), kind: MethodKind::Basic(Arc::new(store)), scopes: None }
    }

    /// Creates a method for bearer tokens, with a `JwtVerifier` or `IntrospectionVerifier` (feature `bearer`) or your own
    /// [`TokenVerifier`].
    pub fn bearer(store: impl TokenVerifier + 'static) -> Self {
        Self { name: "bearer".to_owned(), kind: MethodKind::Bearer(Arc::new(store)), scopes: None }
    }

    /// Sets the name, which becomes [`UserDetails::auth_method`](crate::UserDetails::auth_method). Default: `basic` or
    /// `bearer`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Requires at least one of these scopes, compared exactly. An empty list denies every user. Default: any authenticated
    /// user passes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }
}
