//! Whether a call may be sent again, decided by what is known to have happened.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::{Method, Raw};
use crate::config::RetryConfig;
use crate::{Error, Result};

/// What is known of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// The request did not leave this machine, or met nobody.
    NothingSent,
    /// It may have been carried out.
    Unknown,
    /// There is an answer.
    Answered(StatusCode),
    /// Another attempt would end the same way.
    Final,
}

impl Happened {
    pub(crate) fn of(outcome: &Result<Raw>) -> Self {
        match outcome {
            Ok(raw) => Self::Answered(raw.status),
            Err(error) if error.is_connect() && !error.is_tls() => Self::NothingSent,
            Err(error) if error.is_timeout() || error.is_transport() => Self::Unknown,
            Err(_) => Self::Final,
        }
    }
}

/// Whether another attempt cannot do what the caller asked for twice.
pub(crate) fn is_safe(config: &RetryConfig, idempotent: bool, happened: Happened) -> bool {
    match happened {
        Happened::NothingSent => true,
        Happened::Unknown => idempotent,
        Happened::Answered(status) => {
            config.retries(status) && (idempotent || status == StatusCode::TOO_MANY_REQUESTS)
        }
        Happened::Final => false,
    }
}

/// The wait before the next attempt, `None` if there is none.
pub(crate) fn delay(
    config: &RetryConfig,
    idempotent: bool,
    attempts: u32,
    outcome: &Result<Raw>,
    left: Duration,
) -> Option<Duration> {
    if !is_safe(config, idempotent, Happened::of(outcome)) {
        return None;
    }
    let drawn = config.delay(attempts)?;
    let asked = outcome.as_ref().ok().and_then(|raw| retry_after(&raw.headers));
    let delay = asked.unwrap_or(drawn);
    // A wait that ends after the call's time-out is a wait for nothing.
    (delay < left).then_some(delay)
}

/// RFC 9110 calls these idempotent; PATCH and POST are not.
pub(crate) fn is_idempotent(method: Method) -> bool {
    matches!(method, Method::Get | Method::Put | Method::Delete)
}

/// `Retry-After` as seconds or as a date (RFC 9110, section 10.2.3); a date that has passed is no wait.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(std::time::SystemTime::now()).unwrap_or_default())
}
