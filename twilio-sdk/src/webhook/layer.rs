use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use super::public_url::Resolver;
use super::{Incoming, PublicUrl, Verified, Verifier, WebhookError};
use crate::layer::{refusal, take_ready};

/// The largest body that is read, unless set.
pub const DEFAULT_BODY_LIMIT: usize = 1 << 20;

/// A `tower` layer that passes only requests with a valid Twilio signature on, for axum's routers and hyper's services.
///
/// The body is read to its end, at most to the limit, and handed on as it came. [`Verified`] is in the request's
/// extensions. Every other request gets 403, 400, 413 or 500 without a reason, and the reason is in a `tracing` event
/// of target `twilio_sdk::webhook`.
///
/// The inner service takes a `http_body_util::Full<Bytes>`, as axum's routers do, and its response body can be made
/// of [`Bytes`], such as that one or axum's own.
///
/// Handlers return [`Twiml`](super::Twiml): Twilio reads TwiML only as `text/xml`, and sends a `text/plain` response to
/// the sender as a message.
///
/// ```no_run
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, routing::post};
/// use twilio_sdk::webhook::{IncomingMessage, PublicUrl, Twiml, Verifier, Webhook, WebhookLayer};
///
/// async fn sms(Webhook(message): Webhook<IncomingMessage>) -> Twiml {
///     println!("{:?} wrote {:?}", message.from, message.body);
///     Twiml::new("<Response><Message>Thank you!</Message></Response>")
/// }
///
/// let verifier = Verifier::new(std::env::var("TWILIO_AUTH_TOKEN").unwrap_or_default());
/// let public = PublicUrl::Base("https://example.com".into());
/// let app = Router::new().route("/sms", post(sms)).layer(WebhookLayer::new(verifier, public));
/// # let _: Router = app;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WebhookLayer {
    shared: Arc<Shared>,
}

#[derive(Clone)]
struct Shared {
    verifier: Verifier,
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
    /// Creates a layer that accepts what the verifier accepts, for the URLs that Twilio is given.
    ///
    /// A public URL that is not usable is an error in the log, and every request gets 500.
    pub fn new(verifier: Verifier, public_url: PublicUrl) -> Self {
        let resolver = public_url.resolve();
        if let Err(error) = &resolver {
            tracing::error!(target: "twilio_sdk::webhook", %error, "no webhook can be verified");
        }
        Self { shared: Arc::new(Shared { verifier, public_url, resolver, body_limit: DEFAULT_BODY_LIMIT }) }
    }

    /// Sets the largest body that is read, in bytes; 1 MiB unless set.
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

/// What [`WebhookLayer`] makes of a service.
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
        let mut inner = take_ready(&mut self.inner);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            match shared.admit(request).await {
                Ok(request) => inner.call(request).await,
                Err(error) => {
                    tracing::warn!(target: "twilio_sdk::webhook", %error, "a request is refused");
                    Ok(refusal(error.status()))
                }
            }
        })
    }
}

impl Shared {
    async fn admit<B>(&self, request: Request<B>) -> Result<Request<Full<Bytes>>, WebhookError>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        let url = self.resolver.as_ref().map_err(|error| *error)?.url(&parts.uri, &parts.headers)?;
        // A request without a signature costs no reading of its body.
        Incoming::from_parts(&url, &parts.headers, &[])?;
        let body = match Limited::new(body, self.body_limit).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(WebhookError::TooLarge),
            Err(_) => return Err(WebhookError::UnreadableBody),
        };
        let verified = self.verifier.verify(&Incoming::from_parts(&url, &parts.headers, &body)?)?;
        parts.extensions.insert::<Verified>(verified);
        Ok(Request::from_parts(parts, body.into()))
    }
}
