use std::time::Duration;

use http::StatusCode;

use crate::{Error, Result};

/// Configures the circuit breaker of each host. An open circuit fails requests without sending them.
///
/// For each host, the attempts within the last [`window`](Self::window) are counted. If there are at least
/// [`min_attempts`](Self::min_attempts) and the share of failures reaches [`failure_ratio`](Self::failure_ratio), the circuit
/// opens: requests fail with an error that [`is_circuit_open`](crate::Error::is_circuit_open). After
/// [`open_duration`](Self::open_duration) it is half open and allows [`half_open_probes`](Self::half_open_probes) attempts. If
/// all of them succeed the circuit closes; the first failure opens it again.
///
/// An attempt fails if there is no connection, the connection is lost, no response arrives in time, or the status of the
/// response is one of [`failure_statuses`](Self::failure_statuses). A timeout counts only if the attempt had the time that
/// the client's settings allow: a request's own shorter timeout says nothing about the host. Requests that were dropped,
/// and those that never reached the host for another reason, are not counted.
///
/// ```
/// use std::time::Duration;
/// use twilio_sdk::CircuitBreakerConfig;
///
/// let breaker = CircuitBreakerConfig::new().min_attempts(20).open_duration(Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CircuitBreakerConfig {
    /// Minimum number of attempts within the window before the circuit may open.
    pub min_attempts: u32,
    /// Time over which attempts are counted.
    pub window: Duration,
    /// Granularity with which attempts leave the window.
    pub bucket_width: Duration,
    /// Share of failures at which the circuit opens.
    pub failure_ratio: f64,
    /// Time that the circuit stays open before it allows a probe.
    pub open_duration: Duration,
    /// Number of attempts that a half-open circuit allows.
    pub half_open_probes: u32,
    /// Statuses that count as failures.
    pub failure_statuses: Vec<u16>,
}

impl Default for CircuitBreakerConfig {
    fn default() -> Self {
        Self {
            min_attempts: 10,
            window: Duration::from_secs(60),
            bucket_width: Duration::from_secs(10),
            failure_ratio: 0.5,
            open_duration: Duration::from_secs(30),
            half_open_probes: 1,
            failure_statuses: vec![500, 502, 503, 504],
        }
    }
}

impl CircuitBreakerConfig {
    /// Creates the default settings, which each setter names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many attempts the window must contain before the circuit may open. Default: 10.
    pub fn min_attempts(mut self, attempts: u32) -> Self {
        self.min_attempts = attempts;
        self
    }

    /// Sets the time over which attempts are counted. Default: 60 s.
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Sets the granularity with which attempts leave the window. Default: 10 s; at most the window and at least a
    /// thousandth of it.
    pub fn bucket_width(mut self, width: Duration) -> Self {
        self.bucket_width = width;
        self
    }

    /// Sets the share of failures at which the circuit opens, above 0 and at most 1. Default: 0.5.
    pub fn failure_ratio(mut self, ratio: f64) -> Self {
        self.failure_ratio = ratio;
        self
    }

    /// Sets how long the circuit stays open before it allows a probe. Default: 30 s.
    pub fn open_duration(mut self, duration: Duration) -> Self {
        self.open_duration = duration;
        self
    }

    /// Sets how many attempts a half-open circuit allows, all of which must succeed. Default: 1.
    pub fn half_open_probes(mut self, probes: u32) -> Self {
        self.half_open_probes = probes;
        self
    }

    /// Sets the statuses that count as failures. Default: 500, 502, 503 and 504.
    pub fn failure_statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.failure_statuses = statuses.into_iter().collect();
        self
    }

    pub(crate) fn fails(&self, status: StatusCode) -> bool {
        self.failure_statuses.contains(&status.as_u16())
    }

    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |what: &str| Err(Error::config(format!("circuit_breaker: {what}")));
        if self.min_attempts == 0 {
            return wrong("min_attempts is 0, which would open the circuit before any failure");
        }
        if !(self.failure_ratio > 0.0 && self.failure_ratio <= 1.0) {
            return wrong("failure_ratio must be above 0 and at most 1");
        }
        // Each bucket is kept, and read after each attempt.
        let width = self.bucket_width;
        if width.is_zero() || self.window < width || width < self.window / 1000 {
            return wrong("bucket_width must be above 0, at most the window and at least a thousandth of it");
        }
        if self.open_duration.is_zero() {
            return wrong("open_duration is zero, with which the circuit would never be open");
        }
        if self.half_open_probes == 0 {
            return wrong("half_open_probes is 0, with which an open circuit would never close");
        }
        if let Some(status) = self.failure_statuses.iter().find(|status| !(400..600).contains(*status)) {
            return wrong(&format!(
                "failure_statuses: {status} is not an error status; give statuses from 400 to 599"
            ));
        }
        Ok(())
    }
}
