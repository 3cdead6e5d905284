use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

use crate::workspace::{Files, is_spec_file};

/// What the largest spec may have, many times over; it bounds what a hostile archive can make us hold.
const MAX_FILE: u64 = 64 << 20;
const MAX_ALL: u64 = 512 << 20;

/// The spec files of a `.tar.gz` that lie directly in a folder. Only base names are used, so that no entry
/// can name a place outside.
pub(super) fn spec_files(bytes: &[u8], folder: &str) -> Result<Files> {
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(MAX_ALL));
    let mut files = Files::new();
    for entry in archive.entries().context("not a tar.gz archive")? {
        let mut entry = entry.context("the archive is damaged or cut short")?;
        let path = entry.path().context("the archive is damaged")?.into_owned();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_spec_file(name))
        else {
            continue;
        };
        if !entry.header().entry_type().is_file()
            || !path.parent().is_some_and(|parent| lies_in(parent, folder))
        {
            continue;
        }
        if entry.size() > MAX_FILE {
            bail!("{} has {} bytes, more than a spec can have", path.display(), entry.size());
        }
        let mut content = Vec::new();
        entry
            .read_to_end(&mut content)
            .with_context(|| format!("{} is damaged or cut short", path.display()))?;
        files.insert(name.to_owned(), content);
    }
    if files.is_empty() {
        bail!("the archive has no {folder}/twilio_*.json file");
    }
    Ok(files)
}

/// A text file of a `.tar.gz`, by its whole path.
pub(super) fn text_file(bytes: &[u8], wanted: &str) -> Result<String> {
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(MAX_ALL));
    for entry in archive.entries().context("not a tar.gz archive")? {
        let entry = entry.context("the archive is damaged or cut short")?;
        if entry.path().context("the archive is damaged")? == Path::new(wanted) {
            let mut text = String::new();
            entry.take(MAX_FILE).read_to_string(&mut text).with_context(|| format!("{wanted} is damaged"))?;
            return Ok(text);
        }
    }
    bail!("the archive has no {wanted}")
}

/// GitHub's archives put one folder, named after the commit, around everything: `*/` stands for it.
fn lies_in(parent: &Path, folder: &str) -> bool {
    match folder.strip_prefix("*/") {
        Some(rest) => {
            let mut parts = parent.components();
            parts.next().is_some() && parts.as_path() == Path::new(rest)
        }
        None => parent == Path::new(folder),
    }
}
