use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context, Result};

pub(crate) use xtask::workspace::Workspace;

/// File names to contents.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Every `twilio_*.json` file of a folder; `None` where the folder does not exist.
pub(crate) fn spec_files(folder: &Path) -> Result<Option<Files>> {
    if !folder.exists() {
        return Ok(None);
    }
    let unreadable = || format!("cannot read {}", folder.display());
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str).filter(|name| is_spec_file(name)) else {
            continue;
        };
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.insert(name.to_owned(), bytes);
    }
    Ok(Some(files))
}

/// Whether a file name is that of a spec.
pub(crate) fn is_spec_file(name: &str) -> bool {
    stem(name).is_some()
}

/// `api_v2010` of `twilio_api_v2010.json`.
pub(crate) fn stem(name: &str) -> Option<&str> {
    name.strip_prefix("twilio_")?.strip_suffix(".json").filter(|stem| !stem.is_empty())
}

/// Writes by way of a neighbouring file, so that nobody sees half of it; leaves an equal file untouched.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<bool> {
    if std::fs::read_to_string(path).is_ok_and(|current| current == text) {
        return Ok(false);
    }
    let failed = || format!("cannot write {}", path.display());
    let folder = path.parent().with_context(failed)?;
    let mut file = tempfile::Builder::new().prefix(".gen-").tempfile_in(folder).with_context(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(failed)?;
    let permissions = std::fs::metadata(path).map(|current| current.permissions());
    let file = file.persist(path).with_context(failed)?;
    match permissions {
        Ok(permissions) => file.set_permissions(permissions).with_context(failed)?,
        Err(_) => readable_by_all(&file).with_context(failed)?,
    }
    Ok(true)
}

/// Temporary files are private; what ends up in the repository is not.
#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
