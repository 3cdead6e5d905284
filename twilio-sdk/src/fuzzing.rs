//! Entry points of the fuzz targets. Built for them only, with `--cfg fuzzing`.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::runtime::{BodyKind, Method, Operation, Raw, request, retry_after};
pub use crate::runtime::{Decode, Output, Param};
use crate::{ConnectionConfig, Page, Pages, Response, Result};

const OPERATION: Operation = Operation::new("Fuzzed", Method::Get, "/", BodyKind::None);

/// Decodes a response.
pub fn answer<T: Output>(status: StatusCode, headers: HeaderMap, body: &[u8]) -> Result<Response<T>> {
    let raw = Raw { status, headers, body: Bytes::copy_from_slice(body), attempts: 1, uncertain: false };
    let raw = raw.into_success(&OPERATION)?;
    let value = T::decode(&raw, &OPERATION).map_err(|error| error.with_raw(&raw))?;
    Ok(Response::new(value, raw))
}

/// The body as well-formed JSON, and how many places had to be repaired; `None` where it cannot be.
pub fn repaired(body: &[u8]) -> Option<(String, usize)> {
    crate::runtime::repair(body).ok().map(|repaired| (repaired.text, repaired.damage.places))
}

/// Returns the wait that a response demands.
pub fn wait(headers: &HeaderMap) -> Option<std::time::Duration> {
    retry_after(headers)
}

/// Decodes a page of this list, and returns the URL of the next page.
pub fn page<T: Decode + Send + 'static>(
    mut pages: Pages<T>,
    body: &[u8],
) -> Result<(Page<T>, Result<Option<String>>)> {
    let operation = pages.call.as_ref().map_or(&OPERATION, |call| call.parts.operation);
    let raw = Raw {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body),
        attempts: 1,
        uncertain: false,
    };
    let page = Page::<T>::decode(&raw, operation)?;
    let next = pages.advance(&page).and_then(|()| match &pages.call {
        Some(call) => Ok(Some(request(&*call.client, &call.parts)?.url().to_string())),
        None => Ok(None),
    });
    Ok((page, next))
}

/// Parses users, and returns their names and scopes in order.
#[cfg(feature = "inbound-auth")]
pub fn users(text: &str, format: crate::ConfigFormat) -> Result<Vec<(String, Vec<String>)>> {
    Ok(twilio_sdk_inbound_auth::internal::users_of(text, format)?)
}

/// A filter with an escaped name in every place of `?`; nothing where it is none.
#[cfg(feature = "inbound-auth-ldap")]
pub fn ldap_filter(template: &str, name: &str) -> Option<String> {
    twilio_sdk_inbound_auth::internal::filter_of(template, name)
}

/// The configuration that variables make.
pub fn variables(get: impl Fn(&str) -> Option<String>) -> Result<ConnectionConfig> {
    ConnectionConfig::from_lookup(get)
}

/// The URL to which a product's requests go with a configuration, which is checked as [`crate::Client::new`] does.
pub fn base_url(config: &ConnectionConfig, host: &str) -> Result<String> {
    config.check()?;
    crate::auth::AuthState::new(config.auth.clone())?;
    Ok(crate::endpoint::Endpoint::new(
        config.base_url.as_deref(),
        config.region.as_deref(),
        config.edge.as_deref(),
    )?
    .base_url(host))
}
