use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use http::StatusCode;

use super::FOREVER;
use crate::{Error, Result};

/// Configures when and how often a request is retried.
///
/// Retries are safe. Which requests are retried depends on what is known to have happened:
///
/// | failure | any method | GET, PUT, DELETE, or a request marked with `with_idempotent(true)` |
/// |---|---|---|
/// | no connection, or the server returned the request unread (HTTP/2's REFUSED_STREAM or GOAWAY) | retried | retried |
/// | 429, if it is one of the [`retryable_statuses`](Self::retryable_statuses): Twilio did not execute the request | retried | retried |
/// | 429 with a Twilio code that persists: 21611, 60202, 60203, 60207, 60728, 63038 | no | no |
/// | another one of the [`retryable_statuses`](Self::retryable_statuses) | no | retried |
/// | connection lost, or no response in time | no | retried |
/// | first 401 with an OAuth token: once more with a fresh token, whatever is set | retried | retried |
/// | any other status; 400, 401 and 403 whatever is set | no | no |
/// | the response cannot be decoded, or exceeds the [`ResponseLimits`](crate::ResponseLimits) | no | no |
/// | TLS rejected the server or the client | no | no |
/// | nothing was sent: the client's own limits, the circuit breaker, or a missing token | no | no |
///
/// Operations that take an `Idempotency-Key` are idempotent if it is set; every attempt sends the same key.
///
/// **Waits.** The backoff before attempt `n + 1` is `initial_backoff * backoff_multiplier^(n - 1)`, at most `max_backoff`; the
/// wait is random between half of it and all of it. If the `Retry-After` of a response (RFC 9110, section 10.2.3) is longer,
/// the wait is that plus up to one backoff, so that clients with the same `Retry-After` do not return at the same time.
///
/// **Limits.** All waits of a request together take at most [`max_total_delay`](Self::max_total_delay): 2 s, which a web
/// handler can afford. If the next wait would exceed it or the request's timeout, the last failure is returned at once,
/// with [`retry_after`](crate::Error::retry_after) for the caller to act on. Use [`patient`](Self::patient) for jobs that may
/// wait:
///
/// ```no_run
/// # #[cfg(feature = "api-v2010")]
/// # async fn example(twilio: twilio_sdk::Client) -> twilio_sdk::Result<()> {
/// use std::time::Duration;
/// use twilio_sdk::RetryConfig;
///
/// let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
/// message.with_retry(RetryConfig::patient()).with_timeout(Duration::from_secs(600)).send().await?;
/// # Ok(())
/// # }
/// ```
///
/// **Codes that persist** come with 429 too, but last for minutes or hours: a verification with too many sends (60203) or
/// checks (60202), a rate limit of a Verify service (60207), a full message queue (21611), messages per hour (60728) or per
/// day (63038). Source: `https://www.twilio.com/docs/api/errors/CODE`. 20429 passes soon and is retried.
///
/// RFC 9110, section 9.2.2, says which methods are idempotent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryConfig {
    /// Maximum number of attempts, the first included.
    pub max_attempts: u32,
    /// Backoff before the second attempt.
    pub initial_backoff: Duration,
    /// Factor by which the backoff grows from attempt to attempt.
    pub backoff_multiplier: u32,
    /// Maximum backoff before an attempt.
    pub max_backoff: Duration,
    /// Maximum duration of all waits of a request together.
    pub max_total_delay: Duration,
    /// Statuses after which a request may be retried.
    pub retryable_statuses: Vec<u16>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(250),
            backoff_multiplier: 2,
            max_backoff: Duration::from_secs(8),
            max_total_delay: Duration::from_secs(2),
            retryable_statuses: vec![429, 500, 502, 503, 504],
        }
    }
}

/// Statuses that a retry cannot change, or that mean that the credentials were rejected.
const NEVER: [u16; 3] = [400, 401, 403];

impl RetryConfig {
    /// Creates the default settings: three attempts, a backoff from 250 ms doubling up to 8 s, waits of at most 2 s in
    /// total, statuses 429, 500, 502, 503 and 504.
    pub fn new() -> Self {
        Self::default()
    }

    /// Disables retries.
    pub fn disabled() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Creates settings for background jobs: eight attempts, a backoff from 1 s doubling up to 1 minute, waits of at most
    /// 10 minutes in total. The request's timeout limits them too: set it to more than the default of 30 s.
    pub fn patient() -> Self {
        Self {
            max_attempts: 8,
            initial_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(60),
            max_total_delay: Duration::from_secs(600),
            ..Self::default()
        }
    }

    /// Sets the maximum number of attempts, the first included. Default: 3; minimum: 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the backoff before the second attempt. Default: 250 ms; minimum: 1 ms.
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = backoff;
        self
    }

    /// Sets the backoff multiplier. Default: 2; minimum: 1.
    pub fn backoff_multiplier(mut self, multiplier: u32) -> Self {
        self.backoff_multiplier = multiplier;
        self
    }

    /// Sets the maximum backoff before an attempt. Default: 8 s. A `Retry-After` may be longer.
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = backoff;
        self
    }

    /// Sets the maximum duration of all waits of a request together, including `Retry-After`. Default: 2 s. If the next wait
    /// would exceed it, the last failure is returned.
    pub fn max_total_delay(mut self, total: Duration) -> Self {
        self.max_total_delay = total;
        self
    }

    /// Sets the statuses after which a request may be retried. Default: 429, 500, 502, 503 and 504.
    ///
    /// 429 is safe for every method, the others for idempotent requests. 400, 401 and 403 are rejected.
    pub fn retryable_statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.retryable_statuses = statuses.into_iter().collect();
        self
    }

    /// Returns an error for settings that cannot work.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::config(format!("retry: {message}")));
        if self.max_attempts == 0 {
            return wrong("max_attempts is 0; the first attempt counts, so give 1 for no retry");
        }
        if self.backoff_multiplier == 0 {
            return wrong("backoff_multiplier is 0; give 1 for equal waits");
        }
        if self.initial_backoff < Duration::from_millis(1) || self.max_backoff < self.initial_backoff {
            return wrong("initial_backoff must be at least 1 ms, and max_backoff at least initial_backoff");
        }
        if let Some(status) = self.retryable_statuses.iter().find(|status| NEVER.contains(status)) {
            return wrong(&format!("status {status} is never retried, because a retry cannot succeed"));
        }
        if let Some(status) = self.retryable_statuses.iter().find(|status| !(400..600).contains(*status)) {
            return wrong(&format!("status {status} is not an error status; give statuses from 400 to 599"));
        }
        Ok(())
    }

    pub(crate) fn retries(&self, status: StatusCode) -> bool {
        let status = status.as_u16();
        self.retryable_statuses.contains(&status) && !NEVER.contains(&status)
    }

    /// Returns a random wait after a number of attempts, given the `Retry-After` of the server; `None` after the last
    /// attempt.
    pub(crate) fn delay(&self, attempts: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let grown = self
            .initial_backoff
            .min(FOREVER)
            .saturating_mul(self.backoff_multiplier.saturating_pow(attempts.saturating_sub(1)));
        let backoff = grown.min(self.max_backoff).min(FOREVER);
        let asked = asked.unwrap_or_default();
        Some(match asked > backoff {
            true => asked.saturating_add(drawn(backoff)),
            false => asked.max(backoff / 2 + drawn(backoff / 2)),
        })
    }
}

/// Returns a random duration up to a bound. It is not a secret, so the system-seeded keys of the hasher are random enough.
fn drawn(bound: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let share = u128::from(random >> 32);
    let nanos = (bound.as_nanos() * share) >> 32;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).min(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_the_longer_of_backoff_and_retry_after_and_differ() {
        let ms = Duration::from_millis;
        let config = RetryConfig::new()
            .max_attempts(8)
            .initial_backoff(ms(100))
            .backoff_multiplier(3)
            .max_backoff(ms(1000));
        let past = Some(Duration::ZERO);
        for (attempts, asked, least, most) in [
            (1, None, 50, 100),
            (2, None, 150, 300),
            (3, None, 450, 900),
            (4, None, 500, 1000),
            (7, None, 500, 1000),
            (1, past, 50, 100),
            (4, past, 500, 1000),
            (1, Some(ms(7000)), 7000, 7100),
            (4, Some(ms(7000)), 7000, 8000),
            (4, Some(ms(900)), 900, 1000),
        ] {
            let drawn: Vec<Duration> = (0..200).filter_map(|_| config.delay(attempts, asked)).collect();
            assert_eq!(drawn.len(), 200);
            let shown = format!("{attempts} {asked:?}");
            assert!(drawn.iter().all(|delay| (ms(least)..=ms(most)).contains(delay)), "{shown}");
            // Jitter reaches both halves of its range, whatever `Retry-After` is.
            let middle = ms(least) + ms(most - least) / 2;
            let widely = asked != Some(ms(900));
            assert!(!widely || drawn.iter().any(|delay| *delay < middle), "{shown}");
            assert!(!widely || drawn.iter().any(|delay| *delay > middle), "{shown}");
        }
        assert_eq!(config.delay(8, None), None);
        assert_eq!(RetryConfig::disabled().delay(1, None), None);
        let many = RetryConfig::new().max_attempts(u32::MAX);
        assert!(many.delay(4_000_000_000, Some(Duration::MAX)).is_some());
        let endless = RetryConfig::new()
            .initial_backoff(Duration::MAX)
            .max_backoff(Duration::MAX)
            .backoff_multiplier(u32::MAX);
        assert!(endless.max_attempts(u32::MAX).delay(u32::MAX - 1, None).is_some());
    }

    #[test]
    fn invalid_settings_are_rejected_and_named() {
        assert!(RetryConfig::new().check().is_ok() && RetryConfig::disabled().check().is_ok());
        let second = Duration::from_secs(1);
        for (config, word) in [
            (RetryConfig::new().max_attempts(0), "max_attempts"),
            (RetryConfig::new().backoff_multiplier(0), "backoff_multiplier"),
            (RetryConfig::new().initial_backoff(Duration::ZERO), "initial_backoff"),
            (RetryConfig::new().initial_backoff(second).max_backoff(second / 2), "max_backoff"),
            (RetryConfig::new().retryable_statuses([503, 401]), "401"),
            (RetryConfig::new().retryable_statuses([200]), "200"),
        ] {
            let error = config.check().expect_err(word);
            assert!(error.is_config() && error.to_string().contains(word), "{error}");
        }
    }
}
