//! Requests signed by public key client validation.

use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

use super::{Handle, Operation};
use crate::access_token::CanonicalRequest;
use crate::{Error, Result};
use twilio_sdk_http::internal::header::secret_header;

const HEADER: &str = "twilio-client-validation";

/// Adds the client validation header to a request with credentials, if the client is configured to. Requests without
/// credentials are not signed.
pub(super) fn sign(handle: &Handle, request: &mut reqwest::Request, operation: &Operation) -> Result<()> {
    let Some(validation) = &handle.settings().public_key_client_validation else { return Ok(()) };
    let Some(authorization) = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok())
    else {
        return Ok(());
    };
    let body = match request.body() {
        None => &[],
        Some(body) => body
            .as_bytes()
            .ok_or_else(|| Error::request(operation, "client validation cannot sign a streamed body"))?,
    };
    let url = request.url();
    let host = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, None) => host.to_owned(),
        (host, Some(port)) => format!("{host}:{port}"),
    };
    let canonical = CanonicalRequest {
        method: request.method().as_str(),
        path: url.path(),
        query: url.query().unwrap_or_default(),
        authorization,
        host: &host,
        body,
    };
    let token = validation.sign(&canonical).map_err(|error| Error::request(operation, error.to_string()))?;
    let value = secret_header(Zeroizing::new(token)).ok_or_else(|| {
        Error::request(operation, "the client validation token is not a valid header value")
    })?;
    request.headers_mut().insert(HEADER, value);
    Ok(())
}
