use std::time::Duration;

use http::StatusCode;

use crate::{Error, Result};

/// When calls to a host that keeps failing are refused at once instead of being sent.
///
/// For each host the outcomes of the last [`window`](Self::window) are counted. When at least
/// [`volume_threshold`](Self::volume_threshold) attempts ended in it and the share that failed reaches
/// [`failure_ratio`](Self::failure_ratio), the circuit opens: calls end at once with an error that
/// [`is_circuit_open`](crate::Error::is_circuit_open). After [`reset_after`](Self::reset_after) it is half open:
/// [`half_open_probes`](Self::half_open_probes) attempts are let through; when all succeed it closes, and the first
/// that fails opens it again.
///
/// An attempt failed when no connection was made, the connection was lost, no answer came in time, or the answer's
/// status is one of [`statuses`](Self::statuses). A timeout counts only if the attempt had the time that the client's
/// settings give one: a request's own shorter timeout says nothing about the host. Calls that were dropped, and those that
/// never reached the host for another reason, count neither way.
///
/// ```
/// use std::time::Duration;
/// use twilio_sdk::CircuitBreakerConfig;
///
/// let breaker = CircuitBreakerConfig::new().volume_threshold(20).reset_after(Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CircuitBreakerConfig {
    pub(crate) volume_threshold: u32,
    pub(crate) window: Duration,
    pub(crate) bucket: Duration,
    pub(crate) failure_ratio: f64,
    pub(crate) reset_after: Duration,
    pub(crate) half_open_probes: u32,
    pub(crate) statuses: Vec<u16>,
}

impl Default for CircuitBreakerConfig {
    fn default() -> Self {
        Self {
            volume_threshold: 10,
            window: Duration::from_secs(60),
            bucket: Duration::from_secs(10),
            failure_ratio: 0.5,
            reset_after: Duration::from_secs(30),
            half_open_probes: 1,
            statuses: vec![500, 502, 503, 504],
        }
    }
}

impl CircuitBreakerConfig {
    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many attempts must have ended within the window before the circuit may open; 10 unless set.
    pub fn volume_threshold(mut self, attempts: u32) -> Self {
        self.volume_threshold = attempts;
        self
    }

    /// Over what time outcomes are counted; 60 s unless set.
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// In what steps outcomes leave the window; 10 s unless set, at most the window and at least a thousandth of it.
    pub fn bucket(mut self, bucket: Duration) -> Self {
        self.bucket = bucket;
        self
    }

    /// The share of failures, above 0 and at most 1, at which the circuit opens; 0.5 unless set.
    pub fn failure_ratio(mut self, ratio: f64) -> Self {
        self.failure_ratio = ratio;
        self
    }

    /// How long the circuit stays open before a probe is let through; 30 s unless set.
    pub fn reset_after(mut self, time: Duration) -> Self {
        self.reset_after = time;
        self
    }

    /// How many attempts are let through while the circuit is half open, all of which must succeed; 1 unless set.
    pub fn half_open_probes(mut self, probes: u32) -> Self {
        self.half_open_probes = probes;
        self
    }

    /// The statuses that count as failures; 500, 502, 503 and 504 unless set.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.statuses = statuses.into_iter().collect();
        self
    }

    pub(crate) fn fails(&self, status: StatusCode) -> bool {
        self.statuses.contains(&status.as_u16())
    }

    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |what: &str| Err(Error::config(format!("circuit_breaker: {what}")));
        if self.volume_threshold == 0 {
            return wrong("volume_threshold is 0, with which a circuit would open before anything failed");
        }
        if !(self.failure_ratio > 0.0 && self.failure_ratio <= 1.0) {
            return wrong("failure_ratio must be above 0 and at most 1");
        }
        // Each step is kept, and looked at after each attempt.
        if self.bucket.is_zero() || self.window < self.bucket || self.bucket < self.window / 1000 {
            return wrong("bucket must be above 0, at most the window and at least a thousandth of it");
        }
        if self.reset_after.is_zero() {
            return wrong("reset_after is zero, with which the circuit would never be open");
        }
        if self.half_open_probes == 0 {
            return wrong("half_open_probes is 0, with which an open circuit would never close");
        }
        if let Some(status) = self.statuses.iter().find(|status| !(400..600).contains(*status)) {
            return wrong(&format!("statuses: {status} is no error; give statuses from 400 to 599"));
        }
        Ok(())
    }
}
