use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::clean::Redaction;
use super::digest::sha256;
use super::files::{Lines, head_of, is_same, lock_of, numbers, rotated};
use super::head::ChainHead;
use super::options::{AuditLogOptions, SyncPolicy};
use super::record::AuditRecord;
use super::{VerifiedLog, VerifyError, io, verify_log};
use crate::{AuditError, AuditEvent, AuditSink};
use twilio_sdk_config::internal::file_owner::{foreign_owner, others_write};
use twilio_sdk_config::internal::private_file::{
    self, Lock, check_platform, folder_of, is_open_to_others, make_folder, open_file, sync_folder,
};
use twilio_sdk_types::SecretString;

/// An audit log: JSON lines in append-only files, each line with the hash of the one before.
///
/// ```
/// use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditLog, AuditSink, EventOutcome, verify_log};
///
/// fn example(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
///     let log = AuditLog::open(path)?;
///     let event = AuditEvent::new(AuditEventKind::UserAdd, EventOutcome::Ok);
///     log.record(&event.actor("alice").resource("bob").role("viewer"))?;
///
///     let verified = verify_log(path, None)?;
///     assert_eq!(verified.head().seq(), 1);
///     Ok(())
/// }
/// # let folder = std::env::temp_dir().join(format!("twilio-sdk-audit-doc-{}", std::process::id()));
/// # example(&folder.join("audit.log")).unwrap();
/// # std::fs::remove_dir_all(folder).unwrap();
/// ```
///
/// # Files
///
/// All files have mode 0600, in a folder that is created with mode 0700 if it is missing. On Unix, a log is neither opened nor
/// written if another user can access one of its files or write to its folder, if one of them belongs to another user than
/// the program's own or root, or if a file is a symbolic link. Next to `audit.log` are:
///
/// * `audit.log.000001` and so on: rotated files, oldest first. The hash chain continues through them.
/// * `audit.log.head`: number and hash of the last record.
/// * `audit.log.lock`.
///
/// Several processes on one machine may write to one log. Use local disks: locks and `fsync` of network drives are not
/// reliable.
///
/// # Platforms
///
/// Windows has no file modes, so other users may be able to read the log. Opening one is an error there, unless you set
/// [`allow_unprotected_files`](AuditLogOptions::allow_unprotected_files).
///
/// # Crashes
///
/// A line is written at once, then the head. With [`SyncPolicy::EveryRecord`] the line is on disk before its head is written.
/// After a crash between the two, a complete line is accepted, and an incomplete one, which was never acknowledged, is cut
/// off. A log that lacks lines is not written to any more.
///
/// # Secrets
///
/// Strings of events are names. If one contains a secret nevertheless, `[REDACTED]` takes its place, and the event is kept.
/// That holds for every secret that was passed to [`redact_secret`](AuditSink::redact_secret), as the vault does with its
/// passphrase and each secret that it stores or returns, and for what logs of the SDK never show (`token=...`,
/// `Bearer ...`, JWTs). A secret of fewer than six bytes is redacted only where it is the whole string. The log keeps these
/// secrets in memory until it is dropped. Strings are truncated to 512 characters.
pub struct AuditLog {
    options: AuditLogOptions,
    redaction: Redaction,
    files: Mutex<Files>,
}

struct Files {
    log: File,
    head: File,
    synced: Instant,
}

impl AuditLog {
    /// Opens a log with the defaults of [`AuditLogOptions`], creating it if it is missing.
    ///
    /// # Errors
    ///
    /// The files cannot be used, other users can access them, or lines are missing. On platforms without file modes, always:
    /// see [`AuditLogOptions::allow_unprotected_files`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, AuditError> {
        AuditLogOptions::new(path).open()
    }

    pub(super) fn with(options: AuditLogOptions) -> Result<Self, AuditError> {
        let path = &options.path;
        if path.file_name().is_none() {
            return Err(AuditError::Other(format!(
                "{} is not the name of a file; give the path of the log",
                path.display()
            )));
        }
        check_platform(options.allow_unprotected_files)
            .map_err(io("the log is not opened, unless you set allow_unprotected_files"))?;
        make_folder(folder_of(path)).map_err(io(format!("the folder of {}", path.display())))?;
        let _lock = lock(&options)?;
        let mut files = Files::open(path)?;
        files.settle(&options)?;
        sync_folder(folder_of(path)).map_err(io("the log's folder"))?;
        Ok(Self { redaction: Redaction::new(), files: Mutex::new(files), options })
    }

    /// Returns the path of the current file.
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// Returns the number and hash of the last record, to be kept elsewhere.
    ///
    /// # Errors
    ///
    /// The files cannot be read, or lines are missing.
    pub fn head(&self) -> Result<ChainHead, AuditError> {
        let _lock = lock(&self.options)?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).settle(&self.options)
    }

    /// Syncs all records to disk.
    ///
    /// # Errors
    ///
    /// The operating system failed to write.
    pub fn flush(&self) -> Result<(), AuditError> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).sync()
    }

    /// Verifies the whole log; see [`verify_log`].
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says what is wrong and where.
    pub fn verify(&self) -> Result<VerifiedLog, VerifyError> {
        verify_log(&self.options.path, None)
    }
}

impl AuditSink for AuditLog {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        self.write(event).map_err(|error| at(error, &self.options.path))
    }

    fn redact_secret(&self, secret: &SecretString) {
        self.redaction.add(secret);
    }
}

impl AuditLog {
    fn write(&self, event: &AuditEvent) -> Result<(), AuditError> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = lock(&self.options)?;
        let mut head = files.settle(&self.options)?;
        let line = AuditRecord::line(event, head.seq + 1, &head.hash, |text| self.redaction.clean(text))
            .map_err(AuditError::Other)?;
        if head.length > 0 && head.length + line.len() as u64 > self.options.max_file_bytes {
            files.rotate(&self.options, &mut head)?;
        }
        let due = match self.options.sync_policy {
            SyncPolicy::EveryRecord => true,
            SyncPolicy::Interval(interval) => files.synced.elapsed() >= interval,
        };
        files.append(&line, &mut head, due)
    }
}

impl Drop for AuditLog {
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            tracing::error!(target: "twilio_sdk::audit", %error, "the last records of the audit log may be lost");
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Adds the log's path where the message lacks it.
fn at(error: AuditError, log: &Path) -> AuditError {
    let path = log.display().to_string();
    match error {
        AuditError::Io { what, source } if !what.contains(&path) => {
            AuditError::Io { what: format!("{path}: {what}"), source }
        }
        other => other,
    }
}

fn lock(options: &AuditLogOptions) -> Result<Lock, AuditError> {
    private_folder(&options.path)?;
    let how = &mut private_file::options();
    let file = open(&lock_of(&options.path), how.read(true).write(true).create(true).truncate(false))?;
    let taken = Lock::on(file, options.lock_timeout);
    taken.map_err(io("the log's lock"))?.ok_or(AuditError::Locked)
}

/// Checks that no other user can create or replace files in the folder of a log.
fn private_folder(path: &Path) -> Result<(), AuditError> {
    let folder = folder_of(path);
    let metadata = folder.metadata().map_err(io(folder.display().to_string()))?;
    private(folder, &metadata, others_write(&metadata), "write to it; run `chmod go-w")
}

/// Checks that only this program's user can access a file or folder.
fn private(path: &Path, metadata: &Metadata, is_open: bool, so: &str) -> Result<(), AuditError> {
    let shown = path.display();
    match foreign_owner(metadata) {
        Some(owner) => Err(AuditError::InsecurePermissions(format!(
            "{shown}: belongs to another user (uid {owner}); run the program as that user, or give it another log"
        ))),
        None if is_open => {
            Err(AuditError::InsecurePermissions(format!("{shown}: other users can {so} {shown}`")))
        }
        None => Ok(()),
    }
}

/// Returns the number of the last rotated file.
fn last_number(path: &Path) -> Result<Option<u64>, AuditError> {
    Ok(numbers(path).map_err(io("the log's folder"))?.last().copied())
}

fn open_log(path: &Path) -> Result<File, AuditError> {
    open(path, private_file::options().read(true).append(true).create(true))
}

fn open(path: &Path, how: &mut OpenOptions) -> Result<File, AuditError> {
    let failed = || io(path.display().to_string());
    let file = open_file(path, how).map_err(failed())?;
    let metadata = file.metadata().map_err(failed())?;
    private(path, &metadata, is_open_to_others(&metadata), "use it; run `chmod 600")?;
    Ok(file)
}

impl Files {
    fn open(path: &Path) -> Result<Self, AuditError> {
        let how = &mut private_file::options();
        let head = open(&head_of(path), how.read(true).write(true).create(true).truncate(false))?;
        for number in numbers(path).map_err(io("the log's folder"))? {
            open(&rotated(path, number), private_file::options().read(true))?;
        }
        Ok(Self { log: open_log(path)?, head, synced: Instant::now() })
    }

    /// Follows what other processes wrote, and repairs what a crash of one of them left. The caller holds the lock.
    fn settle(&mut self, options: &AuditLogOptions) -> Result<ChainHead, AuditError> {
        let path = &options.path;
        if !is_same(&self.log, path) {
            self.log = open_log(path)?;
        }
        let head = ChainHead::read(&mut self.head).map_err(io("the log's head"))?;
        let length = self.log.metadata().map_err(io("the log's length"))?.len();
        let mut head = match head {
            Some(head) => head,
            // A new log, or one that crashed after its first line and before its head.
            None if last_number(path)?.is_none() => ChainHead::start(),
            None => return Err(AuditError::Corrupt("its head is empty, although it has records".into())),
        };
        if length < head.length {
            // A crash interrupted a rotation: the last rotated file has that length.
            let last = last_number(path)?.and_then(|number| rotated(path, number).metadata().ok());
            let moved = last.is_some_and(|last| last.len() == head.length);
            if length > 0 || !moved {
                return Err(AuditError::Corrupt(format!("{} was truncated", path.display())));
            }
            head.length = 0;
            head.write(&mut self.head).map_err(io("the log's head"))?;
        } else if length > head.length {
            self.take_over(&mut head, length)?;
        }
        Ok(head)
    }

    /// Accepts a line whose head was not written, and cuts off an incomplete one.
    fn take_over(&mut self, head: &mut ChainHead, length: u64) -> Result<(), AuditError> {
        use std::io::{Seek, SeekFrom};
        let failed = || io("the log's last line");
        let mut log = self.log.try_clone().map_err(failed())?;
        log.seek(SeekFrom::Start(head.length)).map_err(failed())?;
        let lines: Vec<_> = Lines::new(log).take(2).collect::<Result<_, _>>().map_err(failed())?;
        let [line] = lines.as_slice() else {
            return Err(AuditError::Corrupt("lines were inserted after its last one".into()));
        };
        if !line.ended {
            tracing::warn!(target: "twilio_sdk::audit", "cut off an incomplete line that a crash left");
            self.log.set_len(head.length).map_err(failed())?;
            return Ok(());
        }
        let next = AuditRecord::parse(&line.bytes)
            .is_some_and(|record| record.seq == head.seq + 1 && record.prev_hash == head.hash);
        if !next {
            return Err(AuditError::Corrupt("a line was inserted after its last one".into()));
        }
        *head = ChainHead { seq: head.seq + 1, hash: sha256(&line.bytes), length };
        head.write(&mut self.head).map_err(io("the log's head"))
    }

    /// Rotates the current file. The chain continues in the next one.
    fn rotate(&mut self, options: &AuditLogOptions, head: &mut ChainHead) -> Result<(), AuditError> {
        let path = &options.path;
        self.sync()?;
        let last = last_number(path)?.unwrap_or(0);
        let next = last
            .checked_add(1)
            .ok_or_else(|| AuditError::Corrupt("its files have the last number".into()))?;
        std::fs::rename(path, rotated(path, next)).map_err(io("the next file of the log"))?;
        self.log = open_log(path)?;
        head.length = 0;
        head.write(&mut self.head).map_err(io("the log's head"))?;
        self.sync_head()?;
        sync_folder(folder_of(path)).map_err(io("the log's folder"))
    }

    /// Writes a line and then its head. With `sync`, each is on disk before the next step.
    fn append(&mut self, line: &[u8], head: &mut ChainHead, sync: bool) -> Result<(), AuditError> {
        if let Err(error) = self.log.write_all(line) {
            // An incomplete line would corrupt the log.
            let _ = self.log.set_len(head.length);
            return Err(io("a line of the log")(error));
        }
        if sync {
            self.log.sync_data().map_err(io("the log on disk"))?;
        }
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        *head = ChainHead { seq: head.seq + 1, hash: sha256(text), length: head.length + line.len() as u64 };
        head.write(&mut self.head).map_err(io("the log's head"))?;
        if sync { self.sync_head() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), AuditError> {
        self.log.sync_data().map_err(io("the log on disk"))?;
        self.sync_head()
    }

    fn sync_head(&mut self) -> Result<(), AuditError> {
        self.head.sync_data().map_err(io("the log's head on disk"))?;
        self.synced = Instant::now();
        Ok(())
    }
}
