//! PEM that a configuration holds or names, and who may read the files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::file_owner::open_trusted;
use crate::types::SecretString;

/// The most bytes of a file that is read whole.
pub(super) const MOST_BYTES: u64 = 1 << 20;

/// PEM, or the path of a file with it, which starts from a folder.
pub(super) fn read(text: &str, directory: &Path) -> Result<Vec<u8>, String> {
    bytes(text, directory, false).map(|bytes| bytes.to_vec())
}

/// The same for a private key.
pub(super) fn read_secret(text: &str, directory: &Path) -> Result<SecretString, String> {
    let bytes = bytes(text, directory, true)?;
    std::str::from_utf8(&bytes).map(SecretString::from).map_err(|_| "the file is not PEM".to_owned())
}

/// Whether a text is PEM itself, or is meant to be.
pub(super) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

/// Errors show no path: it may be what was meant to be the key itself.
fn bytes(text: &str, directory: &Path, secret: bool) -> Result<Zeroizing<Vec<u8>>, String> {
    if is_pem(text) {
        return Ok(Zeroizing::new(text.as_bytes().to_vec()));
    }
    let failed = |e: std::io::Error| {
        format!("must be PEM, or the path of a file with it from the folder of this one; reading it: {e}")
    };
    let path = directory.join(text);
    let metadata = path.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err("names something else than a file".to_owned());
    }
    let file = open_trusted(&path).map_err(|why| format!("names a file that {why}"))?;
    if secret && open_to_others(&file) {
        tracing::warn!(file = %path.display(), "other users can read the file of a private key; chmod 600");
    }
    whole(file).map_err(failed)?.ok_or_else(|| "names a file of more than 1 MiB".to_owned())
}

/// All of a file, or nothing where there is too much of it.
pub(super) fn whole(file: File) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let length = file.metadata().map_or(0, |metadata| metadata.len()).min(MOST_BYTES);
    // Of its full length from the start, one more to find its end: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MOST_BYTES).then_some(bytes))
}

/// Whether users beside the file's own may read it, as far as the system tells.
pub(super) fn open_to_others(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
