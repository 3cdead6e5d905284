use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Error;

/// What has become of the requests of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    started: Instant,
    succeeded: u64,
    refused: u64,
    uncertain: u64,
    not_sent: u64,
}

impl Summary {
    pub(super) fn new(started: Instant) -> Self {
        Self { started, succeeded: 0, refused: 0, uncertain: 0, not_sent: 0 }
    }

    pub(super) fn count(&mut self, error: Option<&Error>) {
        let place = match error {
            None => &mut self.succeeded,
            Some(error) if error.may_have_executed() => &mut self.uncertain,
            Some(error) if error.is_api() => &mut self.refused,
            Some(_) => &mut self.not_sent,
        };
        *place += 1;
    }

    /// How many requests have had their outcome.
    pub fn total(&self) -> u64 {
        self.succeeded + self.refused + self.uncertain + self.not_sent
    }

    /// How many Twilio has carried out and answered.
    pub fn succeeded(&self) -> u64 {
        self.succeeded
    }

    /// How many Twilio has refused, and so not carried out.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// How many have no answer that tells, so that Twilio may have carried them out.
    pub fn uncertain(&self) -> u64 {
        self.uncertain
    }

    /// How many never reached Twilio.
    pub fn not_sent(&self) -> u64 {
        self.not_sent
    }

    /// How long the run has taken so far.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (total, seconds) = (self.total(), self.elapsed().as_secs_f64());
        write!(
            f,
            "{total} requests in {seconds:.1} s: {} succeeded, {} refused, {} uncertain, {} not sent",
            self.succeeded, self.refused, self.uncertain, self.not_sent
        )
    }
}
