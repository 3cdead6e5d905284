//! The files of a log: the current one, and those before it by number.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::private_file::{beside, folder_of};

/// A longer line is none of a log's.
pub(super) const LONGEST_LINE: u64 = 64 << 10;

pub(super) fn head_of(path: &Path) -> PathBuf {
    beside(path, ".head")
}

pub(super) fn lock_of(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

/// The file of this number, `audit.log.000001` for the first one of `audit.log`.
pub(super) fn rotated(path: &Path, number: u64) -> PathBuf {
    beside(path, &format!(".{number:06}"))
}

/// The numbers of the files before the current one, in order.
pub(super) fn numbers(path: &Path) -> io::Result<Vec<u64>> {
    let own = path.file_name().unwrap_or_default().as_encoded_bytes();
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder_of(path))? {
        let name = entry?.file_name();
        let number = || {
            let digits = name.as_encoded_bytes().strip_prefix(own)?.strip_prefix(b".")?;
            std::str::from_utf8(digits).ok()?.parse::<u64>().ok()
        };
        // Only what `rotated` makes is one of them.
        numbers.extend(number().filter(|number| rotated(path, *number).file_name() == Some(&*name)));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// All files of a log that are there, the oldest first.
pub(crate) fn all(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = numbers(path)?.into_iter().map(|number| rotated(path, number)).collect();
    if path.try_exists()? {
        files.push(path.to_owned());
    }
    Ok(files)
}

/// The lines of a file, as they stand there.
pub(super) struct Lines {
    reader: BufReader<File>,
}

/// A line without its end, and whether it has one.
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
    pub(super) ended: bool,
}

impl Lines {
    pub(super) fn new(file: File) -> Self {
        Self { reader: BufReader::new(file) }
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        match self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
            Ok(0) => None,
            Ok(_) => {
                let ended = bytes.last() == Some(&b'\n');
                if ended {
                    bytes.pop();
                }
                Some(Ok(Line { bytes, ended }))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// Whether a path still leads to a file that is open.
pub(super) fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(open), Ok(there)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
        (open.dev(), open.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        false
    }
}
