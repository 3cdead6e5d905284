use axum_core::extract::{DefaultBodyLimit, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};

use super::{Payload, PayloadError, Verified};

/// What a webhook says, for handlers of axum below a [`WebhookLayer`](super::WebhookLayer), whose
/// [`body_limit`](super::WebhookLayer::body_limit) is the only bound on the body.
///
/// Without the layer nobody has verified the request, so the extractor refuses it with 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webhook<T>(
    /// The payload.
    pub T,
);

/// Why a payload cannot be extracted.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookRejection {
    /// There is no [`WebhookLayer`](super::WebhookLayer) above the handler: 500.
    NotVerified,
    /// The payload is not what the handler takes: 400.
    Payload(PayloadError),
    /// The body cannot be read: the status that axum gives it.
    Body(Response),
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        match self {
            Self::NotVerified => {
                tracing::error!(
                    target: "twilio_sdk::webhook",
                    "a handler takes a webhook without a WebhookLayer above it; nothing is answered"
                );
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Payload(error) => {
                tracing::warn!(target: "twilio_sdk::webhook", %error, "a payload cannot be read");
                StatusCode::BAD_REQUEST.into_response()
            }
            Self::Body(response) => response,
        }
    }
}

impl<S: Send + Sync, T: Payload> FromRequest<S> for Webhook<T> {
    type Rejection = WebhookRejection;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Self::Rejection> {
        if request.extensions().get::<Verified>().is_none() {
            return Err(WebhookRejection::NotVerified);
        }
        let query = request.uri().query().map(str::to_owned);
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        // The layer has bounded the body; axum's own bound would undo a larger one of the layer's.
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
    use crate::webhook::{Algorithm, Params};

    #[tokio::test]
    async fn a_body_that_the_layer_let_through_is_read_whatever_its_size() {
        let verified = Verified { algorithm: Algorithm::HmacSha1, shared_key: None, account_sid: None };
        let request = Request::builder()
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(verified)
            .body(Body::from(format!("Body={}", "x".repeat(3 << 20))))
            .expect("a request");
        let Webhook(params) = Webhook::<Params>::from_request(request, &()).await.expect("a payload");
        assert_eq!(params.get("Body").map(str::len), Some(3 << 20));
    }
}
