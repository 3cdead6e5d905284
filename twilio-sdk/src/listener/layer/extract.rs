use axum_core::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;

use super::super::UserDetails;

/// The user, for handlers of axum below an [`AuthLayer`](super::AuthLayer). Without the layer nobody is known, so the
/// extractor refuses the request with 500.
impl<S: Send + Sync> FromRequestParts<S> for UserDetails {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get().cloned().ok_or_else(|| {
            tracing::error!(
                target: "twilio_sdk::listener",
                "a handler takes a user without an AuthLayer around it; nothing is answered"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }
}
