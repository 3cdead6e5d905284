use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::digest::sha256;
use super::files::{Lines, all, head_of, lock_of};
use super::head::{ChainHead, START};
use super::record::AuditRecord;
use crate::EventOutcome;
use twilio_sdk_config::internal::private_file::Lock;

/// The result of verifying a log whose hash chain is intact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedLog {
    head: ChainHead,
    first: u64,
    files: usize,
    open: Vec<AuditRecord>,
}

impl VerifiedLog {
    /// Returns the head of the last record. Keep it elsewhere, and pass it to the next [`verify_log`].
    pub fn head(&self) -> &ChainHead {
        &self.head
    }

    /// Returns the number of the first record: 1 unless earlier files were moved away.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Returns the number of files.
    pub fn files(&self) -> usize {
        self.files
    }

    /// Returns the first records of changes without a second record, in order. The program ended in between, or the change is
    /// in progress; it may or may not have been made. This is no tampering.
    pub fn open(&self) -> &[AuditRecord] {
        &self.open
    }
}

/// The kind of tampering with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tampering {
    /// The line was changed.
    Changed,
    /// Lines before it are missing.
    Removed,
    /// The line was inserted.
    Inserted,
    /// The line was moved.
    Moved,
    /// Lines after it are missing, or its line end is.
    Truncated,
}

impl Tampering {
    /// Returns the name: `changed`, `removed`, `inserted`, `moved` or `truncated`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Moved => "moved",
            Self::Truncated => "truncated",
        }
    }
}

impl fmt::Display for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of verifying a log.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerifyError {
    /// The log was tampered with.
    Tampered {
        /// How.
        tampering: Tampering,
        /// The file.
        file: PathBuf,
        /// The line in the file, from 1; 0 for a file without lines.
        line: u64,
    },
    /// The file with the log's head is missing or invalid, although the log has records.
    MissingHead,
    /// A file cannot be read, or the log does not exist.
    Io(std::io::Error),
    /// Another process kept the log locked for 10 s.
    Locked,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tampered { tampering, file, line } => {
                let what = match tampering {
                    Tampering::Changed => "the line was changed",
                    Tampering::Removed => "lines before this one are missing",
                    Tampering::Inserted => "the line was inserted",
                    Tampering::Moved => "the line was moved",
                    Tampering::Truncated => "lines after this one are missing",
                };
                write!(f, "{}:{line}: {what}", file.display())
            }
            Self::MissingHead => f.write_str("the file with the head of the log is missing or invalid"),
            Self::Io(error) => write!(f, "the log cannot be read: {error}"),
            Self::Locked => f.write_str("another process keeps the log locked; try again"),
        }
    }
}

impl std::error::Error for VerifyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<std::io::Error> for VerifyError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Verifies the hash chain of a log through all its files. Finds lines that were changed, removed, inserted, moved or cut off.
///
/// `anchor` is a head that was kept elsewhere. The log must contain its record, which detects a log that was replaced as a
/// whole. If the oldest files were moved away, it must be the last record of those, and verification starts there.
///
/// One complete line after the head is what a crash may leave, and no tampering. Neither are changes without a second
/// record, see [`VerifiedLog::open`].
///
/// # Errors
///
/// [`VerifyError::Tampered`] names the first file and line at which the chain breaks.
pub fn verify_log(path: impl AsRef<Path>, anchor: Option<&ChainHead>) -> Result<VerifiedLog, VerifyError> {
    let path = path.as_ref();
    let (files, head) = snapshot(path)?;
    let count = files.len();
    let nowhere = || (files.last().map_or_else(|| path.to_owned(), |(path, _)| path.clone()), 0);
    let last_place = nowhere();
    let mut items = Items { files: files.into_iter(), current: None }.peekable();
    let mut chain = Chain { next: 1, hash: START.to_owned(), before: None, last: None };
    let (mut first, mut open) = (1, Open::default());
    if let Some(Ok(item)) = items.peek()
        && let (Some((seq, _)), Some(anchor)) = (&item.link, anchor)
        && *seq == anchor.seq + 1
    {
        (first, chain.next, chain.hash) = (*seq, *seq, anchor.hash.clone());
    }
    while let Some(item) = items.next() {
        let item = item?;
        let following = match items.peek() {
            Some(Ok(next)) => next.link.clone(),
            Some(Err(_)) => None,
            None => head.as_ref().map(|head| (head.seq + 1, head.hash.clone())),
        };
        let beyond = head.as_ref().is_some_and(|head| chain.next > head.seq);
        if !item.ended {
            match (beyond, items.peek()) {
                (true, None) => break,
                (true, Some(_)) => return Err(item.tampered(Tampering::Inserted)),
                (false, _) => return Err(item.tampered(Tampering::Truncated)),
            }
        }
        chain.step(&item, following.as_ref())?;
        open.add(item.record.as_ref());
        let at = chain.next - 1;
        let mut known = [head.as_ref(), anchor].into_iter().flatten();
        if known.any(|known| known.seq == at && known.hash != chain.hash) {
            return Err(item.tampered(Tampering::Changed));
        }
        if head.as_ref().is_some_and(|head| at > head.seq + 1) {
            return Err(item.tampered(Tampering::Inserted));
        }
    }
    let seq = chain.next - 1;
    let wanted = head.as_ref().map_or(0, |head| head.seq).max(anchor.map_or(0, |anchor| anchor.seq));
    if seq < wanted {
        let (file, line) = chain.last.unwrap_or(last_place);
        return Err(VerifyError::Tampered { tampering: Tampering::Truncated, file, line });
    }
    if head.is_none() && seq > 1 {
        return Err(VerifyError::MissingHead);
    }
    let length = head.map_or(0, |head| head.length);
    Ok(VerifiedLog {
        head: ChainHead { seq, hash: chain.hash, length },
        first,
        files: count,
        open: open.records(),
    })
}

/// Opens the files and reads the head under the lock. Later records are not verified.
#[allow(clippy::type_complexity)]
fn snapshot(path: &Path) -> Result<(Vec<(PathBuf, File)>, Option<ChainHead>), VerifyError> {
    let lock = lock_of(path);
    // A copy of a log has no lock file, and may be in a read-only folder.
    let _lock = match lock.try_exists()? {
        true => Some(Lock::take(&lock, Duration::from_secs(10))?.ok_or(VerifyError::Locked)?),
        false => None,
    };
    let open = |path: PathBuf| File::open(&path).map(|file| (path, file));
    let files = all(path)?.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let head = match File::open(head_of(path)) {
        Ok(mut file) => ChainHead::read(&mut file).map_err(|_| VerifyError::MissingHead)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    if files.is_empty() && head.is_none() {
        return Err(std::io::Error::from(std::io::ErrorKind::NotFound).into());
    }
    match (&head, files.iter().map(|(_, file)| file.metadata().map(|m| m.len())).sum::<Result<u64, _>>()?) {
        (None, 1..) if files.len() > 1 => Err(VerifyError::MissingHead),
        _ => Ok((files, head)),
    }
}

/// Changes without a second record, by kind and correlation ID.
#[derive(Default)]
struct Open(HashMap<(String, String), Vec<AuditRecord>>);

impl Open {
    fn add(&mut self, record: Option<&AuditRecord>) {
        let Some((record, id)) = record.and_then(|record| Some((record, record.correlation_id.clone()?)))
        else {
            return;
        };
        let change = (record.event.as_str().to_owned(), id);
        if record.outcome == EventOutcome::Begun {
            self.0.entry(change).or_default().push(record.clone());
        } else if let Some(begun) = self.0.get_mut(&change) {
            begun.pop();
            if begun.is_empty() {
                self.0.remove(&change);
            }
        }
    }

    fn records(self) -> Vec<AuditRecord> {
        let mut records: Vec<_> = self.0.into_values().flatten().collect();
        records.sort_by_key(|record| record.seq);
        records
    }
}

/// The position in the chain.
struct Chain {
    next: u64,
    hash: String,
    /// The hash before the last line's.
    before: Option<String>,
    last: Option<(PathBuf, u64)>,
}

impl Chain {
    fn step(&mut self, item: &Item, following: Option<&(u64, String)>) -> Result<(), VerifyError> {
        let Some((seq, prev)) = &item.link else { return Err(item.tampered(Tampering::Changed)) };
        let last = |tampering| {
            let (file, line) = self.last.clone().unwrap_or_else(|| (item.file.clone(), item.line));
            VerifyError::Tampered { tampering, file, line }
        };
        if *seq > self.next {
            let moved = following.is_some_and(|(after, _)| *after == self.next);
            return Err(item.tampered(if moved { Tampering::Moved } else { Tampering::Removed }));
        }
        if *seq < self.next {
            // The line before has this one's number and previous hash, unless this one is its copy.
            let replaced =
                *seq + 1 == self.next && self.before.as_ref() == Some(prev) && item.hash != self.hash;
            return Err(if replaced {
                last(Tampering::Inserted)
            } else {
                item.tampered(Tampering::Inserted)
            });
        }
        if *prev != self.hash {
            // If the chain goes on after this line, this one is intact and the one before is not.
            let whole = following.is_some_and(|(_, hash)| *hash == item.hash) && self.last.is_some();
            return Err(if whole { last(Tampering::Changed) } else { item.tampered(Tampering::Changed) });
        }
        self.before = Some(std::mem::replace(&mut self.hash, item.hash.clone()));
        self.last = Some((item.file.clone(), item.line));
        self.next += 1;
        Ok(())
    }
}

/// A line with its position.
struct Item {
    file: PathBuf,
    line: u64,
    ended: bool,
    /// Its number and previous hash, or `None` if it is no record.
    link: Option<(u64, String)>,
    hash: String,
    record: Option<AuditRecord>,
}

impl Item {
    fn tampered(&self, tampering: Tampering) -> VerifyError {
        VerifyError::Tampered { tampering, file: self.file.clone(), line: self.line }
    }
}

/// The lines of all files.
struct Items {
    files: std::vec::IntoIter<(PathBuf, File)>,
    current: Option<(PathBuf, u64, Lines)>,
}

impl Iterator for Items {
    type Item = std::io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((file, line, lines)) = &mut self.current {
                match lines.next() {
                    Some(Ok(found)) => {
                        *line += 1;
                        let record = AuditRecord::parse(&found.bytes);
                        let link = record.as_ref().map(|record| (record.seq, record.prev_hash.clone()));
                        let (file, line, hash) = (file.clone(), *line, sha256(&found.bytes));
                        return Some(Ok(Item { file, line, ended: found.ended, link, hash, record }));
                    }
                    Some(Err(error)) => return Some(Err(error)),
                    None => self.current = None,
                }
            }
            let (path, file) = self.files.next()?;
            self.current = Some((path, 0, Lines::new(file)));
        }
    }
}
