//! Webhooks: signature verification, a tower layer, typed payloads and axum extractors.
//!
//! Twilio signs the requests that it sends to your service. [`WebhookLayer`] rejects every request without a valid
//! signature, and [`Webhook`] gives handlers the parameters as typed structs:
//!
//! ```toml
//! [dependencies]
//! twilio-sdk-webhook = { version = "0.1", features = ["axum"] }
//! axum = "0.8"
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! ```
//!
#![cfg_attr(feature = "axum", doc = "```rust,no_run")]
#![cfg_attr(not(feature = "axum"), doc = "```rust,ignore")]
//! use axum::{Router, routing::post};
//! use twilio_sdk_webhook::{IncomingMessage, PublicUrl, SignatureVerifier, Twiml, Webhook, WebhookLayer};
//!
//! async fn sms(Webhook(message): Webhook<IncomingMessage>) -> Twiml {
//!     println!("{:?} wrote {:?}", message.from, message.body);
//!     Twiml::new("<Response><Message>Thank you!</Message></Response>")
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let verifier = SignatureVerifier::from_auth_token(std::env::var("TWILIO_AUTH_TOKEN")?);
//!     // The URL that is configured at Twilio, without the path of the route.
//!     let public_url = PublicUrl::Fixed("https://example.com".into());
//!     let app = Router::new().route("/sms", post(sms)).layer(WebhookLayer::new(verifier, public_url));
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! - [`SignatureVerifier`] checks signatures without a web framework: auth tokens (several at once, or by account) and
//!   shared keys.
//! - [`PublicUrl`] says which URLs Twilio signs for your service. Request headers cannot be trusted for that.
//! - [`IncomingMessage`], [`MessageStatusCallback`], [`IncomingCall`], [`CallStatusCallback`],
//!   [`RecordingStatusCallback`] and [`CloudEvent`] are the payloads of the usual webhooks. Implement [`Payload`] for
//!   others, or take [`FormParams`].
//! - [`sign`] and [`url_with_body_hash`] sign requests in tests.
//!
//! With `twilio-sdk`, enable its features `webhook` and `axum`; this crate is then `twilio_sdk::webhook`.
//!
//! # Features
//!
//! - `tower` adds [`WebhookLayer`].
//! - `axum` adds the extractor [`Webhook`] and the response [`Twiml`]. It implies `tower`.
//! - `payload-validation` adds [`payload_validation`]: required fields and e-mail addresses.
//!
//! # Errors
//!
//! [`WebhookError`] says why a request is rejected. `SignatureMismatch` usually means that [`PublicUrl`] differs from the
//! URL configured at Twilio, or that the auth token belongs to another account.
//!
//! # Limits of the scheme
//!
//! Twilio joins the URL and the parameters without separators before it signs them, so a signature does not show where the
//! URL ends. Use fixed URLs for webhooks, and no URL for GET that is the beginning of one for POST.
//!
//! Guide: <https://github.com/twilio-sdk-rs/twilio-sdk/blob/main/docs/webhooks.md>. Source:
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
#[cfg(feature = "axum")]
mod extract;
mod hmac;
#[cfg(feature = "tower")]
mod layer;
mod params;
mod payload;
#[cfg(feature = "payload-validation")]
#[cfg_attr(docsrs, doc(cfg(feature = "payload-validation")))]
pub mod payload_validation;
mod public_url;
mod request;
mod signature;
#[cfg(feature = "axum")]
mod twiml;
mod url;
mod verifier;

pub use error::WebhookError;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use extract::{Webhook, WebhookRejection};
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use layer::{DEFAULT_BODY_LIMIT, WebhookLayer, WebhookService};
pub use params::FormParams;
pub use payload::*;
pub use public_url::PublicUrl;
pub use request::{SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, WebhookRequest};
pub use signature::{SignatureAlgorithm, sign, sign_with, url_with_body_hash};
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use twiml::Twiml;
pub use verifier::{SignatureVerifier, VerifiedSignature};

/// The target of `tracing` events.
#[cfg(feature = "tower")]
const TARGET: &str = "twilio_sdk::webhook";

/// Compiles the README's example.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
mod readme {}
