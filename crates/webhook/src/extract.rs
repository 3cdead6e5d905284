use std::fmt;
use std::ops::{Deref, DerefMut};

use axum_core::extract::{DefaultBodyLimit, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};

use crate::{Payload, PayloadError, VerifiedSignature};

/// Extracts the payload of a webhook in axum handlers.
///
/// The handler must be below a [`WebhookLayer`](super::WebhookLayer). Without the layer the request is not verified, and
/// the extractor rejects it with 500. The layer's [`body_limit`](super::WebhookLayer::body_limit) is the only limit on
/// the size of the body.
///
/// # Errors
///
/// [`WebhookRejection`], which axum turns into a response: 400 for a payload of another kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Webhook<T>(
    /// The payload.
    pub T,
);

impl<T> Webhook<T> {
    /// Returns the payload.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Webhook<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Webhook<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> AsRef<T> for Webhook<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

/// The error of a payload that cannot be extracted.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookRejection {
    /// No [`WebhookLayer`](super::WebhookLayer) is above the handler: 500.
    NotVerified,
    /// The request does not hold the payload that the handler takes: 400.
    Payload(PayloadError),
    /// Reading the body failed: the response that axum makes of it.
    Body(Response),
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified => f.write_str(
                "Webhook: the request is not verified; add a WebhookLayer above the handler with Router::layer",
            ),
            Self::Payload(error) => error.fmt(f),
            Self::Body(response) => write!(f, "body: reading it failed with status {}", response.status()),
        }
    }
}

impl std::error::Error for WebhookRejection {}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        match self {
            Self::NotVerified => {
                tracing::error!(target: crate::TARGET, error = %self, "webhook rejected");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Payload(error) => {
                tracing::warn!(target: crate::TARGET, %error, "webhook payload rejected");
                StatusCode::BAD_REQUEST.into_response()
            }
            Self::Body(response) => response,
        }
    }
}

impl<S: Send + Sync, T: Payload> FromRequest<S> for Webhook<T> {
    type Rejection = WebhookRejection;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Self::Rejection> {
        if request.extensions().get::<VerifiedSignature>().is_none() {
            return Err(WebhookRejection::NotVerified);
        }
        let query = request.uri().query().map(str::to_owned);
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        // The layer has limited the body already; axum's default limit would undo a larger limit of the layer.
        DefaultBodyLimit::disable().apply(&mut request);
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| WebhookRejection::Body(rejection.into_response()))?;
        T::read(query.as_deref().unwrap_or_default(), &content_type, &body)
            .map(Self)
            .map_err(WebhookRejection::Payload)
    }
}

#[cfg(test)]
mod tests {
    use axum_core::body::Body;

    use super::*;
    use crate::{FormParams, SignatureAlgorithm};

    fn request() -> http::request::Builder {
        let algorithm = SignatureAlgorithm::HmacSha1;
        let verified = VerifiedSignature { algorithm, shared_key: None, account_sid: None };
        Request::builder()
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(verified)
    }

    #[tokio::test]
    async fn a_body_that_the_layer_accepted_is_read_whatever_its_size() {
        let request = request().body(Body::from(format!("Body={}", "x".repeat(3 << 20)))).expect("a request");
        let Webhook(params) = Webhook::<FormParams>::from_request(request, &()).await.expect("a payload");
        assert_eq!(params.get("Body").map(str::len), Some(3 << 20));
    }

    #[tokio::test]
    async fn the_payload_is_reached_like_that_of_other_extractors() {
        let request = request().body(Body::from("Body=Hi")).expect("a request");
        let mut webhook = Webhook::<FormParams>::from_request(request, &()).await.expect("a payload");
        assert_eq!((webhook.get("Body"), webhook.as_ref().len()), (Some("Hi"), 1));
        webhook.extend([("From", "+1")]);
        assert_eq!(webhook.into_inner().get("From"), Some("+1"));
    }
}
