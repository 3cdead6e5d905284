//! PEM in a configuration or in a file that it names.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use twilio_sdk_types::SecretString;
use zeroize::Zeroizing;

use crate::file_owner::{MAX_BYTES, open_trusted};

/// Reads PEM, or the file whose path relative to `directory` is given.
pub(crate) fn read(text: &str, directory: &Path) -> Result<Vec<u8>, String> {
    bytes(text, directory, false).map(|bytes| bytes.to_vec())
}

/// Like [`read`], but for a private key.
pub(crate) fn read_secret(text: &str, directory: &Path) -> Result<SecretString, String> {
    let bytes = bytes(text, directory, true)?;
    std::str::from_utf8(&bytes).map(SecretString::from).map_err(|_| "the file is not PEM".to_owned())
}

/// Returns whether a string is PEM or is meant to be.
pub(crate) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

/// Errors contain no path: the string may be a key that was written in the wrong form.
fn bytes(text: &str, directory: &Path, secret: bool) -> Result<Zeroizing<Vec<u8>>, String> {
    if is_pem(text) {
        return Ok(Zeroizing::new(text.as_bytes().to_vec()));
    }
    let failed = |e: std::io::Error| {
        format!(
            "must be PEM, or the path of a PEM file relative to this file's directory; cannot be read: {e}"
        )
    };
    let path = directory.join(text);
    let metadata = path.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err("names something that is not a file".to_owned());
    }
    let file = open_trusted(&path).map_err(|why| format!("names a file that {why}"))?;
    if secret && others_read(&file) {
        tracing::warn!(file = %path.display(), "other users can read a private key file; run chmod 600");
    }
    whole(file).map_err(failed)?.ok_or_else(|| "names a file of more than 1 MiB".to_owned())
}

/// Reads a file completely; `None` if it has more than [`MAX_BYTES`].
pub(crate) fn whole(file: File) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let length = file.metadata().map_or(0, |metadata| metadata.len()).min(MAX_BYTES);
    // Allocated once, with one more byte to find the end: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_BYTES).then_some(bytes))
}

/// Returns whether users other than the owner may read a file; always `false` on systems without file modes.
pub(crate) fn others_read(file: &File) -> bool {
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
