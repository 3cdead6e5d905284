//! What the SDK's `tower` layers share.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

/// The service that has been polled ready. A clone, which has not, stays behind.
pub(crate) fn take_ready<S: Clone>(service: &mut S) -> S {
    let clone = service.clone();
    std::mem::replace(service, clone)
}

/// An answer of a status and its words, which tells no reason and which nobody keeps.
pub(crate) fn refusal<B: From<Bytes>>(status: StatusCode) -> Response<B> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Bytes::from_static(reason.as_bytes()).into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
