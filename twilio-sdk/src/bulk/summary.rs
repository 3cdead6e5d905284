use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Error;

/// Counts of the outcomes of a run.
///
/// With feature `serialize` it serializes as an object of its methods, `elapsed` as seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkSummary {
    started: Instant,
    succeeded: u64,
    rejected: u64,
    unknown: u64,
    not_sent: u64,
}

impl BulkSummary {
    pub(super) fn new(started: Instant) -> Self {
        Self { started, succeeded: 0, rejected: 0, unknown: 0, not_sent: 0 }
    }

    pub(super) fn count(&mut self, error: Option<&Error>) {
        let counter = match error {
            None => &mut self.succeeded,
            Some(error) if error.may_have_executed() => &mut self.unknown,
            Some(error) if error.is_api() => &mut self.rejected,
            Some(_) => &mut self.not_sent,
        };
        *counter += 1;
    }

    /// Returns the number of completed requests.
    pub fn total(&self) -> u64 {
        self.succeeded + self.rejected + self.unknown + self.not_sent
    }

    /// Returns the number of requests with a successful response.
    pub fn succeeded(&self) -> u64 {
        self.succeeded
    }

    /// Returns the number of requests that Twilio rejected and did not execute.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Returns the number of requests whose outcome is unknown: Twilio may have executed them.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Returns the number of requests that never reached Twilio.
    pub fn not_sent(&self) -> u64 {
        self.not_sent
    }

    /// Returns the time since the start of the run.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl fmt::Display for BulkSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (total, seconds) = (self.total(), self.elapsed().as_secs_f64());
        write!(
            f,
            "{total} requests in {seconds:.1} s: {} succeeded, {} rejected, {} unknown, {} not sent",
            self.succeeded, self.rejected, self.unknown, self.not_sent
        )
    }
}

#[cfg(feature = "serialize")]
impl serde::Serialize for BulkSummary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("BulkSummary", 6)?;
        fields.serialize_field("total", &self.total())?;
        fields.serialize_field("succeeded", &self.succeeded)?;
        fields.serialize_field("rejected", &self.rejected)?;
        fields.serialize_field("unknown", &self.unknown)?;
        fields.serialize_field("not_sent", &self.not_sent)?;
        fields.serialize_field("elapsed", &self.elapsed().as_secs_f64())?;
        fields.end()
    }
}
