//! Checks which users could change a file: by its owner, its mode, and the directories of its path.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::Path;

/// Maximum size of a file that is read into memory: 1 MiB.
pub const MAX_BYTES: u64 = 1 << 20;

/// Permission bits that let the group and other users write.
#[cfg(unix)]
const GROUP_WRITES: u32 = 0o020;
#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o002;
#[cfg(unix)]
const STICKY: u32 = 0o1000;

/// Maximum number of links that are followed from a path to its file.
#[cfg(unix)]
const MAX_LINKS: usize = 40;

/// Returns the user ID of the owner if that is neither root nor the user that this program runs as.
///
/// Always `None` on systems without file owners, such as Windows.
pub fn foreign_owner(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let owner = metadata.uid();
        (owner != 0 && owner != user()).then_some(owner)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// Returns the user that this program runs as, for commands in error messages.
#[cfg(unix)]
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Opens a file that decides about security, with the checks of OpenSSH's `StrictModes`.
///
/// # Errors
///
/// A sentence without the file's path: the file cannot be opened, users other than its owner and root's group can write
/// it, it belongs to another user, or a directory of its path or of a link's target lets other users replace it. The mode
/// is that of the opened file, so for a link it is the target's. Nothing is checked on systems without file modes, such as
/// Windows.
pub fn open_trusted(path: &Path) -> Result<File, String> {
    let failed = |error: std::io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        check_file(path, &file.metadata().map_err(failed)?)?;
        check_path(path)?;
    }
    Ok(file)
}

/// Reads a file of at most 1 MiB; see [`open_trusted`].
///
/// # Errors
///
/// A sentence without the file's path.
pub fn read_trusted(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = open_trusted(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    match read.map_err(|error| format!("cannot be read: {error}"))? {
        length if length as u64 > MAX_BYTES => Err("is larger than 1 MiB".to_owned()),
        _ => Ok(bytes),
    }
}

#[cfg(unix)]
fn check_file(path: &Path, metadata: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let shown = path.display();
    if let Some(owner) = foreign_owner(metadata) {
        let user = user();
        return Err(format!(
            "belongs to another user (uid {owner}), who can change it; run `chown {user} {shown}`"
        ));
    }
    match others_write(metadata) {
        true => Err(format!(
            "can be written by other users (mode {:04o}); run `chmod go-w {shown}`",
            metadata.mode() & 0o7777
        )),
        false => Ok(()),
    }
}

/// Checks the directories of a path, of each link on the way to the file, and all their parents.
#[cfg(unix)]
fn check_path(path: &Path) -> Result<(), String> {
    let mut name = path.to_owned();
    for _ in 0..MAX_LINKS {
        let folder = match name.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let unread = |error| format!("has a directory that cannot be checked, {}: {error}", folder.display());
        let folder = folder.canonicalize().map_err(unread)?;
        for above in folder.ancestors() {
            let metadata = above.metadata().map_err(unread)?;
            check_folder(above, &metadata)?;
        }
        match std::fs::read_link(&name) {
            Ok(target) => name = folder.join(target),
            Err(_) => return Ok(()),
        }
    }
    Err("is a link that leads through too many others".to_owned())
}

#[cfg(unix)]
fn check_folder(folder: &Path, metadata: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let shown = folder.display();
    let owner = foreign_owner(metadata);
    // In a sticky directory only the owners of the file and of the directory can replace a file.
    let open = others_write(metadata) && metadata.mode() & STICKY == 0;
    if (owner.is_none() && !open) || is_read_only(folder) {
        return Ok(());
    }
    Err(match owner {
        Some(owner) => format!(
            "can be replaced by another user (uid {owner}), who owns the directory {shown}; run `chown {} {shown}`",
            user()
        ),
        None => format!(
            "can be replaced by other users, who can write to the directory {shown} (mode {:04o}); run `chmod go-w {shown}`",
            metadata.mode() & 0o7777
        ),
    })
}

/// Returns whether users other than the owner can write. Root's group (gid 0) does not count.
///
/// Always `false` on systems without file modes, such as Windows.
pub fn others_write(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        mode_lets_others_write(metadata.mode(), metadata.gid())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

#[cfg(unix)]
fn mode_lets_others_write(mode: u32, group: u32) -> bool {
    mode & OTHERS_WRITE != 0 || (mode & GROUP_WRITES != 0 && group != 0)
}

/// Returns whether the file system is mounted read-only, as Kubernetes mounts volumes of mode 0777 with configuration.
#[cfg(unix)]
fn is_read_only(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|of| of.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

#[cfg(all(test, unix))]
mod tests {
    use super::mode_lets_others_write;

    #[test]
    fn others_write_by_their_bit_or_by_any_group_but_roots() {
        for (mode, group, expected) in [
            (0o600, 1000, false),
            (0o644, 1000, false),
            (0o640, 0, false),
            (0o664, 0, false),
            (0o664, 1000, true),
            (0o620, 1000, true),
            (0o602, 0, true),
            (0o666, 0, true),
            (0o777, 0, true),
            (0o100_646, 0, true),
        ] {
            assert_eq!(mode_lets_others_write(mode, group), expected, "{mode:o} {group}");
        }
    }
}
