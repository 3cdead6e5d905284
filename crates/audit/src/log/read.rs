use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::files::{Lines, MAX_LINE, all};
use super::io;
use super::record::AuditRecord;
use crate::{AuditError, AuditEventKind, EventOutcome};

/// Selects records of a log. Default: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Creates a filter that selects all records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects this kind of event. Each further call adds a kind.
    pub fn kind(mut self, kind: AuditEventKind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Selects records of this outcome.
    pub fn outcome(mut self, outcome: EventOutcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Selects records of this actor.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Selects records of this resource.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Selects records of this source.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Selects records of this correlation ID.
    pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into());
        self
    }

    /// Selects records written at or after this time.
    pub fn since(mut self, time: OffsetDateTime) -> Self {
        self.since = Some(time);
        self
    }

    /// Selects records written before this time.
    pub fn until(mut self, time: OffsetDateTime) -> Self {
        self.until = Some(time);
        self
    }

    /// Returns whether the filter selects a record.
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

/// Reads the last records of a log, oldest first. Does not verify the hash chain: [`verify_log`](super::verify_log) does.
///
/// # Errors
///
/// A file cannot be read, or has a line that is no record.
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

/// Searches a log, oldest record first. Files are read lazily.
///
/// # Errors
///
/// The log's folder cannot be read. Errors of its files are items of the iterator.
pub fn search_log(path: impl AsRef<Path>, filter: RecordFilter) -> Result<RecordIter, AuditError> {
    let files = all(path.as_ref()).map_err(io("the log's folder"))?;
    Ok(RecordIter { files: files.into_iter(), current: None, filter })
}

/// Iterator over the records that [`search_log`] finds.
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

/// The records of one file. An incomplete line at its end is still being written, and left out.
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
            Ok(line) if !line.ended && (line.bytes.len() as u64) < MAX_LINE => return None,
            Ok(line) => line,
            Err(error) => return Some(Err(io(self.path.display().to_string())(error))),
        };
        self.line += 1;
        let place = || AuditError::Corrupt(format!("{}:{} is not a record", self.path.display(), self.line));
        Some(AuditRecord::parse(&line.bytes).ok_or_else(place))
    }
}
