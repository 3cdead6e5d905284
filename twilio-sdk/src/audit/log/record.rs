use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::audit::{AuditEventKind, Event, Outcome};

/// A line of a log.
///
/// It is a JSON object with the names of this struct's fields, in this order; what is not known is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Record {
    /// The line's number, from 1, on through all files.
    pub seq: u64,
    /// When it was written, in UTC (RFC 3339).
    pub ts: String,
    /// What happened, see [`AuditEventKind::as_str`].
    pub event: String,
    /// How it ended, see [`Outcome::as_str`].
    pub outcome: String,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// In which role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What was done or asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// To what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why it ended as it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What ties it to other records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The SHA-256 of the line before, without its end, in 64 hexadecimal digits; zeros in the first line.
    pub prev_hash: String,
}

impl Record {
    /// Returns the kind of event; `None` for one that only a newer version of the SDK knows.
    pub fn kind(&self) -> Option<AuditEventKind> {
        AuditEventKind::parse(&self.event)
    }

    /// How it ended.
    pub fn outcome(&self) -> Option<Outcome> {
        Outcome::parse(&self.outcome)
    }

    /// When it was written.
    pub fn time(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(&self.ts, &Rfc3339).ok()
    }

    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// The line of an event, with its end.
    pub(super) fn line(
        event: &Event,
        seq: u64,
        prev_hash: &str,
        clean: impl Fn(&str) -> String,
    ) -> Result<Vec<u8>, String> {
        let ts = OffsetDateTime::now_utc().format(&Rfc3339).map_err(|_| "the clock has no date of use")?;
        let text = |text: &Option<String>| text.as_deref().map(&clean);
        let record = Self {
            seq,
            ts,
            event: event.kind().as_str().to_owned(),
            outcome: event.outcome().as_str().to_owned(),
            actor: text(&event.actor),
            role: text(&event.role),
            action: text(&event.action),
            resource: text(&event.resource),
            source: text(&event.source),
            reason: text(&event.reason),
            correlation_id: text(&event.correlation_id),
            prev_hash: prev_hash.to_owned(),
        };
        let mut line = serde_json::to_vec(&record).map_err(|error| error.to_string())?;
        line.push(b'\n');
        Ok(line)
    }
}
