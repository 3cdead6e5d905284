use axum_core::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;

use crate::UserDetails;

/// Extracts the authenticated user in axum handlers behind an `AuthLayer`. Rejects the request with 500 if
/// the layer is missing.
impl<S: Send + Sync> FromRequestParts<S> for UserDetails {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get().cloned().ok_or_else(|| {
            tracing::error!(
                target: "twilio_sdk::inbound_auth",
                "a handler extracts UserDetails but has no AuthLayer; add the layer"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }
}
