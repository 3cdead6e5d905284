//! `audit`: reads the audit log.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use time::OffsetDateTime;

use super::exit::{Code, Done, Failure};
use super::moments::past;
use super::output::{BAD, GOOD, ODD, shown};
use super::session::Session;
use crate::access::{Bindings, Permission};
use crate::audit::{
    AuditError, AuditEvent, AuditEventKind, AuditLog, AuditSink as Recorder, ChainHead, EventOutcome,
    RecordFilter, VerifyError, read_tail, search_log, verify_log,
};
use crate::types::SecretString;

/// The audit log; needs the permission view_logs
///
/// Reads the log that the people are recorded in, or with --log another one, such as a copy.
#[derive(Args, Debug)]
pub(super) struct Audit {
    /// The log that is read [default: the people's own]
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Checks that no line was changed, removed, put in or moved
    ///
    /// Ends with 5 where one was. Changes that were begun and have no record of their end are listed, and are no fault: the
    /// program was ended in between, or is making them right now. Keep what it prints elsewhere, and give it to --anchor the next time: whoever can
    /// write to the log's folder could write another log.
    ///
    /// JSON: {"ok": true, "first": NUMBER, "last": NUMBER, "hash": HASH, "files": NUMBER, "open": [the
    /// records of these changes]}, or {"ok": false, "fault":
    /// "changed" | "removed" | "inserted" | "moved" | "truncated" | "no_head", "file": FILE or null, "line": NUMBER or
    /// null, "message": TEXT}
    Verify {
        /// A line that must be in the log: what an earlier check printed
        #[arg(long, value_name = "NUMBER:HASH", value_parser = anchor)]
        anchor: Option<ChainHead>,
    },
    /// Prints the last records
    ///
    /// JSON: each record on a line of its own, as it is in the log
    Tail {
        /// How many
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: usize,
    },
    /// Prints the records that fit everything that is asked for
    ///
    /// JSON: each record on a line of its own, as it is in the log
    Search(SearchArgs),
    /// Has the people be recorded in another log from now on; for an admin
    ///
    /// Recorded in both logs. The old one stays as it is.
    ///
    /// JSON: {"audit_log": FILE}
    Move {
        /// The other log, which is begun where it is not there
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
struct SearchArgs {
    /// This kind of event, such as user.add or an application's order.refund; may be given several times
    #[arg(long, visible_alias = "kind", value_name = "KIND", value_parser = kind)]
    event: Vec<AuditEventKind>,
    /// How it ended: ok, denied or failed; or begun, for the first of the two records of a change
    #[arg(long, value_parser = outcome)]
    outcome: Option<EventOutcome>,
    /// Who did it
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// To what
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// From where
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// What ties it to other records
    #[arg(long, value_name = "ID")]
    correlation_id: Option<String>,
    /// Nothing before this: a moment in RFC 3339, or a time before now such as 24h
    #[arg(long, value_name = "MOMENT", value_parser = past)]
    since: Option<OffsetDateTime>,
    /// Nothing from this moment on
    #[arg(long, value_name = "MOMENT", value_parser = past)]
    until: Option<OffsetDateTime>,
}

fn anchor(text: &str) -> Result<ChainHead, &'static str> {
    let head = text.split_once(':').and_then(|(seq, hash)| ChainHead::new(seq.parse().ok()?, hash));
    head.ok_or("the number of a line and its hash are expected, as audit verify prints them: NUMBER:HASH")
}

fn kind(text: &str) -> Result<AuditEventKind, String> {
    text.parse().map_err(|_| {
        let all: Vec<_> = AuditEventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("the kinds are {}, and those of applications, such as order.refund", all.join(", "))
    })
}

fn outcome(text: &str) -> Result<EventOutcome, &'static str> {
    text.parse().map_err(|_| "begun, ok, denied or failed is expected")
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
    pub(super) fn run(&self, session: &Session) -> Done {
        if let Action::Move { file } = &self.action {
            return moved(session, file);
        }
        let log = session.allow_to_read(self.log.as_deref())?;
        match &self.action {
            Action::Move { .. } => Ok(()),
            Action::Verify { anchor } => check(session, &log, anchor.as_ref()),
            Action::Tail { lines } => {
                there(&log)?;
                let records = read_tail(&log, *lines)?;
                records.iter().try_for_each(|record| show::record(session, record))
            }
            Action::Search(args) => {
                there(&log)?;
                for record in search_log(&log, args.filter())? {
                    show::record(session, &record?)?;
                }
                Ok(())
            }
        }
    }
}

/// Binds the people to another log, which is recorded in both.
fn moved(session: &Session, file: &std::path::Path) -> Done {
    let (member, bound) = session.owner()?;
    session.nobody_beside(file)?;
    let principal = &member.principal;
    session.wait(member.access.require(principal, Permission::ManageUsers))?;
    let logs = Both(AuditLog::open(session.log_path(&bound)?)?, AuditLog::open(file)?);
    session.claim(file)?;
    let moved = bound.bound_to(file, None)?;
    let bindings = Bindings { audit_log: moved.audit_log, ..bound.bindings.clone() };
    session.wait(member.access.recorded_by(logs).bind(principal, bindings))?;
    let file = file.display().to_string();
    let text = format!("These people are recorded in {} from now on.", shown(&file));
    session.output.line(&json!({"audit_log": file}), &text)
}

/// Records in the old log and in the new one.
struct Both(AuditLog, AuditLog);

impl Recorder for Both {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        self.0.record(event)?;
        self.1.record(event)
    }

    fn redact_secret(&self, secret: &SecretString) {
        self.0.redact_secret(secret);
        self.1.redact_secret(secret);
    }
}

/// A log without a file is none: a mistyped name must not look like one in which nothing was found.
fn there(log: &std::path::Path) -> Done {
    match log.try_exists().unwrap_or(true) {
        true => Ok(()),
        false => Err(Failure::name("there is no log of this name").at(log.display())),
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
                writeln!(out, "{GOOD}The log is whole{GOOD:#}, from line {first} to line {last}.")?;
                writeln!(out, "{last}:{hash}")?;
                if !open.is_empty() {
                    let many = open.len();
                    writeln!(out, "{ODD}Begun, with no record of the end{ODD:#}; made or not made: {many}")?;
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
                    return Err(Failure::name("there is no log of this name").at(log.display()));
                }
                _ => return Err(Failure::new(Code::Failed, message)),
            }
        }
    };
    let json = json!({"ok": false, "fault": fault, "file": file, "line": line, "message": message});
    session.output.print(&json, |out| writeln!(out, "{BAD}Tampered with{BAD:#}: {}", shown(&message)))?;
    Err(Failure::found())
}
