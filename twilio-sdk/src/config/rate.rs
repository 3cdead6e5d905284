use std::time::Duration;

use super::FOREVER;
use crate::{Error, Result};

/// The time between two requests of which so many start in a time; zero where there is none.
pub(crate) const fn interval(requests: u32, time: Duration) -> Duration {
    match time.checked_div(requests) {
        Some(interval) => interval,
        None => Duration::ZERO,
    }
}

/// Rejects a limit with which nothing could be sent, or that the limiter cannot count.
pub(crate) fn check(interval: Duration, burst: u32) -> Result<()> {
    if interval.is_zero() {
        return Err(Error::config("rate_limit: the number of requests and the time must both be above 0"));
    }
    if burst == 0 {
        return Err(Error::config("rate_limit: burst is 0, with which nothing could ever be sent"));
    }
    // The limiter counts nanoseconds in 64 bits.
    if interval.checked_mul(burst).is_none_or(|pause| pause > FOREVER) {
        return Err(Error::config(
            "rate_limit: a burst of that many would need a pause of more than 365 days",
        ));
    }
    Ok(())
}

/// How many requests a client starts in a time, whatever its clones and products; second attempts count.
///
/// Requests beyond it wait for their turn, in the order in which they came, within their call's time-out.
///
/// ```
/// use twilio_sdk::RateLimit;
///
/// let limit = RateLimit::per_second(80).burst(10);
/// ```
#[cfg(feature = "rate-limit")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub(crate) interval: Duration,
    pub(crate) burst: u32,
}

#[cfg(feature = "rate-limit")]
impl RateLimit {
    /// At most this many requests a second, and one at a time unless [`burst`](Self::burst) is set.
    pub const fn per_second(requests: u32) -> Self {
        Self::per(requests, Duration::from_secs(1))
    }

    /// At most this many requests in each time of this length, evenly spread.
    pub const fn per(requests: u32, time: Duration) -> Self {
        Self { interval: interval(requests, time), burst: 1 }
    }

    /// How many requests may start at once after a pause; 1 unless set. The pause that they need, which is as many
    /// times the time between two requests, is at most 365 days.
    pub const fn burst(mut self, requests: u32) -> Self {
        self.burst = requests;
        self
    }

    pub(crate) fn check(self) -> Result<()> {
        check(self.interval, self.burst)
    }
}
