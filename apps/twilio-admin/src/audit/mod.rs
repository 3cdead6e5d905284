//! `audit`: reads the audit log.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use time::OffsetDateTime;

use crate::exit::{Code, Done, Failure};
use crate::output::{BAD, GOOD, ODD, shown};
use crate::session::Session;
use crate::timestamps::past;
use twilio_sdk::access_control::{Bindings, Permission};
use twilio_sdk::audit::{
    AuditError, AuditEvent, AuditEventKind, AuditLog, AuditSink, ChainHead, EventOutcome, RecordFilter,
    VerifyError, read_tail, search_log, verify_log,
};
use twilio_sdk::types::SecretString;

/// The audit log; needs the permission view_logs
///
/// Reads the log of the users database, or with --audit-log another one, such as a copy.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Verifies that no line was changed, removed, inserted or moved
    ///
    /// Exits with 5 if one was. Changes without a record of their end are listed, and are no tampering: the program ended in
    /// between, or the change is in progress. Keep the printed head elsewhere, and give it to --anchor the next time: an attacker
    /// who can write to the log's folder could replace the log.
    ///
    /// JSON: {"ok": true, "first": NUMBER, "last": NUMBER, "hash": HASH, "files": NUMBER, "open": [the
    /// records of these changes]}, or {"ok": false, "fault":
    /// "changed" | "removed" | "inserted" | "moved" | "truncated" | "no_head", "file": FILE or null, "line": NUMBER or
    /// null, "message": STRING}
    Verify {
        /// A record that must be in the log, as an earlier `audit verify` printed it
        #[arg(long, value_name = "NUMBER:HASH", value_parser = anchor)]
        anchor: Option<ChainHead>,
    },
    /// Prints the last records
    ///
    /// JSON: each record on a line of its own, as it is in the log
    Tail {
        /// The number of records
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: usize,
    },
    /// Prints the records that match all options
    ///
    /// JSON: each record on a line of its own, as it is in the log
    Search(SearchArgs),
    /// Moves the users database to another log; needs all permissions
    ///
    /// Recorded in both logs. The old one is kept.
    ///
    /// JSON: {"audit_log": FILE}
    Move {
        /// The other log, which is created if it is missing
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
struct SearchArgs {
    /// The kind of event, such as user.add or an application's order.refund; may be repeated
    #[arg(long, visible_alias = "kind", value_name = "KIND", value_parser = kind)]
    event: Vec<AuditEventKind>,
    /// The outcome: ok, denied or failed; or begun, for the first of the two records of a change
    #[arg(long, value_parser = outcome)]
    outcome: Option<EventOutcome>,
    /// The actor: a username or a key ID
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// What was acted on
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// Where the request came from
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The correlation ID
    #[arg(long, value_name = "ID")]
    correlation_id: Option<String>,
    /// Starts at this time: an RFC 3339 timestamp, or a duration before now such as 24h
    #[arg(long, value_name = "TIMESTAMP", value_parser = past)]
    since: Option<OffsetDateTime>,
    /// Ends before this time
    #[arg(long, value_name = "TIMESTAMP", value_parser = past)]
    until: Option<OffsetDateTime>,
}

fn anchor(text: &str) -> Result<ChainHead, &'static str> {
    text.parse().map_err(|_| "expected NUMBER:HASH, as audit verify prints it")
}

fn kind(text: &str) -> Result<AuditEventKind, String> {
    text.parse().map_err(|_| {
        let all: Vec<_> = AuditEventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("expected {}, or a kind of an application, such as order.refund", all.join(", "))
    })
}

fn outcome(text: &str) -> Result<EventOutcome, &'static str> {
    text.parse().map_err(|_| "expected begun, ok, denied or failed")
}

impl SearchArgs {
    fn filter(&self) -> RecordFilter {
        let mut filter = self.event.iter().fold(RecordFilter::new(), |filter, kind| filter.kind(*kind));
        if let Some(outcome) = self.outcome {
            filter = filter.outcome(outcome);
        }
        if let Some(actor) = &self.actor {
            filter = filter.actor(actor);
        }
        if let Some(resource) = &self.resource {
            filter = filter.resource(resource);
        }
        if let Some(source) = &self.source {
            filter = filter.source(source);
        }
        if let Some(id) = &self.correlation_id {
            filter = filter.correlation_id(id);
        }
        if let Some(since) = self.since {
            filter = filter.since(since);
        }
        match self.until {
            Some(until) => filter.until(until),
            None => filter,
        }
    }
}

impl Audit {
    pub(crate) fn run(&self, session: &Session) -> Done {
        if let Action::Move { file } = &self.action {
            return moved(session, file);
        }
        let log = session.allow_to_read()?;
        match &self.action {
            Action::Move { .. } => Ok(()),
            Action::Verify { anchor } => check(session, &log, anchor.as_ref()),
            Action::Tail { lines } => {
                require_log(&log)?;
                let records = read_tail(&log, *lines)?;
                records.iter().try_for_each(|record| show::record(session, record))
            }
            Action::Search(args) => {
                require_log(&log)?;
                for record in search_log(&log, args.filter())? {
                    show::record(session, &record?)?;
                }
                Ok(())
            }
        }
    }
}

/// Binds the users database to another log. Recorded in both.
fn moved(session: &Session, file: &std::path::Path) -> Done {
    let (member, db) = session.owner()?;
    session.check_owner(file)?;
    let principal = &member.principal;
    session.wait(member.access.require(principal, Permission::ManageUsers))?;
    let logs = Both(AuditLog::open(session.log_path(&db)?)?, AuditLog::open(file)?);
    session.claim(file)?;
    let moved = db.bindings_of(file, None)?;
    let bindings = Bindings { audit_log: moved.audit_log, ..db.bindings.clone() };
    session.wait(member.access.with_audit(logs).bind(principal, bindings))?;
    let file = file.display().to_string();
    let text = format!("The audit log of the users database is {}.", shown(&file));
    session.output.line(&json!({"audit_log": file}), &text)
}

/// Records in both logs.
struct Both(AuditLog, AuditLog);

impl AuditSink for Both {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        self.0.record(event)?;
        self.1.record(event)
    }

    fn redact_secret(&self, secret: &SecretString) {
        self.0.redact_secret(secret);
        self.1.redact_secret(secret);
    }
}

/// Requires that the log exists: a mistyped path must not look like a log without matches.
fn require_log(log: &std::path::Path) -> Done {
    match log.try_exists().unwrap_or(true) {
        true => Ok(()),
        false => Err(Failure::name("no such log; check the path").at(log.display())),
    }
}

fn check(session: &Session, log: &std::path::Path, anchor: Option<&ChainHead>) -> Done {
    let (fault, file, line, message) = match verify_log(log, anchor) {
        Ok(verified) => {
            let (first, last, hash) = (verified.first(), verified.head().seq(), verified.head().hash());
            let (files, open) = (verified.files(), verified.open());
            let json =
                json!({"ok": true, "first": first, "last": last, "hash": hash, "files": files, "open": open});
            return session.output.print(&json, |out| {
                writeln!(out, "{GOOD}The log is intact{GOOD:#}, from record {first} to record {last}.")?;
                writeln!(out, "{last}:{hash}")?;
                if !open.is_empty() {
                    let many = open.len();
                    writeln!(out, "{ODD}Changes without a record of their end{ODD:#}, which may or may not have been made: {many}")?;
                }
                open.iter().try_for_each(|record| show::line(out, record))
            });
        }
        Err(error @ VerifyError::MissingHead) => ("no_head".to_owned(), None, None, error.to_string()),
        Err(error) => {
            let message = error.to_string();
            match error {
                VerifyError::Tampered { tampering, file, line } => {
                    (tampering.to_string(), Some(file.display().to_string()), Some(line), message)
                }
                VerifyError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Err(Failure::name("no such log; check the path").at(log.display()));
                }
                _ => return Err(Failure::new(Code::Failed, message)),
            }
        }
    };
    let json = json!({"ok": false, "fault": fault, "file": file, "line": line, "message": message});
    session.output.print(&json, |out| writeln!(out, "{BAD}Tampered with{BAD:#}: {}", shown(&message)))?;
    Err(Failure::found())
}
