use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, Request};

use crate::context::{forwarded, source};
use crate::{AuthError, Credential, RequestContext, UserDetails, UserStore, event};
use twilio_sdk_audit::AuditSink;
use twilio_sdk_audit::internal::Recorder;

/// A source of credentials: a request, its parts, its headers, or the value of the `Authorization` header.
pub trait CredentialSource {
    /// Returns the credential.
    ///
    /// # Errors
    ///
    /// The same errors as [`Credential::from_headers`].
    fn credential(&self) -> Result<Credential, AuthError>;

    /// Returns the context for audit events. Default: an empty one.
    fn context(&self, client_ip_header: Option<&HeaderName>) -> RequestContext {
        let _ = client_ip_header;
        RequestContext::default()
    }

    /// Returns the client's IP address, by which attempts are counted. Default: unknown.
    fn client_ip(&self, client_ip_header: Option<&HeaderName>) -> Option<IpAddr> {
        let _ = client_ip_header;
        None
    }
}

impl<B> CredentialSource for Request<B> {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(self.headers())
    }

    fn context(&self, client_ip_header: Option<&HeaderName>) -> RequestContext {
        RequestContext::from_request(self, client_ip_header)
    }

    fn client_ip(&self, client_ip_header: Option<&HeaderName>) -> Option<IpAddr> {
        source(self.headers(), self.extensions(), client_ip_header)
    }
}

impl CredentialSource for Parts {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(&self.headers)
    }

    fn context(&self, client_ip_header: Option<&HeaderName>) -> RequestContext {
        RequestContext::from_parts(self, client_ip_header)
    }

    fn client_ip(&self, client_ip_header: Option<&HeaderName>) -> Option<IpAddr> {
        source(&self.headers, &self.extensions, client_ip_header)
    }
}

impl CredentialSource for HeaderMap {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_headers(self)
    }

    fn context(&self, client_ip_header: Option<&HeaderName>) -> RequestContext {
        RequestContext::from_headers(self, client_ip_header)
    }

    fn client_ip(&self, client_ip_header: Option<&HeaderName>) -> Option<IpAddr> {
        client_ip_header.and_then(|name| forwarded(self, name))
    }
}

impl CredentialSource for str {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_header(self)
    }
}

impl CredentialSource for String {
    fn credential(&self) -> Result<Credential, AuthError> {
        Credential::from_header(self)
    }
}

impl<A: CredentialSource + ?Sized> CredentialSource for &A {
    fn credential(&self) -> Result<Credential, AuthError> {
        (**self).credential()
    }

    fn context(&self, client_ip_header: Option<&HeaderName>) -> RequestContext {
        (**self).context(client_ip_header)
    }

    fn client_ip(&self, client_ip_header: Option<&HeaderName>) -> Option<IpAddr> {
        (**self).client_ip(client_ip_header)
    }
}

/// Authenticates and authorizes Basic credentials in a request handler.
///
/// ```
/// use std::sync::Arc;
/// use twilio_sdk_inbound_auth::{BasicHandler, MemoryUserStore, PasswordHash};
///
/// #[tokio::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let hash = PasswordHash::hash(&"open sesame".into())?;
///     let store = MemoryUserStore::new([("Aladdin".to_owned(), hash, vec!["read".to_owned()])])?;
///     let handler = BasicHandler::new(Arc::new(store));
///
///     let user = handler.authenticate("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").await?;
///     handler.authorize(&user, &["read"]).await?;
///     assert!(handler.authorize(&user, &["write"]).await.is_err());
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct BasicHandler {
    store: Arc<dyn UserStore>,
    recorder: Recorder,
    client_ip_header: Option<HeaderName>,
}

impl BasicHandler {
    /// Creates a handler for the users of a store.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self { store, recorder: Recorder::default(), client_ip_header: None }
    }

    /// Records audit events. Default: none.
    ///
    /// * `authn` for every authentication: `ok`, `denied`, or `failed` if the store is unavailable. A rejected username is not
    ///   recorded, because it may be a password in the wrong field.
    /// * `authz` with `denied` if the user has none of the required scopes.
    /// * `config.change` if the store [changes](UserStore::set_audit).
    ///
    /// If an event cannot be written, the request is rejected with [`AuthError::AuditFailed`].
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        let audit: Arc<dyn AuditSink> = Arc::new(audit);
        self.store.set_audit(&audit);
        self.recorder = Recorder::new(audit);
        self
    }

    /// Takes the client's IP address from the last address in this header, for audit events,
    /// [`ThrottledUserStore`](super::ThrottledUserStore) and queues. Default: the peer's address, see [`RequestContext`].
    ///
    /// Set it only behind a proxy that sets the header, such as `X-Forwarded-For`, because any client can send it.
    pub fn client_ip_header(mut self, name: HeaderName) -> Self {
        self.client_ip_header = Some(name);
        self
    }

    /// Authenticates the user of a request.
    ///
    /// # Errors
    ///
    /// [`AuthError`] with the reason and the status of the response.
    pub async fn authenticate(&self, from: impl CredentialSource) -> Result<UserDetails, AuthError> {
        let context = self.context(&from);
        let outcome = match from.credential() {
            Ok(credential) => {
                let source = from.client_ip(self.client_ip_header.as_ref());
                let credential = match source {
                    Some(address) => credential.with_client_ip(address),
                    None => credential,
                };
                self.store.authenticate(&credential).await
            }
            Err(error) => Err(error),
        };
        if self.recorder.is_on() {
            let event = event::authentication(outcome.as_ref(), &[""; 0], &context);
            event::record(&self.recorder, vec![event]).await?;
        }
        outcome
    }

    /// Succeeds if the user has at least one of the scopes. An empty list denies every user.
    ///
    /// # Errors
    ///
    /// [`AuthError::InsufficientScope`], or [`AuthError::AuditFailed`] if the denial cannot be recorded.
    pub async fn authorize(&self, user: &UserDetails, scopes: &[impl AsRef<str>]) -> Result<(), AuthError> {
        self.check_scopes(user, scopes, RequestContext::default()).await
    }

    /// Like [`authorize`](Self::authorize), but records the request's context in the audit event.
    ///
    /// # Errors
    ///
    /// The same errors as [`authorize`](Self::authorize).
    pub async fn authorize_with_context(
        &self,
        request: impl CredentialSource,
        user: &UserDetails,
        scopes: &[impl AsRef<str>],
    ) -> Result<(), AuthError> {
        let context = self.context(&request);
        drop(request);
        self.check_scopes(user, scopes, context).await
    }

    async fn check_scopes(
        &self,
        user: &UserDetails,
        scopes: &[impl AsRef<str>],
        context: RequestContext,
    ) -> Result<(), AuthError> {
        if user.has_any_scope(scopes) {
            return Ok(());
        }
        if self.recorder.is_on() {
            let scopes: Vec<&str> = scopes.iter().map(AsRef::as_ref).collect();
            event::record(&self.recorder, vec![event::denied(user, &scopes, &context)]).await?;
        }
        Err(AuthError::InsufficientScope)
    }

    fn context(&self, from: &impl CredentialSource) -> RequestContext {
        match self.recorder.is_on() {
            true => from.context(self.client_ip_header.as_ref()),
            false => RequestContext::default(),
        }
    }
}
