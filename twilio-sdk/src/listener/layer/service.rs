use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderName, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::super::UserDetails;
use super::AuthEntry;
use super::admit::{Gate, Given};
use super::entry::Way;
use crate::audit::{AuditSink, Recorder};
use crate::layer::{refusal, take_ready};

/// Lets only those requests through that one of its entries accepts: a `tower` layer, for axum's routers and single
/// routes and for hyper's services. See [`AuthRules`](super::AuthRules) for how entries are tried, and for several layers
/// from one declaration.
///
/// [`UserDetails`], with the name of the entry that accepted the user, is in the request's extensions, and an extractor of
/// axum. Refusals are 401 with `WWW-Authenticate`,
/// 403, 429 or 503, without a reason; the reason is in a `tracing` event of target `twilio_sdk::listener`, and so is, at
/// level INFO, who was let in.
///
/// Layers around one another must all accept.
#[derive(Clone, Debug)]
pub struct AuthLayer {
    gate: Arc<Gate>,
}

impl AuthLayer {
    /// A layer with these entries, for a realm, of which clients are told. No entries let nobody in.
    pub fn new(realm: &str, entries: impl IntoIterator<Item = AuthEntry>) -> Self {
        Self { gate: Arc::new(Gate::new(realm, entries.into_iter().collect())) }
    }

    /// Where it is recorded who was let in; nowhere unless set.
    ///
    /// * `authn` for every request: `ok` with the user's name and the scopes that were asked for, `denied`, or `failed` where
    ///   nobody could tell. A name that is not recognized is not recorded: it may be a password in the wrong field.
    /// * `authz`, `denied`, beside it where the user is known and has none of the scopes.
    /// * `config.change` where the entries' stores change what they know, see
    ///   [`record_changes`](super::super::UserStore::record_changes).
    ///
    /// What is recorded of a request is in [`RequestContext`](super::super::RequestContext). A request of which nothing can be
    /// recorded is not let in; the answer is 503. Requests without credentials are recorded too, so whoever reaches the
    /// service makes the log grow: bound their number before the layer.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        let audit: Arc<dyn AuditSink> = Arc::new(audit);
        let gate = Arc::make_mut(&mut self.gate);
        for entry in &gate.entries {
            if let Way::Users(store) = &entry.way {
                store.record_changes(&audit);
            }
        }
        gate.recorder = Recorder::new(audit);
        self
    }

    /// The header whose last address counts as the one that a request came from: in the record, for
    /// [`ThrottledUserStore`](super::super::ThrottledUserStore), and where requests wait. Only behind a proxy that sets it, such as
    /// `X-Forwarded-For`, because any client can send it. Unless set, see [`RequestContext`](super::super::RequestContext).
    pub fn source_header(mut self, name: HeaderName) -> Self {
        Arc::make_mut(&mut self.gate).source_header = Some(name);
        self
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService { inner, gate: Arc::clone(&self.gate) }
    }
}

/// What [`AuthLayer`] makes of a service.
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
        let given = Given::of(&request, gate.source_header.as_ref());
        let facts = gate.facts(&request);
        Box::pin(async move {
            request.extensions_mut().remove::<UserDetails>();
            match gate.admit(given, facts).await {
                Ok(user) => {
                    let (username, path) = (&user.username, request.uri().path());
                    let (entry, issuer) = (&user.entry, &user.issuer);
                    tracing::info!(
                        target: "twilio_sdk::listener",
                        username, entry, issuer, path,
                        "a request is let in"
                    );
                    request.extensions_mut().insert(user);
                    inner.call(request).await
                }
                Err(refused) => {
                    let (error, path) = (&refused.error, request.uri().path());
                    tracing::warn!(target: "twilio_sdk::listener", %error, path, "a request is refused");
                    let mut response = refusal(refused.error.status());
                    response.headers_mut().extend(gate.headers(&refused));
                    Ok(response)
                }
            }
        })
    }
}
