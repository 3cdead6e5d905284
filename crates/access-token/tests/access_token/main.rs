//! Access tokens and capability tokens, compared with vectors and the behavior of Twilio's own libraries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, deprecated)]

mod capability;
mod client_validation;
mod token;
mod verify;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use twilio_sdk_access_token::{
    AccessToken, AccessTokenError, ApiKeyConfig, CanonicalRequest, Claims, ClientCapabilityToken, Grant,
    JwsAlgorithm, PublicKeyClientValidation, TaskRouterCapabilityToken, TaskRouterPolicy,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn key() -> ApiKeyConfig {
    ApiKeyConfig::new("AC123", "SK123", SECRET)
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Returns header, payload and signature.
fn parts(token: &str) -> (Value, Value, String) {
    let mut parts = token.split('.');
    let mut json =
        || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap()).unwrap();
    let (header, payload) = (json(), json());
    (header, payload, parts.next().unwrap().to_owned())
}

/// Builds a token without an identity.
fn anonymous() -> AccessToken {
    AccessToken::without_identity(&key()).unwrap()
}

#[test]
fn types_are_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(AccessToken, Claims, Grant, AccessTokenError)>();
    assert_send_sync::<(ClientCapabilityToken, TaskRouterCapabilityToken, TaskRouterPolicy)>();
    assert_send_sync::<(PublicKeyClientValidation, CanonicalRequest<'_>, JwsAlgorithm)>();
}
