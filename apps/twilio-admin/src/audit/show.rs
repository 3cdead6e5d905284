use std::io::{self, Write};

use crate::exit::Done;
use crate::output::{BAD, GOOD, HEAD, ODD, shown};
use crate::session::Session;
use twilio_sdk::audit::{AuditRecord, EventOutcome};

/// Prints a record on one line: number, timestamp, outcome, event and fields.
pub(super) fn record(session: &Session, record: &AuditRecord) -> Done {
    session.output.print(record, |out| line(out, record))
}

/// Writes the line of a record.
pub(super) fn line(out: &mut dyn Write, record: &AuditRecord) -> io::Result<()> {
    let colour = match record.outcome.known() {
        Some(EventOutcome::Ok) => GOOD,
        Some(EventOutcome::Denied) => BAD,
        _ => ODD,
    };
    let (ts, outcome, event) =
        (shown(&record.ts), shown(record.outcome.as_str()), shown(record.event.as_str()));
    write!(out, "{} {ts} {colour}{outcome}{colour:#} {HEAD}{event}{HEAD:#}", record.seq)?;
    let fields = [
        ("actor", &record.actor),
        ("role", &record.role),
        ("action", &record.action),
        ("resource", &record.resource),
        ("source", &record.source),
        ("reason", &record.reason),
        ("correlation_id", &record.correlation_id),
    ];
    for (name, text) in fields {
        if let Some(text) = text {
            write!(out, " {name}={:?}", Quoted(text))?;
        }
    }
    writeln!(out)
}

/// A quoted string without control characters.
struct Quoted<'t>(&'t str);

impl std::fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let escaped = self.0.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{}\"", shown(&escaped))
    }
}
