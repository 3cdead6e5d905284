use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, Request};

use super::facts::{forwarded, source};
use super::{AuthError, Credential, RequestContext, UserDetails, UserStore, record};
use crate::audit::{AuditSink, Recorder};

/// Where a handler finds the credential: a request, its parts, its headers, or the value of `Authorization`.
pub trait Authorization {
    /// The credential.
    ///
    /// # Errors
    ///
    /// As for [`Credential::from_headers`].
    fn credential(&self) -> Result<Credential, AuthError>;

    /// What is recorded of the request; nothing unless written.
    fn facts(&self, source_header: Option<&HeaderName>) -> RequestContext {
        let _ = source_header;
        RequestContext::default()
    }

    /// The address that the request came from, by which attempts are counted; unknown unless written.
    fn source(&self, source_header: Option<&HeaderName>) -> Option<IpAddr> {
        let _ = source_header;
        None
    }
}

impl<B> Authorization for Request<B> {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(self.headers())
    }

    fn facts(&self, source_header: Option<&HeaderName>) -> RequestContext {
        RequestContext::of_request(self, source_header)
    }

    fn source(&self, source_header: Option<&HeaderName>) -> Option<IpAddr> {
        source(self.headers(), self.extensions(), source_header)
    }
}

impl Authorization for Parts {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(&self.headers)
    }

    fn facts(&self, source_header: Option<&HeaderName>) -> RequestContext {
        RequestContext::of_parts(self, source_header)
    }

    fn source(&self, source_header: Option<&HeaderName>) -> Option<IpAddr> {
        source(&self.headers, &self.extensions, source_header)
    }
}

impl Authorization for HeaderMap {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(self)
    }

    fn facts(&self, source_header: Option<&HeaderName>) -> RequestContext {
        RequestContext::of_headers(self, source_header)
    }

    fn source(&self, source_header: Option<&HeaderName>) -> Option<IpAddr> {
        source_header.and_then(|name| forwarded(self, name))
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

    fn facts(&self, source_header: Option<&HeaderName>) -> RequestContext {
        (**self).facts(source_header)
    }

    fn source(&self, source_header: Option<&HeaderName>) -> Option<IpAddr> {
        (**self).source(source_header)
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
/// handler.authorize(&user, &["read"]).await?;
/// assert!(handler.authorize(&user, &["write"]).await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BasicHandler {
    store: Arc<dyn UserStore>,
    recorder: Recorder,
    source_header: Option<HeaderName>,
}

impl BasicHandler {
    /// A handler that asks this store.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self { store, recorder: Recorder::default(), source_header: None }
    }

    /// Where it is recorded who was recognized (`authn`: `ok`, `denied`, or `failed` where nobody could tell) and who lacked
    /// a scope (`authz`: `denied`); nowhere unless set. A name that is not recognized is not recorded: it may be a password
    /// in the wrong field. The store records its [changes](UserStore::record_changes) there too.
    ///
    /// A request of which nothing can be recorded is not let in: [`AuthError::Unrecorded`].
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        let audit: Arc<dyn AuditSink> = Arc::new(audit);
        self.store.record_changes(&audit);
        self.recorder = Recorder::new(audit);
        self
    }

    /// The header whose last address counts as the one that a request came from: in the record, for
    /// [`ThrottledUserStore`](super::ThrottledUserStore), and where requests wait. Only behind a proxy that sets it, such as
    /// `X-Forwarded-For`, because any client can send it. Unless set, see [`RequestContext`].
    pub fn source_header(mut self, name: HeaderName) -> Self {
        self.source_header = Some(name);
        self
    }

    /// Who sent the request.
    ///
    /// # Errors
    ///
    /// [`AuthError`] says why it is not known, and what to answer.
    pub async fn authenticate(&self, from: impl Authorization) -> Result<UserDetails, AuthError> {
        let facts = self.facts(&from);
        let known = match from.credential() {
            Ok(credential) => {
                let source = from.source(self.source_header.as_ref());
                let credential = match source {
                    Some(address) => credential.with_source(address),
                    None => credential,
                };
                self.store.authenticate(&credential).await
            }
            Err(error) => Err(error),
        };
        if self.recorder.is_on() {
            let event = record::authentication(known.as_ref(), &[""; 0], &facts);
            record::record(&self.recorder, vec![event]).await?;
        }
        known
    }

    /// Whether the user has at least one of the scopes. Nobody has one of none.
    ///
    /// # Errors
    ///
    /// [`AuthError::Forbidden`], and [`AuthError::Unrecorded`] where that cannot be recorded.
    pub async fn authorize(&self, user: &UserDetails, scopes: &[impl AsRef<str>]) -> Result<(), AuthError> {
        self.decide(user, scopes, RequestContext::default()).await
    }

    /// The same, with what is known of the request in the record.
    ///
    /// # Errors
    ///
    /// [`AuthError::Forbidden`], and [`AuthError::Unrecorded`] where that cannot be recorded.
    pub async fn authorize_for(
        &self,
        request: impl Authorization,
        user: &UserDetails,
        scopes: &[impl AsRef<str>],
    ) -> Result<(), AuthError> {
        let facts = self.facts(&request);
        drop(request);
        self.decide(user, scopes, facts).await
    }

    async fn decide(
        &self,
        user: &UserDetails,
        scopes: &[impl AsRef<str>],
        facts: RequestContext,
    ) -> Result<(), AuthError> {
        if user.has_any_scope(scopes) {
            return Ok(());
        }
        if self.recorder.is_on() {
            let scopes: Vec<&str> = scopes.iter().map(AsRef::as_ref).collect();
            record::record(&self.recorder, vec![record::refused(user, &scopes, &facts)]).await?;
        }
        Err(AuthError::Forbidden)
    }

    fn facts(&self, from: &impl Authorization) -> RequestContext {
        match self.recorder.is_on() {
            true => from.facts(self.source_header.as_ref()),
            false => RequestContext::default(),
        }
    }
}
