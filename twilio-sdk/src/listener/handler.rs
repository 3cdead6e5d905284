use std::sync::Arc;

use http::HeaderMap;

use super::{AuthError, Credential, UserDetails, UserStore};

/// Where a handler finds the credential: a request's headers, or the value of `Authorization`.
pub trait Authorization {
    /// The credential.
    ///
    /// # Errors
    ///
    /// As for [`Credential::from_headers`].
    fn credential(&self) -> Result<Credential, AuthError>;
}

impl Authorization for HeaderMap {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(self)
    }
}

impl Authorization for str {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_header(self)
    }
}

impl Authorization for String {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_header(self)
    }
}

impl<A: Authorization + ?Sized> Authorization for &A {
    fn credential(&self) -> Result<Credential, AuthError> {
        (**self).credential()
    }
}

/// Basic authentication in the code of a request's handler.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use twilio_sdk::listener::{BasicHandler, MemoryUserStore, PasswordHash};
///
/// let hash = PasswordHash::create(&"open sesame".into())?;
/// let store = MemoryUserStore::new([("Aladdin".to_owned(), hash, vec!["read".to_owned()])])?;
/// let handler = BasicHandler::new(Arc::new(store));
///
/// let user = handler.authenticate("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").await?;
/// handler.authorize(&user, &["read"])?;
/// assert!(handler.authorize(&user, &["write"]).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BasicHandler {
    store: Arc<dyn UserStore>,
}

impl BasicHandler {
    /// A handler that asks this store.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self { store }
    }

    /// Who sent the request.
    ///
    /// # Errors
    ///
    /// [`AuthError`] says why it is not known, and what to answer.
    pub async fn authenticate(&self, from: impl Authorization) -> Result<UserDetails, AuthError> {
        let credential = from.credential()?;
        self.store.authenticate(&credential).await
    }

    /// Whether the user has at least one of the scopes. Nobody has one of none.
    ///
    /// # Errors
    ///
    /// [`AuthError::Forbidden`].
    pub fn authorize(&self, user: &UserDetails, scopes: &[impl AsRef<str>]) -> Result<(), AuthError> {
        if user.has_any_scope(scopes) { Ok(()) } else { Err(AuthError::Forbidden) }
    }
}
