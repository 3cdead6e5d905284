//! Webhooks: signatures, the layer over real HTTP, typed payloads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod forgery;
mod http;
mod layer;
mod payload;
mod payload_rules;
mod public_url;
mod signature;
mod traits;
mod twiml;

use twilio_sdk_webhook::{FormParams, Payload as _, SignatureVerifier};

const TOKEN: &str = "12345";
const SMS: &str = "MessageSid=SM1&AccountSid=AC1&From=%2B1&Body=Hi+there";
const FORM_TYPE: &str = "Content-Type: application/x-www-form-urlencoded";

fn verifier() -> SignatureVerifier {
    SignatureVerifier::from_auth_token(TOKEN)
}

fn pairs(form: &[u8]) -> FormParams {
    FormParams::read("", "application/x-www-form-urlencoded", form).unwrap()
}
