use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::str::FromStr;

/// The previous hash of the first line.
pub(super) const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The largest record number. No log has more lines, and counting from any head cannot overflow.
const MAX_SEQ: u64 = u64::MAX / 2;

/// Twenty digits, twenty digits and a hash, separated by blanks, and a line end.
const BYTES: usize = 20 + 1 + 20 + 1 + 64 + 1;

/// The number and hash of a log's last record. As a string: `NUMBER:HASH`.
///
/// An attacker who can write to the log's folder could replace the whole log. A head that is kept elsewhere detects that:
/// pass it to [`verify_log`](super::verify_log).
///
/// ```
/// use twilio_sdk_audit::ChainHead;
///
/// let head: ChainHead = format!("7:{}", "0f".repeat(32)).parse()?;
/// assert_eq!(head.seq(), 7);
/// # Ok::<(), twilio_sdk_audit::InvalidChainHead>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChainHead {
    pub(super) seq: u64,
    pub(super) hash: String,
    /// The length of the current file in bytes.
    pub(super) length: u64,
}

impl ChainHead {
    /// The head of a log without records.
    pub(super) fn start() -> Self {
        Self { seq: 0, hash: START.to_owned(), length: 0 }
    }

    /// Creates a head that was kept elsewhere. Returns `None` if the hash is not 64 lower-case hexadecimal digits or the
    /// number exceeds 2^63 - 1.
    pub fn new(seq: u64, hash: impl Into<String>) -> Option<Self> {
        let hash = hash.into();
        (seq <= MAX_SEQ && is_hash(&hash)).then_some(Self { seq, hash, length: 0 })
    }

    /// Returns the number of the last record, from 1; 0 for an empty log.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Returns the SHA-256 of the last line without its line end, in 64 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Reads a head from a file. Returns `None` if the file is empty.
    pub(super) fn read(file: &mut File) -> io::Result<Option<Self>> {
        file.seek(SeekFrom::Start(0))?;
        let mut text = String::new();
        file.take(BYTES as u64 + 1).read_to_string(&mut text)?;
        if text.is_empty() {
            return Ok(None);
        }
        let unreadable =
            || io::Error::new(io::ErrorKind::InvalidData, "the file was not written by an audit log");
        Self::parse(&text).map(Some).ok_or_else(unreadable)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_suffix('\n')?.split(' ');
        let (seq, length, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = text.len() == BYTES && parts.next().is_none();
        let head = Self::new(seq.parse().ok()?, hash).filter(|_| whole)?;
        Some(Self { length: length.parse().ok()?, ..head })
    }

    /// Overwrites the head of a file. All heads have the same length, so nothing of the old one is left.
    pub(super) fn write(&self, file: &mut File) -> io::Result<()> {
        let text = format!("{:020} {:020} {}\n", self.seq, self.length, self.hash);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())
    }
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for ChainHead {
    type Err = InvalidChainHead;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':').filter(|(seq, _)| seq.bytes().all(|byte| byte.is_ascii_digit()));
        parts.and_then(|(seq, hash)| Self::new(seq.parse().ok()?, hash)).ok_or(InvalidChainHead)
    }
}

/// The error of a string that is no [`ChainHead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidChainHead;

impl fmt::Display for InvalidChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("audit: invalid head; use NUMBER:HASH with 64 lower-case hexadecimal digits, as `verify` prints it")
    }
}

impl std::error::Error for InvalidChainHead {}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
