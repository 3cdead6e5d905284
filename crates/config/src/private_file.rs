//! Files that only their owner may read or write, locks between processes, and atomic replacement.
//!
//! Only Unix has the file modes that protect such files. [`check_platform`] is the guard of every writer of a private
//! file: elsewhere it returns an error, unless the user accepted that the files are not protected.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Pause between two attempts to take a lock that another process holds.
const LOCK_RETRY: Duration = Duration::from_millis(5);

/// `true` on platforms with file modes, which protect private files from other users.
pub const PLATFORM_PROTECTS: bool = cfg!(unix);

/// Rejects platforms without file modes, such as Windows, unless the user `accepted` unprotected files.
///
/// # Errors
///
/// Of kind `Unsupported`. The message ends where the caller adds how to accept.
pub fn check_platform(accepted: bool) -> io::Result<()> {
    check_protection(PLATFORM_PROTECTS, accepted)
}

fn check_protection(protects: bool, accepted: bool) -> io::Result<()> {
    match protects || accepted {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this platform does not protect private files: no file mode keeps other users from reading them",
        )),
    }
}

/// Returns the directory of a file; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Returns the path of a file with a suffix appended to its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(suffix);
    path.with_file_name(name)
}

/// Creates a directory and its missing parents, each of mode 0700. Existing directories keep their mode.
///
/// # Errors
///
/// A directory cannot be created.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Returns options that create files of mode 0600.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Returns whether users other than the owner have any permission on a file or directory.
///
/// Always `false` on systems without file modes, such as Windows.
pub fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o077 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// Opens a regular file, and never the target of a link.
///
/// # Errors
///
/// Of kind `InvalidInput` for a link and for anything else that is not a regular file, so that a pipe cannot block.
pub fn open_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let regular = |metadata: &std::fs::Metadata| match metadata.is_file() {
        true => Ok(()),
        false if metadata.is_symlink() => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link")),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")),
    };
    match path.symlink_metadata() {
        Ok(metadata) => regular(&metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // The path may have become a link or a pipe since.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// A lock between processes and threads. It is released when the value is dropped, or the process ends.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Waits for the lock of a lock file; `None` after the timeout.
    ///
    /// The file stays: removing it while another process waits for it would break the lock.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or locked.
    pub fn take(path: &Path, timeout: Duration) -> io::Result<Option<Self>> {
        let file = open_file(path, options().read(true).write(true).create(true).truncate(false))?;
        Self::on(file, timeout)
    }

    /// Waits for the lock of an open file; `None` after the timeout.
    ///
    /// # Errors
    ///
    /// The file cannot be locked.
    pub fn on(file: File, timeout: Duration) -> io::Result<Option<Self>> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock)
                    if deadline.is_some_and(|deadline| Instant::now() >= deadline) =>
                {
                    return Ok(None);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file releases the lock too, but not if a child process has inherited it.
        let _ = self.0.unlock();
    }
}

/// Syncs a directory, so that created, renamed and removed names survive a crash.
///
/// # Errors
///
/// The directory cannot be opened or synced.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Replaces a file atomically: a crash leaves either the old or the new contents. The caller must hold the lock.
///
/// # Errors
///
/// The new file cannot be written or renamed; the old one then stays.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, ".new");
    // A file that a crash left behind may have another owner's mode.
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = options().write(true).create_new(true).open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| std::fs::rename(&temporary, path)) {
        let _ = std::fs::remove_file(&temporary);
        return Err(error);
    }
    sync_folder(folder_of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprotected_platforms_are_rejected_unless_accepted() {
        assert!(check_protection(true, false).is_ok() && check_protection(false, true).is_ok());
        let error = check_protection(false, false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
        assert_eq!(check_platform(false).is_ok(), cfg!(unix));
    }
}
