use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::files::{LONGEST_LINE, Lines, all};
use super::io;
use super::record::AuditRecord;
use crate::audit::{AuditError, AuditEventKind, EventOutcome};

/// Which records are looked for; one that names nothing finds all.
#[derive(Clone, Debug, Default)]
pub struct RecordFilter {
    kinds: Vec<AuditEventKind>,
    outcome: Option<EventOutcome>,
    actor: Option<String>,
    resource: Option<String>,
    source: Option<String>,
    correlation_id: Option<String>,
    since: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
}

impl RecordFilter {
    /// Finds all records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only this kind of event; called several times, any of them.
    pub fn kind(mut self, kind: AuditEventKind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Only what ended so.
    pub fn outcome(mut self, outcome: EventOutcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Only what this one did.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Only what was done to this.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Only what came from here.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Only what has this correlation id.
    pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into());
        self
    }

    /// Nothing before this moment.
    pub fn since(mut self, moment: OffsetDateTime) -> Self {
        self.since = Some(moment);
        self
    }

    /// Nothing from this moment on.
    pub fn until(mut self, moment: OffsetDateTime) -> Self {
        self.until = Some(moment);
        self
    }

    /// Whether a record is looked for.
    pub fn matches(&self, record: &AuditRecord) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        let in_time = match (self.since, self.until) {
            (None, None) => true,
            (since, until) => record.time().is_some_and(|time| {
                since.is_none_or(|since| time >= since) && until.is_none_or(|until| time < until)
            }),
        };
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| record.event == *kind))
            && self.outcome.is_none_or(|outcome| record.outcome == outcome)
            && same(&self.actor, &record.actor)
            && same(&self.resource, &record.resource)
            && same(&self.source, &record.source)
            && same(&self.correlation_id, &record.correlation_id)
            && in_time
    }
}

/// The last records of a log, the oldest of them first. The chain is not checked: [`verify_log`](super::verify_log) does that.
///
/// # Errors
///
/// A file cannot be read, or holds a line that is no record.
pub fn read_tail(path: impl AsRef<Path>, count: usize) -> Result<Vec<AuditRecord>, AuditError> {
    let mut files = all(path.as_ref()).map_err(io("the log's folder"))?;
    let mut found: VecDeque<AuditRecord> = VecDeque::new();
    while let Some(file) = files.pop()
        && found.len() < count
    {
        let mut here = VecDeque::new();
        for record in Records::open(file)? {
            if here.len() + found.len() == count {
                here.pop_front();
            }
            here.push_back(record?);
        }
        here.extend(found);
        found = here;
    }
    Ok(found.into())
}

/// The records of a log that a filter lets through, the oldest first, read as they are asked for.
///
/// # Errors
///
/// The log's folder cannot be read; errors of files come as items.
pub fn search_log(path: impl AsRef<Path>, filter: RecordFilter) -> Result<RecordIter, AuditError> {
    let files = all(path.as_ref()).map_err(io("the log's folder"))?;
    Ok(RecordIter { files: files.into_iter(), current: None, filter })
}

/// What [`search_log`] finds.
pub struct RecordIter {
    files: std::vec::IntoIter<PathBuf>,
    current: Option<Records>,
    filter: RecordFilter,
}

impl std::fmt::Debug for RecordIter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordIter").field("filter", &self.filter).finish_non_exhaustive()
    }
}

impl Iterator for RecordIter {
    type Item = Result<AuditRecord, AuditError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(records) = &mut self.current {
                match records.next() {
                    Some(Ok(record)) if !self.filter.matches(&record) => continue,
                    Some(found) => return Some(found),
                    None => self.current = None,
                }
            }
            match Records::open(self.files.next()?) {
                Ok(records) => self.current = Some(records),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The records of one file. Half a line at its end is one that is being written, and none of them.
struct Records {
    path: PathBuf,
    line: u64,
    lines: Lines,
}

impl Records {
    fn open(path: PathBuf) -> Result<Self, AuditError> {
        let file = File::open(&path).map_err(io(path.display().to_string()))?;
        Ok(Self { lines: Lines::new(file), line: 0, path })
    }
}

impl Iterator for Records {
    type Item = Result<AuditRecord, AuditError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.lines.next()? {
            Ok(line) if !line.ended && (line.bytes.len() as u64) < LONGEST_LINE => return None,
            Ok(line) => line,
            Err(error) => return Some(Err(io(self.path.display().to_string())(error))),
        };
        self.line += 1;
        let place = || AuditError::Corrupt(format!("{}:{} is no record", self.path.display(), self.line));
        Some(AuditRecord::parse(&line.bytes).ok_or_else(place))
    }
}
