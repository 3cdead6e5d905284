use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use http::StatusCode;

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
/// | 429 with a code of Twilio's that lasts: 21611, 60202, 60203, 60207, 60728, 63038 | no | no |
/// | another status of [`statuses`](Self::statuses) | no | again |
/// | connection lost, or no answer in time | no | again |
/// | 401 with an OAuth token, for the first time in the call: once more with a fresh token, whatever is set | again | again |
/// | any other status; 400, 401 and 403 whatever else is set | no | no |
/// | the answer cannot be read, or is larger than [`ResponseLimits`](crate::ResponseLimits) | no | no |
/// | TLS refused the server or the client | no | no |
/// | nothing was sent: the client's own limits or the circuit breaker held the call back, or there is no token | no | no |
///
///
/// The operations that take an `Idempotency-Key` are idempotent when it is set; every attempt sends the same key.
///
/// **Waits.** The backoff before attempt `n + 1` is `base * factor^(n - 1)`, at most `max_delay`; the wait is random
/// between half of it and all of it. Where a response's `Retry-After` (RFC 9110, section 10.2.3) asks for more, the wait is
/// what it asks for and up to one backoff more, so that clients that were told the same do not return at once.
///
/// **Bounds.** All waits of a request together are at most [`max_total_delay`](Self::max_total_delay): 2 s, which a web
/// handler can afford. A wait that would pass it, or the request's timeout, is not begun: the last failure is returned at
/// once, with [`retry_after`](crate::Error::retry_after) for the caller to act on. Jobs that may wait take
/// [`patient`](Self::patient):
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
/// **Codes that last** come with 429 too, but for minutes or hours: a verification with too many sends (60203) or checks
/// (60202), a rate limit of a Verify service (60207), a full queue of messages (21611), messages of an hour (60728) or a day
/// (63038). Source: `https://www.twilio.com/docs/api/errors/CODE`. 20429 passes and is retried.
///
/// Which methods are idempotent is said in RFC 9110, section 9.2.2.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryConfig {
    pub(crate) max_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) factor: u32,
    pub(crate) max_delay: Duration,
    pub(crate) max_total_delay: Duration,
    pub(crate) statuses: Vec<u16>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(250),
            factor: 2,
            max_delay: Duration::from_secs(8),
            max_total_delay: Duration::from_secs(2),
            statuses: vec![429, 500, 502, 503, 504],
        }
    }
}

/// Statuses that a second attempt cannot change, or that mean that the credentials are refused.
const NEVER: [u16; 3] = [400, 401, 403];

impl RetryConfig {
    /// The defaults: three attempts, backoff from 250 ms doubling up to 8 s, at most 2 s of waits in all, statuses 429, 500,
    /// 502, 503 and 504.
    pub fn new() -> Self {
        Self::default()
    }

    /// No second attempt.
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// For jobs without a user who waits: eight attempts, backoff from 1 s doubling up to 1 minute, at most 10 minutes of
    /// waits in all. The request's timeout bounds it too: set that to more than the default of 30 s.
    pub fn patient() -> Self {
        Self {
            max_attempts: 8,
            base: Duration::from_secs(1),
            max_delay: Duration::from_secs(60),
            max_total_delay: Duration::from_secs(600),
            ..Self::default()
        }
    }

    /// How many attempts a call may take, the first included; 3 unless set, at least 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The backoff before the second attempt; 250 ms unless set, at least 1 ms.
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// By how much the backoff grows from attempt to attempt; 2 unless set, at least 1.
    pub fn factor(mut self, factor: u32) -> Self {
        self.factor = factor;
        self
    }

    /// The longest backoff before any attempt; `Retry-After` may ask for more. 8 s unless set.
    pub fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }

    /// The longest time that all waits of a request may take together, `Retry-After` included; 2 s unless set. A wait that
    /// would pass it is not begun, and the last failure is returned.
    pub fn max_total_delay(mut self, total: Duration) -> Self {
        self.max_total_delay = total;
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

    /// The wait after a number of attempts, drawn anew each time, where the server asked for one; `None` after the last
    /// attempt.
    pub(crate) fn delay(&self, attempts: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let grown =
            self.base.min(FOREVER).saturating_mul(self.factor.saturating_pow(attempts.saturating_sub(1)));
        let backoff = grown.min(self.max_delay).min(FOREVER);
        let asked = asked.unwrap_or_default();
        Some(match asked > backoff {
            true => asked.saturating_add(drawn(backoff)),
            false => asked.max(backoff / 2 + drawn(backoff / 2)),
        })
    }
}

/// Draws a random time up to a bound. A wait is no secret, so the hasher's keys, which the system seeds, are random enough.
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
    fn review_28_waits_are_the_longer_of_backoff_and_what_is_asked_and_differ() {
        let ms = Duration::from_millis;
        let config = RetryConfig::new().max_attempts(8).base(ms(100)).factor(3).max_delay(ms(1000));
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
            // Jitter reaches both halves of its range, whatever was asked for.
            let middle = ms(least) + ms(most - least) / 2;
            let widely = asked != Some(ms(900));
            assert!(!widely || drawn.iter().any(|delay| *delay < middle), "{shown}");
            assert!(!widely || drawn.iter().any(|delay| *delay > middle), "{shown}");
        }
        assert_eq!(config.delay(8, None), None);
        assert_eq!(RetryConfig::none().delay(1, None), None);
        let many = RetryConfig::new().max_attempts(u32::MAX);
        assert!(many.delay(4_000_000_000, Some(Duration::MAX)).is_some());
        let endless = RetryConfig::new().base(Duration::MAX).max_delay(Duration::MAX).factor(u32::MAX);
        assert!(endless.max_attempts(u32::MAX).delay(u32::MAX - 1, None).is_some());
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
