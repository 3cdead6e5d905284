use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use crate::public_url::Resolver;
use crate::{PublicUrl, SignatureVerifier, VerifiedSignature, WebhookError, WebhookRequest};

/// The default limit on the size of a body: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1 << 20;

/// A `tower` layer that passes on only requests with a valid Twilio signature. It works for axum routers and for hyper
/// services.
///
/// - The body is buffered, up to the [limit](Self::body_limit), and passed on unchanged.
/// - The request's extensions then hold a [`VerifiedSignature`].
/// - Every other request gets 403, 400, 413 or 500 without a reason ([`WebhookError::status`]). A `tracing` event with
///   target `twilio_sdk::webhook` has the reason.
///
/// The inner service takes a `http_body_util::Full<Bytes>`, as axum routers do. Its response body must implement
/// `From<Bytes>`, as `Full<Bytes>` and axum's body do.
///
/// Handlers return [`Twiml`](super::Twiml): Twilio reads TwiML only as `text/xml`, and sends a `text/plain` response to
/// the sender as a message.
#[cfg_attr(feature = "axum", doc = "\n```rust,no_run")]
#[cfg_attr(not(feature = "axum"), doc = "\n```rust,ignore")]
/// use axum::{Router, routing::post};
/// use twilio_sdk_webhook::{IncomingMessage, PublicUrl, SignatureVerifier, Twiml, Webhook, WebhookLayer};
///
/// async fn sms(Webhook(message): Webhook<IncomingMessage>) -> Twiml {
///     println!("{:?} wrote {:?}", message.from, message.body);
///     Twiml::new("<Response><Message>Thank you!</Message></Response>")
/// }
///
/// fn app(auth_token: String) -> Router {
///     let verifier = SignatureVerifier::from_auth_token(auth_token);
///     let public_url = PublicUrl::Fixed("https://example.com".into());
///     Router::new().route("/sms", post(sms)).layer(WebhookLayer::new(verifier, public_url))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct WebhookLayer {
    shared: Arc<Shared>,
}

#[derive(Clone)]
struct Shared {
    verifier: SignatureVerifier,
    public_url: PublicUrl,
    resolver: Result<Resolver, WebhookError>,
    body_limit: usize,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("verifier", &self.verifier)
            .field("public_url", &self.public_url)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

impl WebhookLayer {
    /// Creates a layer that rejects requests the verifier does not accept.
    ///
    /// An invalid public URL does not fail here: the layer logs an error and responds 500 to every request.
    pub fn new(verifier: SignatureVerifier, public_url: PublicUrl) -> Self {
        let resolver = public_url.resolve();
        if let Err(error) = &resolver {
            tracing::error!(target: crate::TARGET, %error, "no webhook can be verified");
        }
        Self { shared: Arc::new(Shared { verifier, public_url, resolver, body_limit: DEFAULT_BODY_LIMIT }) }
    }

    /// Sets the largest accepted body, in bytes. Default: [`DEFAULT_BODY_LIMIT`].
    pub fn body_limit(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.shared).body_limit = bytes;
        self
    }
}

impl<S> Layer<S> for WebhookLayer {
    type Service = WebhookService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WebhookService { inner, shared: Arc::clone(&self.shared) }
    }
}

/// The service that [`WebhookLayer`] wraps around another one.
#[derive(Clone)]
pub struct WebhookService<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> fmt::Debug for WebhookService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl<S, B, Outer> Service<Request<B>> for WebhookService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<Outer>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    Outer: From<Bytes>,
{
    type Response = Response<Outer>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Only `self.inner` has been polled ready; the clone, which has not, takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            match shared.verify(request).await {
                Ok(request) => inner.call(request).await,
                Err(error) => {
                    tracing::warn!(target: crate::TARGET, %error, "webhook rejected");
                    Ok(rejection(error.status()))
                }
            }
        })
    }
}

impl Shared {
    async fn verify<B>(&self, request: Request<B>) -> Result<Request<Full<Bytes>>, WebhookError>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        let url = self.resolver.as_ref().map_err(|error| *error)?.url(&parts.uri, &parts.headers)?;
        // A request without a signature is rejected before its body is read.
        WebhookRequest::from_parts(&url, &parts.headers, &[])?;
        let body = match Limited::new(body, self.body_limit).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(WebhookError::TooLarge),
            Err(_) => return Err(WebhookError::BodyRead),
        };
        let verified = self.verifier.verify(&WebhookRequest::from_parts(&url, &parts.headers, &body)?)?;
        parts.extensions.insert::<VerifiedSignature>(verified);
        Ok(Request::from_parts(parts, body.into()))
    }
}

/// Returns a response of a status and its reason phrase, which says nothing about the cause and is not cached.
fn rejection<B: From<Bytes>>(status: StatusCode) -> Response<B> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Bytes::from_static(reason.as_bytes()).into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let public_url = PublicUrl::Fixed("https://susan:hush@example.com".into());
        let layer = WebhookLayer::new(SignatureVerifier::from_auth_token("hush"), public_url);
        let printed = format!("{layer:?} {:?}", layer.layer(()));
        assert!(!printed.contains("hush") && printed.contains("example.com"), "{printed}");
    }
}
