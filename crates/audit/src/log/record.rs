use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::recorded::Recorded;
use crate::{AuditEvent, AuditEventKind, EventOutcome};

/// A record of a log: one line, a JSON object with the names of these fields, in this order, without those that are not set.
///
/// `Display` writes it as one line for people, with every control character escaped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AuditRecord {
    /// The number of the record, from 1, counted through all files.
    pub seq: u64,
    /// When it was written: RFC 3339, in UTC.
    pub ts: String,
    /// What happened.
    pub event: Recorded<AuditEventKind>,
    /// How it ended.
    pub outcome: Recorded<EventOutcome>,
    /// The actor: the name of a user or the ID of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The actor's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What was done or requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What was acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Where the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The reason of the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The ID that related records share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The SHA-256 of the line before, without its line end, in 64 hexadecimal digits; zeros in the first line.
    pub prev_hash: String,
}

impl AuditRecord {
    /// Returns when it was written, or `None` if `ts` is no timestamp.
    pub fn time(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(&self.ts, &Rfc3339).ok()
    }

    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// Returns the line of an event, with its line end.
    pub(super) fn line(
        event: &AuditEvent,
        seq: u64,
        prev_hash: &str,
        clean: impl Fn(&str) -> String,
    ) -> Result<Vec<u8>, String> {
        let ts =
            OffsetDateTime::now_utc().format(&Rfc3339).map_err(|_| "the system clock has an invalid date")?;
        let field = |name: &str| event.field(name).map(&clean);
        let record = Self {
            seq,
            ts,
            event: Recorded::Known(event.kind()),
            outcome: Recorded::Known(event.outcome()),
            actor: field("actor"),
            role: field("role"),
            action: field("action"),
            resource: field("resource"),
            source: field("source"),
            reason: field("reason"),
            correlation_id: field("correlation_id"),
            prev_hash: prev_hash.to_owned(),
        };
        let mut line = serde_json::to_vec(&record).map_err(|error| error.to_string())?;
        line.push(b'\n');
        Ok(line)
    }
}

impl fmt::Display for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.seq, self.ts.escape_debug(), self.outcome, self.event)?;
        let fields = [
            ("actor", &self.actor),
            ("role", &self.role),
            ("action", &self.action),
            ("resource", &self.resource),
            ("source", &self.source),
            ("reason", &self.reason),
            ("correlation_id", &self.correlation_id),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                write!(f, " {name}={value:?}")?;
            }
        }
        Ok(())
    }
}
