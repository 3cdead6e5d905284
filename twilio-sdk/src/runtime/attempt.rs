use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::send::Clock;
use super::{Dispatching, Handle, Operation, Raw};
use crate::config::ResponseLimits;
use crate::{Error, Result};

/// One attempt of a request, as passed to [`on_attempt`](crate::ConnectionConfig::on_attempt).
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The product's module, such as `api_v2010`.
    pub product: &'static str,
    /// The `operationId`, such as `CreateMessage`.
    pub operation_id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The host of the request.
    pub host: &'a str,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Status of the response, if there was one.
    pub status: Option<StatusCode>,
    /// `Twilio-Request-Id` of the response.
    pub request_id: Option<&'a str>,
    /// The error, if there is no usable response.
    pub error: Option<&'a Error>,
    /// Duration, including the wait for the local limits.
    pub elapsed: Duration,
    /// The wait before the next attempt; `None` after the last one.
    pub retry_in: Option<Duration>,
}

/// Returns the earlier of `now + timeout` and the request's deadline. `None` means no timeout.
pub(super) fn within(deadline: Instant, time: Option<Duration>) -> Instant {
    time.and_then(|time| Instant::now().checked_add(time)).map_or(deadline, |end| end.min(deadline))
}

/// Returns whether an attempt that starts now has (nearly) the whole attempt timeout of the client's settings: the local
/// limits take some of it. With a shorter timeout, a failure does not count for the circuit breaker.
pub(super) fn is_full(full: Duration, until: Instant) -> bool {
    until.saturating_duration_since(Instant::now()) >= full - full / 10
}

/// Sends a request once and reads the whole response, within the limits of the client. The request is passed as the future
/// that sends it, which is small: its size is the memory of a waiting request.
pub(super) async fn attempt(
    handle: &Handle,
    operation: &'static Operation,
    host: &str,
    sending: Dispatching<'_>,
    clock: Clock,
) -> Result<Raw> {
    let settings = handle.settings();
    let mut pass = handle.gate().enter(operation, host, clock.deadline).await?;
    let until = clock.until();
    let is_full = is_full(settings.full_attempt, until);
    let exchange = async {
        let response = sending.await?;
        read(operation, response, &settings.limits).await
    };
    let outcome = match timeout_at(until, exchange).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::timeout(operation, host)),
    };
    pass.leave(operation, &outcome, is_full);
    outcome
}

/// Returns a response without its body.
pub(super) fn head(
    operation: &'static Operation,
    response: &mut reqwest::Response,
    limits: &ResponseLimits,
) -> Result<Raw> {
    let raw = Raw {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: Bytes::new(),
        attempts: 0,
        uncertain: false,
    };
    let size: usize = raw.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > limits.max_header_bytes {
        let message = format!("the response headers are larger than {} bytes", limits.max_header_bytes);
        return Err(Error::limit(operation, message, &raw));
    }
    Ok(raw)
}

pub(super) async fn read(
    operation: &'static Operation,
    mut response: reqwest::Response,
    limits: &ResponseLimits,
) -> Result<Raw> {
    let raw = head(operation, &mut response, limits)?;
    body(operation, raw, response, limits).await
}

/// Reads the body of a response.
pub(super) async fn body(
    operation: &'static Operation,
    raw: Raw,
    mut response: reqwest::Response,
    limits: &ResponseLimits,
) -> Result<Raw> {
    let too_large = || {
        let message = format!("the response body is larger than {} bytes", limits.max_body_bytes);
        Error::limit(operation, message, &raw)
    };
    if announced(&raw.headers).is_some_and(|length| length > limits.max_body_bytes) {
        return Err(too_large());
    }
    // Twilio may have executed the request although the response breaks off, so the status stays with the error.
    let broken = |e| Error::transport(operation, e).with_raw(&raw);
    let Some(first) = response.chunk().await.map_err(broken)? else { return Ok(raw) };
    let mut body = Body::One(first);
    loop {
        if body.len() as u64 > limits.max_body_bytes {
            return Err(too_large());
        }
        match response.chunk().await.map_err(broken)? {
            Some(chunk) => body = body.with(chunk, announced(&raw.headers).unwrap_or_default()),
            None => return Ok(Raw { body: body.done(), ..raw }),
        }
    }
}

/// Returns `Content-Length`; reqwest removes it if it is not that of the decompressed body.
pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body of a single chunk, the usual case, is not copied.
enum Body {
    One(Bytes),
    Many(BytesMut),
}

impl Body {
    fn len(&self) -> usize {
        match self {
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    fn with(self, chunk: Bytes, announced: u64) -> Self {
        let mut all = match self {
            Self::One(first) => {
                let room = usize::try_from(announced).unwrap_or_default().min(1 << 24);
                let mut all = BytesMut::with_capacity(room.max(first.len() + chunk.len()));
                all.extend_from_slice(&first);
                all
            }
            Self::Many(all) => all,
        };
        all.extend_from_slice(&chunk);
        Self::Many(all)
    }

    fn done(self) -> Bytes {
        match self {
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.freeze(),
        }
    }
}
