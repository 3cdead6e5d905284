use std::sync::Arc;

use super::super::{TokenStore, UserStore};

/// One way in: who knows the users, and which of its users may pass.
#[derive(Clone, Debug)]
pub struct AuthEntry {
    pub(super) name: String,
    pub(super) way: Way,
    pub(super) scopes: Option<Vec<String>>,
}

#[derive(Clone, Debug)]
pub(super) enum Way {
    /// By Basic authentication.
    Users(Arc<dyn UserStore>),
    /// By a bearer token.
    Tokens(Arc<dyn TokenStore>),
}

impl AuthEntry {
    /// Users with names and passwords, by Basic authentication.
    pub fn users(store: impl UserStore + 'static) -> Self {
        Self { name: "users".to_owned(), way: Way::Users(Arc::new(store)), scopes: None }
    }

    /// Bearer tokens: a [`JwtVerifier`](super::super::JwtVerifier), an [`Introspection`](super::super::Introspection),
    /// or one's own.
    pub fn tokens(store: impl TokenStore + 'static) -> Self {
        Self { name: "tokens".to_owned(), way: Way::Tokens(Arc::new(store)), scopes: None }
    }

    /// What the entry is called in [`UserDetails::entry`](super::super::UserDetails::entry); `users` or `tokens` unless set.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The scopes of which a user needs one, compared exactly. Unless set, being known suffices; nobody has one of none.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }
}
