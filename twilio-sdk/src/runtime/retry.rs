//! Decides whether a request may be retried, from what is known about the last attempt.

use std::time::Duration;

use http::StatusCode;
use twilio_sdk_http::internal::retry_after;

use super::{Method, Raw};
use crate::config::RetryConfig;
use crate::error::lasts;
use crate::{ErrorBody, Result};

/// What is known about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// The request was not sent, reached no server, or was returned unprocessed.
    NothingSent,
    /// Twilio may have executed it.
    Unknown,
    /// There is a response.
    Answered(StatusCode),
    /// A retry would end the same way.
    Final,
}

impl Happened {
    pub(crate) fn of(outcome: &Result<Raw>) -> Self {
        match outcome {
            Ok(raw)
                if raw.status == StatusCode::TOO_MANY_REQUESTS && lasts(ErrorBody::parse(&raw.body).code) =>
            {
                Self::Final
            }
            Ok(raw) => Self::Answered(raw.status),
            Err(error) if error.is_tls() => Self::Final,
            Err(error) if error.is_connect() || error.is_refused() => Self::NothingSent,
            Err(error) if error.is_timeout() || error.is_transport() => match error.status() {
                // Only the body of the error response is lost.
                Some(status) if status.is_client_error() || status.is_server_error() => {
                    Self::Answered(status)
                }
                _ => Self::Unknown,
            },
            Err(_) => Self::Final,
        }
    }
}

/// Returns whether a retry cannot execute the request twice.
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

/// Returns whether Twilio may have executed the request in an attempt with this outcome.
pub(crate) fn may_be_carried_out(outcome: &Result<Raw>) -> bool {
    match outcome {
        Ok(raw) => raw.status.is_server_error(),
        Err(error) => error.may_have_executed(),
    }
}

/// Limits of the wait before a retry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// Time until the deadline of the request, or the limit of a single wait.
    pub(crate) time: Duration,
    /// What is left for all waits of the request.
    pub(crate) budget: Duration,
}

/// Returns the wait before the next attempt, `None` for no retry.
pub(crate) fn delay(
    config: &RetryConfig,
    idempotent: bool,
    attempts: u32,
    outcome: &Result<Raw>,
    left: Left,
) -> Option<Duration> {
    let headers = match outcome {
        Ok(raw) => Some(&raw.headers),
        Err(error) => error.headers(),
    };
    let asked = headers.and_then(retry_after);
    decide(config, idempotent, attempts, Happened::of(outcome), asked, left)
}

/// Like [`delay`], from the facts alone: `attempts` were made, the server `asked` for a wait, and `left` limits the wait.
fn decide(
    config: &RetryConfig,
    idempotent: bool,
    attempts: u32,
    happened: Happened,
    asked: Option<Duration>,
    left: Left,
) -> Option<Duration> {
    if !is_safe(config, idempotent, happened) {
        return None;
    }
    let delay = config.delay(attempts, asked)?;
    // A wait that ends after the request's deadline would be in vain.
    (delay < left.time && delay <= left.budget).then_some(delay)
}

/// Returns whether a method is idempotent (RFC 9110); PATCH and POST are not.
pub(crate) fn is_idempotent(method: Method) -> bool {
    matches!(method, Method::Get | Method::Put | Method::Delete)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use proptest::prelude::*;

    use super::*;

    fn configs() -> impl Strategy<Value = RetryConfig> {
        let durations = (1_u64..5_000, 0_u64..20_000);
        let statuses = proptest::collection::vec(400_u16..600, 0..12);
        (1_u32..9, durations, 1_u32..6, statuses).prop_map(|(attempts, (base, more), factor, statuses)| {
            let base = Duration::from_millis(base);
            let config =
                RetryConfig::new().max_attempts(attempts).initial_backoff(base).backoff_multiplier(factor);
            config.max_backoff(base + Duration::from_millis(more)).retryable_statuses(statuses)
        })
    }

    fn happenings() -> impl Strategy<Value = Happened> {
        let usual = proptest::sample::select(vec![400_u16, 401, 403, 404, 409, 429, 500, 502, 503, 504]);
        let status = prop_oneof![usual, 100_u16..600];
        prop_oneof![
            Just(Happened::NothingSent),
            Just(Happened::Unknown),
            Just(Happened::Final),
            status.prop_map(|status| Happened::Answered(StatusCode::from_u16(status).expect("in range"))),
        ]
    }

    fn methods() -> impl Strategy<Value = Method> {
        proptest::sample::select(vec![Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete])
    }

    fn durations() -> impl Strategy<Value = Duration> {
        prop_oneof![
            (0_u64..60_000).prop_map(Duration::from_millis),
            any::<u64>().prop_map(Duration::from_secs),
            Just(Duration::MAX),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2048, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_sent_twice_by_accident_nor_too_often_nor_too_late(
            config in configs(),
            method in methods(),
            marked in proptest::option::of(any::<bool>()),
            happened in happenings(),
            attempts in 1_u32..12,
            asked in proptest::option::of(durations()),
            time in durations(),
            budget in durations(),
        ) {
            let left = Left { time, budget };
            let idempotent = marked.unwrap_or(is_idempotent(method));
            let Some(delay) = decide(&config, idempotent, attempts, happened, asked, left) else {
                // A retry that is certainly safe is made, unless attempts or time have run out.
                if happened == Happened::NothingSent && attempts < config.max_attempts {
                    prop_assert!(asked.unwrap_or_default().saturating_add(config.max_backoff) >= time.min(budget));
                }
                return Ok(());
            };
            prop_assert!(attempts < config.max_attempts);
            prop_assert!(delay < time && delay <= budget);
            prop_assert!(delay >= asked.unwrap_or_default());
            prop_assert!(delay <= asked.unwrap_or_default().saturating_add(config.max_backoff));
            let carried_out_perhaps = match happened {
                Happened::NothingSent => false,
                Happened::Unknown => true,
                Happened::Final => return Err(TestCaseError::fail("the end is the end")),
                Happened::Answered(status) => {
                    prop_assert!(config.retryable_statuses.contains(&status.as_u16()));
                    prop_assert!(![400, 401, 403].contains(&status.as_u16()));
                    status != StatusCode::TOO_MANY_REQUESTS
                }
            };
            let twice_is_once = matches!(method, Method::Get | Method::Put | Method::Delete);
            prop_assert!(!carried_out_perhaps || marked.unwrap_or(twice_is_once));
        }

        #[test]
        fn every_retry_after_is_read_without_a_panic_and_whole_seconds_as_they_are(text in "[ -~]{0,24}|[0-9]{1,30}") {
            let value = http::HeaderValue::from_str(&text).expect("printable");
            let found = retry_after(&HeaderMap::from_iter([(http::header::RETRY_AFTER, value)]));
            let text = text.trim();
            if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
                let seconds = text.parse::<u64>().unwrap_or(u64::MAX);
                prop_assert_eq!(found, Some(Duration::from_secs(seconds)));
            }
        }
    }
}
