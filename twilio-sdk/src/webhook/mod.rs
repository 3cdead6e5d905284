//! Webhooks: whether Twilio sent a request, and what it says.
//!
//! * [`Verifier`] checks signatures: with auth tokens (several at once, or by account) and with shared keys.
//! * [`WebhookLayer`] does it for every request of an axum router or a hyper service, for the URLs of a [`PublicUrl`].
//! * [`IncomingMessage`], [`MessageStatusCallback`], [`IncomingCall`], [`CallStatusCallback`], [`RecordingStatusCallback`] and
//!   [`CloudEvent`] are what the usual webhooks say; with feature `axum`, `Webhook` extracts them and `Twiml` is the
//!   response.
//! * [`sign`] and [`with_body_hash`] sign requests in tests.
//!
//! Twilio's scheme joins the URL and the parameters without marks between them, so a signature does not tell where the
//! URL ends. Webhooks should be fixed URLs, and a URL for GET not be the beginning of one for POST.
//!
//! Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.

mod error;
#[cfg(feature = "axum")]
mod extract;
mod layer;
mod params;
mod payload;
mod public_url;
mod signature;
#[cfg(feature = "axum")]
mod twiml;
mod url;
mod verifier;

pub use error::WebhookError;
#[cfg(feature = "axum")]
pub use extract::{Webhook, WebhookRejection};
pub use layer::{DEFAULT_BODY_LIMIT, WebhookLayer, WebhookService};
pub use params::Params;
pub use payload::*;
pub use public_url::PublicUrl;
pub use signature::{Algorithm, sign, sign_with, with_body_hash};
#[cfg(feature = "axum")]
pub use twiml::Twiml;
pub use verifier::{Incoming, SETTINGS, SIGNATURE, Verified, Verifier};
