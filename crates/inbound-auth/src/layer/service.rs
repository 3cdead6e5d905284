use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use tower_layer::Layer;
use tower_service::Service;

use super::AuthMethod;
use super::admit::{Gate, Presented};
use super::method::MethodKind;
use crate::UserDetails;
use twilio_sdk_audit::AuditSink;
use twilio_sdk_audit::internal::Recorder;

/// A `tower` layer that passes requests accepted by one of its [`AuthMethod`]s. Use it for axum routers and routes, and for
/// hyper services. [`AuthRules`](super::AuthRules) documents the order of methods, and creates several layers from one
/// declaration.
///
/// * Accepted: [`UserDetails`] is in the request's extensions and, with feature `axum`, an extractor. A `tracing` event of
///   level INFO and target `twilio_sdk::inbound_auth` names the user.
/// * Rejected: the response is 401 with `WWW-Authenticate`, 403, 429 or 503. The body does not say why; a `tracing` event of
///   level WARN does.
///
/// A request must pass all of several nested layers.
#[derive(Clone, Debug)]
pub struct AuthLayer {
    gate: Arc<Gate>,
}

impl AuthLayer {
    /// Creates a layer for a realm, which 401 responses name. Without methods it rejects every request.
    pub fn new(realm: &str, methods: impl IntoIterator<Item = AuthMethod>) -> Self {
        Self { gate: Arc::new(Gate::new(realm, methods.into_iter().collect())) }
    }

    /// Records audit events. Default: none.
    ///
    /// * `authn` for every request: `ok` with the username and the required scopes, `denied`, or `failed` if a store is
    ///   unavailable. A rejected username is not recorded, because it may be a password in the wrong field.
    /// * `authz` with `denied` in addition, if the user has none of the required scopes.
    /// * `config.change` if a store [changes](crate::UserStore::set_audit).
    ///
    /// [`RequestContext`](crate::RequestContext) lists what is recorded of a request. If an event cannot be written, the
    /// request is rejected with 503. Requests without credentials are recorded too, so limit their rate before this layer.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        let audit: Arc<dyn AuditSink> = Arc::new(audit);
        let gate = Arc::make_mut(&mut self.gate);
        for method in &gate.methods {
            if let MethodKind::Basic(store) = &method.kind {
                store.set_audit(&audit);
            }
        }
        gate.recorder = Recorder::new(audit);
        self
    }

    /// Takes the client's IP address from the last address in this header, for audit events,
    /// [`ThrottledUserStore`](crate::ThrottledUserStore) and queues. Default: the peer's address, see
    /// [`RequestContext`](crate::RequestContext).
    ///
    /// Set it only behind a proxy that sets the header, such as `X-Forwarded-For`, because any client can send it.
    pub fn client_ip_header(mut self, name: HeaderName) -> Self {
        Arc::make_mut(&mut self.gate).client_ip_header = Some(name);
        self
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService { inner, gate: Arc::clone(&self.gate) }
    }
}

/// The service created by [`AuthLayer`].
#[derive(Clone)]
pub struct AuthService<S> {
    inner: S,
    gate: Arc<Gate>,
}

impl<S> fmt::Debug for AuthService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthService").field("gate", &self.gate).finish_non_exhaustive()
    }
}

impl<S, B, Outer> Service<Request<B>> for AuthService<S>
where
    S: Service<Request<B>, Response = Response<Outer>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    Outer: From<Bytes>,
{
    type Response = Response<Outer>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let mut inner = take_ready(&mut self.inner);
        let gate = Arc::clone(&self.gate);
        let presented = Presented::of(&request, gate.client_ip_header.as_ref());
        let context = gate.context(&request);
        Box::pin(async move {
            request.extensions_mut().remove::<UserDetails>();
            match gate.admit(presented, context).await {
                Ok(user) => {
                    let (username, path) = (&user.username, request.uri().path());
                    let (auth_method, issuer) = (&user.auth_method, &user.issuer);
                    tracing::info!(
                        target: "twilio_sdk::inbound_auth",
                        username, auth_method, issuer, path,
                        "request accepted"
                    );
                    request.extensions_mut().insert(user);
                    inner.call(request).await
                }
                Err(rejected) => {
                    let (error, path) = (&rejected.error, request.uri().path());
                    tracing::warn!(target: "twilio_sdk::inbound_auth", %error, path, "request rejected");
                    let mut response = rejection(rejected.error.status());
                    response.headers_mut().extend(gate.headers(&rejected));
                    Ok(response)
                }
            }
        })
    }
}

/// Replaces a service that is ready by a clone, which may not be, and returns it.
fn take_ready<S: Clone>(service: &mut S) -> S {
    let clone = service.clone();
    std::mem::replace(service, clone)
}

/// Creates a response with the words of a status, without a reason, that must not be cached.
fn rejection<B: From<Bytes>>(status: StatusCode) -> Response<B> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Bytes::from_static(reason.as_bytes()).into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
