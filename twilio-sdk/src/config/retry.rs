use std::time::Duration;

use http::StatusCode;
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy as _};

use super::FOREVER;
use crate::{Error, Result};

/// When and how often a call is tried again.
///
/// Nothing is sent twice by accident. What may be tried again depends on what is known to have happened:
///
/// | what happened | any method | GET, PUT, DELETE, or a call marked with `with_idempotent(true)` |
/// |---|---|---|
/// | no connection was made, or the server gave the request back unread (HTTP/2's REFUSED_STREAM or GOAWAY) | again | again |
/// | 429, where it is one of [`statuses`](Self::statuses): Twilio did not carry it out | again | again |
/// | another status of [`statuses`](Self::statuses) | no | again |
/// | connection lost, or no answer in time | no | again |
/// | 401 with an OAuth token, for the first time in the call: once more with a fresh token, whatever is set | again | again |
/// | any other status; 400, 401 and 403 whatever else is set | no | no |
/// | the answer cannot be read, or is larger than [`ResponseLimits`](crate::ResponseLimits) | no | no |
/// | TLS refused the server or the client | no | no |
/// | nothing was sent: the client's own limits or the circuit breaker held the call back, or there is no token | no | no |
///
/// The wait before attempt `n + 1` is random between nothing and `base * factor^(n - 1)`, at most `max_delay`
/// (full jitter). An answer's `Retry-After` (RFC 9110, section 10.2.3) replaces it. Where the wait would pass the
/// call's time-out, the last failure is returned at once. Which methods are idempotent is said in section 9.2.2.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryConfig {
    pub(crate) max_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) factor: u32,
    pub(crate) max_delay: Duration,
    pub(crate) statuses: Vec<u16>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(250),
            factor: 2,
            max_delay: Duration::from_secs(8),
            statuses: vec![429, 500, 502, 503, 504],
        }
    }
}

/// Statuses that a second attempt cannot change, or that mean that the credentials are refused.
const NEVER: [u16; 3] = [400, 401, 403];

impl RetryConfig {
    /// The defaults: three attempts, waits from 250 ms doubling up to 8 s, statuses 429, 500, 502, 503 and 504.
    pub fn new() -> Self {
        Self::default()
    }

    /// No second attempt.
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// How many attempts a call may take, the first included; 3 unless set, at least 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait before the second attempt; 250 ms unless set, at least 1 ms.
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// By how much the longest wait grows from attempt to attempt; 2 unless set, at least 1.
    pub fn factor(mut self, factor: u32) -> Self {
        self.factor = factor;
        self
    }

    /// The longest wait before any attempt, unless `Retry-After` says more; 8 s unless set.
    pub fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }

    /// The statuses after which a call may be tried again; 429, 500, 502, 503 and 504 unless set.
    ///
    /// 429 is safe for every method, the others for idempotent calls. 400, 401 and 403 are refused.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.statuses = statuses.into_iter().collect();
        self
    }

    /// Whether the settings can work.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::config(format!("retry: {message}")));
        if self.max_attempts == 0 {
            return wrong("max_attempts is 0; the first attempt counts, so 1 means no retry");
        }
        if self.factor == 0 {
            return wrong("factor is 0; 1 keeps the waits equal");
        }
        if self.base < Duration::from_millis(1) || self.max_delay < self.base {
            return wrong("base must be at least 1 ms, and max_delay at least base");
        }
        if let Some(status) = self.statuses.iter().find(|status| NEVER.contains(status)) {
            return wrong(&format!("status {status} is never tried again: another attempt cannot succeed"));
        }
        if let Some(status) = self.statuses.iter().find(|status| !(400..600).contains(*status)) {
            return wrong(&format!("status {status} is no error"));
        }
        Ok(())
    }

    pub(crate) fn retries(&self, status: StatusCode) -> bool {
        let status = status.as_u16();
        self.statuses.contains(&status) && !NEVER.contains(&status)
    }

    /// The wait after a number of attempts, drawn anew each time; `None` after the last one.
    pub(crate) fn delay(&self, attempts: u32) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let (base, max_delay) = (self.base.min(FOREVER), self.max_delay.min(FOREVER));
        let policy = ExponentialBackoff::builder()
            .retry_bounds(base, max_delay)
            .base(self.factor)
            .jitter(Jitter::Full)
            .build_with_max_retries(self.max_attempts - 1);
        match policy.should_retry(std::time::SystemTime::now(), attempts.saturating_sub(1)) {
            // Counted from a later moment than the draw's, the wait is within its bound; nothing is left of it
            // where the draw was nothing.
            RetryDecision::Retry { execute_after } => {
                let wait = execute_after.duration_since(std::time::SystemTime::now()).unwrap_or_default();
                Some(wait.min(max_delay))
            }
            RetryDecision::DoNotRetry => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_drawn_below_a_bound_that_grows_and_is_capped() {
        let config = RetryConfig::new().max_attempts(8).base(Duration::from_millis(100)).factor(3);
        let config = config.max_delay(Duration::from_secs(1));
        for (attempts, bound) in [(1, 100), (2, 300), (3, 900), (4, 1000), (7, 1000)] {
            let bound = Duration::from_millis(bound);
            let drawn: Vec<Duration> = (0..200).filter_map(|_| config.delay(attempts)).collect();
            assert_eq!(drawn.len(), 200);
            assert!(drawn.iter().all(|delay| *delay <= bound), "{attempts}");
            // Full jitter reaches both halves of the range.
            assert!(drawn.iter().any(|delay| *delay < bound / 2), "{attempts}");
            assert!(drawn.iter().any(|delay| *delay > bound / 2), "{attempts}");
        }
        assert_eq!(config.delay(8), None);
        assert_eq!(RetryConfig::none().delay(1), None);
        assert!(RetryConfig::new().max_attempts(u32::MAX).delay(4_000_000_000).is_some());
        let endless = RetryConfig::new().base(Duration::MAX).max_delay(Duration::MAX).factor(u32::MAX);
        assert!(endless.max_attempts(u32::MAX).delay(u32::MAX - 1).is_some());
    }

    #[test]
    fn senseless_settings_are_refused_and_named() {
        assert!(RetryConfig::new().check().is_ok() && RetryConfig::none().check().is_ok());
        let second = Duration::from_secs(1);
        for (config, word) in [
            (RetryConfig::new().max_attempts(0), "max_attempts"),
            (RetryConfig::new().factor(0), "factor"),
            (RetryConfig::new().base(Duration::ZERO), "base"),
            (RetryConfig::new().base(second).max_delay(second / 2), "max_delay"),
            (RetryConfig::new().statuses([503, 401]), "401"),
            (RetryConfig::new().statuses([200]), "200"),
        ] {
            let error = config.check().expect_err(word);
            assert!(error.is_config() && error.to_string().contains(word), "{error}");
        }
    }
}
