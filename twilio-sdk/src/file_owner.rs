//! Who could change a file: its owner, its mode, and the folders that it is found through.

#[cfg(any(unix, feature = "audit"))]
use std::fs::Metadata;
#[cfg(all(unix, feature = "config-file"))]
use std::path::Path;

/// The permission bits that let the group and others write.
#[cfg(unix)]
const GROUP_WRITES: u32 = 0o020;
#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o002;
#[cfg(all(unix, feature = "config-file"))]
const STICKY: u32 = 0o1000;

/// The most links that are followed from a file's name to the file.
#[cfg(all(unix, feature = "config-file"))]
const MOST_LINKS: usize = 40;

/// Returns the owner's user ID where that is neither root nor the user that this program runs as.
///
/// `None` where the system has no owners.
#[cfg(any(unix, feature = "audit"))]
pub(crate) fn foreign_owner(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let owner = metadata.uid();
        (owner != 0 && owner != rustix::process::geteuid().as_raw()).then_some(owner)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// The user that this program runs as, for commands in error messages.
#[cfg(all(unix, feature = "config-file"))]
pub(crate) fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Opens a file that decides about security, as OpenSSH's `StrictModes` would.
///
/// # Errors
///
/// A sentence without the file's name: the file cannot be opened, others than its owner and root's group can write it,
/// it belongs to another user, or a folder on the way to it or to its links lets others replace it. The mode is that of
/// the file that was opened, so links lead to the target's. Systems without modes are not checked.
#[cfg(feature = "config-file")]
pub(crate) fn open_trusted(path: &std::path::Path) -> Result<std::fs::File, String> {
    let failed = |error: std::io::Error| format!("cannot be read: {error}");
    let file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        check_file(path, &file.metadata().map_err(failed)?)?;
        check_way(path)?;
    }
    Ok(file)
}

/// Reads a file of at most 1 MiB; see [`open_trusted`].
#[cfg(feature = "auth-layer")]
pub(crate) fn read_trusted(path: &std::path::Path) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let read = open_trusted(path)?.take((1 << 20) + 1).read_to_end(&mut bytes);
    match read.map_err(|error| format!("cannot be read: {error}"))? {
        length if length > 1 << 20 => Err("is larger than 1 MiB".to_owned()),
        _ => Ok(bytes),
    }
}

#[cfg(all(unix, feature = "config-file"))]
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

/// Checks the folders of a file's name, of each link that it leads to, and everything above them.
#[cfg(all(unix, feature = "config-file"))]
fn check_way(path: &Path) -> Result<(), String> {
    let mut name = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = match name.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let unread = |error| format!("has a folder that cannot be checked, {}: {error}", folder.display());
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

#[cfg(all(unix, feature = "config-file"))]
fn check_folder(folder: &Path, metadata: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let shown = folder.display();
    let owner = foreign_owner(metadata);
    // In a sticky folder only the owners of the file and of the folder can replace a file.
    let open = others_write(metadata) && metadata.mode() & STICKY == 0;
    if (owner.is_none() && !open) || is_read_only(folder) {
        return Ok(());
    }
    Err(match owner {
        Some(owner) => format!(
            "can be replaced by another user (uid {owner}), who owns the folder {shown}; run `chown {} {shown}`",
            user()
        ),
        None => format!(
            "can be replaced by other users, who can write to the folder {shown} (mode {:04o}); run `chmod go-w {shown}`",
            metadata.mode() & 0o7777
        ),
    })
}

/// Whether others than the owner can write; the group of root (gid 0) does not count, and systems without modes say no.
#[cfg(any(unix, feature = "audit"))]
pub(crate) fn others_write(metadata: &Metadata) -> bool {
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

/// Whether the file system is mounted read-only, as Kubernetes mounts volumes of mode 0777 with configuration.
#[cfg(all(unix, feature = "config-file"))]
fn is_read_only(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|of| of.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

#[cfg(all(test, unix))]
mod tests {
    use super::mode_lets_others_write;

    #[test]
    fn review_17_others_write_by_their_own_bit_or_by_any_group_but_roots() {
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
