use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// The hash before the first line.
pub(super) const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// No log has more lines, so that counting on from any head ends nowhere.
const MOST_SEQ: u64 = u64::MAX / 2;

/// Twenty digits, twenty digits, a hash, with a blank between each and an end of line.
const BYTES: usize = 20 + 1 + 20 + 1 + 64 + 1;

/// The last line of a log: its number and its hash.
///
/// Whoever can write to the log's folder could write a new log. Kept elsewhere, the head shows that too: give it to
/// [`verify`](super::verify_log).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    pub(super) seq: u64,
    pub(super) hash: String,
    /// How many bytes the current file has.
    pub(super) length: u64,
}

impl ChainHead {
    /// The head of a log without lines.
    pub(super) fn start() -> Self {
        Self { seq: 0, hash: START.to_owned(), length: 0 }
    }

    /// A head that was kept elsewhere; `None` where the hash is none, or the number is above any log's (2^63 - 1).
    pub fn new(seq: u64, hash: impl Into<String>) -> Option<Self> {
        let hash = hash.into();
        (seq <= MOST_SEQ && is_hash(&hash)).then_some(Self { seq, hash, length: 0 })
    }

    /// The number of the last line, from 1; 0 for a log without lines.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The SHA-256 of the last line without its end, in 64 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The head that a file holds; `None` in an empty one.
    pub(super) fn read(file: &mut File) -> io::Result<Option<Self>> {
        file.seek(SeekFrom::Start(0))?;
        let mut text = String::new();
        file.take(BYTES as u64 + 1).read_to_string(&mut text)?;
        if text.is_empty() {
            return Ok(None);
        }
        let unreadable =
            || io::Error::new(io::ErrorKind::InvalidData, "the file is none that this program wrote");
        Self::parse(&text).map(Some).ok_or_else(unreadable)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_suffix('\n')?.split(' ');
        let (seq, length, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = text.len() == BYTES && parts.next().is_none();
        let head = Self::new(seq.parse().ok()?, hash).filter(|_| whole)?;
        Some(Self { length: length.parse().ok()?, ..head })
    }

    /// Writes it over the one before: all heads have the same length, so no half of one is left.
    pub(super) fn write(&self, file: &mut File) -> io::Result<()> {
        let text = format!("{:020} {:020} {}\n", self.seq, self.length, self.hash);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
