use std::time::Duration;

use super::FOREVER;
use crate::{Error, Result};

/// Returns the interval between two requests; zero if there is none.
pub(crate) const fn interval(requests: u32, period: Duration) -> Duration {
    match period.checked_div(requests) {
        Some(interval) => interval,
        None => Duration::ZERO,
    }
}

/// Rejects limits that allow no request, or that the limiter cannot count.
pub(crate) fn check(interval: Duration, burst: u32) -> Result<()> {
    if interval.is_zero() {
        return Err(Error::config("rate_limit: requests and period must both be above 0"));
    }
    if burst == 0 {
        return Err(Error::config("rate_limit: burst is 0, which allows no request; give at least 1"));
    }
    // The limiter counts nanoseconds in 64 bits.
    if interval.checked_mul(burst).is_none_or(|pause| pause > FOREVER) {
        return Err(Error::config(
            "rate_limit: a burst of this size would need a pause of more than 365 days",
        ));
    }
    Ok(())
}

/// Limits how many requests per period a client and its clones start. Retries count.
///
/// Further requests wait, in the order in which they were sent, at most until their timeout.
///
/// ```
/// use twilio_sdk::RateLimit;
///
/// let limit = RateLimit::per_second(80).burst(10);
/// ```
#[cfg(feature = "rate-limit")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RateLimit {
    /// Time between the starts of two requests.
    pub interval: Duration,
    /// Number of requests that may start at once after a pause.
    pub burst: u32,
}

#[cfg(feature = "rate-limit")]
impl RateLimit {
    /// Limits requests per second. They start one at a time unless [`burst`](Self::burst) is set.
    pub const fn per_second(requests: u32) -> Self {
        Self::per_period(requests, Duration::from_secs(1))
    }

    /// Limits requests per period, evenly spread over it.
    pub const fn per_period(requests: u32, period: Duration) -> Self {
        Self { interval: interval(requests, period), burst: 1 }
    }

    /// Sets how many requests may start at once after a pause. Default: 1. The pause that they need, `burst` times the
    /// interval, is at most 365 days.
    pub const fn burst(mut self, requests: u32) -> Self {
        self.burst = requests;
        self
    }

    pub(crate) fn check(self) -> Result<()> {
        check(self.interval, self.burst)
    }
}
