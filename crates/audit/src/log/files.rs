//! The files of a log: the current one, and the rotated ones by number.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use twilio_sdk_config::internal::private_file::{beside, folder_of};

/// The length of the longest line in bytes. No log has a longer one.
pub(super) const MAX_LINE: u64 = 64 << 10;

pub(super) fn head_of(path: &Path) -> PathBuf {
    beside(path, ".head")
}

pub(super) fn lock_of(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

/// Returns the rotated file of a number: `audit.log.000001` for the first one of `audit.log`.
pub(super) fn rotated(path: &Path, number: u64) -> PathBuf {
    beside(path, &format!(".{number:06}"))
}

/// Returns the numbers of the rotated files, in order.
pub(super) fn numbers(path: &Path) -> io::Result<Vec<u64>> {
    let log = path.file_name().unwrap_or_default().as_encoded_bytes();
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder_of(path))? {
        let name = entry?.file_name();
        let number = || {
            let digits = name.as_encoded_bytes().strip_prefix(log)?.strip_prefix(b".")?;
            std::str::from_utf8(digits).ok()?.parse::<u64>().ok()
        };
        // Other spellings of a number are other files.
        numbers.extend(number().filter(|number| rotated(path, *number).file_name() == Some(&*name)));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Returns the existing files of a log, oldest first.
///
/// # Errors
///
/// The folder cannot be read.
pub fn all(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = numbers(path)?.into_iter().map(|number| rotated(path, number)).collect();
    if path.try_exists()? {
        files.push(path.to_owned());
    }
    Ok(files)
}

/// The lines of a file.
pub(super) struct Lines {
    reader: BufReader<File>,
}

/// A line without its line end, and whether it has one.
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
        match self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes) {
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

/// Returns whether a path still leads to an open file.
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
