//! Files that nobody but their owner may see or change, locks between processes, and replacing a file as a whole.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long to sleep between two looks at a lock that another process holds.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The folder of a file; the current one for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// The file beside a file whose name has this at its end.
pub(crate) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(end);
    path.with_file_name(name)
}

/// Makes a folder with those that it is in, each of them its owner's alone. Folders that are there stay as they are.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Options that make files of mode 0600.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether others than the owner may do anything with a file or folder, as far as the system tells.
pub(crate) fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
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

/// Opens a regular file, and never what a link leads to.
///
/// # Errors
///
/// Of kind `InvalidInput` for a link and for anything that is no file, so that a pipe cannot keep its opener waiting.
pub(crate) fn open_file(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    let plain = |metadata: &std::fs::Metadata| match metadata.is_file() {
        true => Ok(()),
        false if metadata.is_symlink() => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link")),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")),
    };
    match path.symlink_metadata() {
        Ok(metadata) => plain(&metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // The name may have become a link or a pipe since.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(how, flags.bits().cast_signed());
    }
    let file = how.open(path)?;
    plain(&file.metadata()?)?;
    Ok(file)
}

/// A lock between processes, and between threads. It ends with its value, and with the process.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Waits for the lock that a file stands for; `None` when it has not come in time.
    ///
    /// The file stays: one that is removed while others wait for it is no lock.
    pub(crate) fn take(path: &Path, timeout: Duration) -> io::Result<Option<Self>> {
        let file = open_file(path, options().read(true).write(true).create(true).truncate(false))?;
        Self::on(file, timeout)
    }

    /// Waits for the lock that an open file stands for; `None` when it has not come in time.
    pub(crate) fn on(file: File, timeout: Duration) -> io::Result<Option<Self>> {
        let until = Instant::now().checked_add(timeout);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) if until.is_some_and(|until| Instant::now() >= until) => {
                    return Ok(None);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file ends the lock too, but not where a child process has inherited it.
        let _ = self.0.unlock();
    }
}

/// Puts the names in a folder on disk: files that were made, renamed and removed.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Replaces a file as a whole: a crash at any point leaves the old one or the new one. Whoever calls it holds the lock.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, ".new");
    // One that a crash left behind may have another owner's mode.
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
