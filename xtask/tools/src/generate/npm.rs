use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha512};

use super::source::{Fetched, Origin};
use super::{Lock, archive};
use crate::workspace::Workspace;

/// The package of Twilio's command-line tool, which carries every spec.
pub(super) const PACKAGE: &str = "@twilio/cli-core";
/// The version that is asked for where no lock names one.
pub(super) const VERSION: &str = "9.0.0";

const FOLDER: &str = "package/src/services/twilio-api";
const LICENCE: &str = "package/LICENSE";

/// One entry of what `npm pack --json` prints.
#[derive(Deserialize)]
struct Packed {
    version: String,
    integrity: String,
}

pub(super) fn fetch(package: &str, version: &str) -> Result<Fetched> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let asked = format!("{package}@{version}");
    println!("npm pack {asked}");
    let packed = pack(folder.path(), &asked)?;
    let tarball = tarball(folder.path(), &asked)?;
    let integrity = integrity(&tarball);
    if integrity != packed.integrity {
        bail!(
            "the archive of {asked} is not what npm says it is: npm says {}, the file has {integrity}; \
             nothing was changed, try again",
            packed.integrity
        );
    }
    let files = archive::spec_files(&tarball, FOLDER).with_context(|| format!("npm package {asked}"))?;
    let origin = Origin::Npm { package: package.to_owned(), version: packed.version, integrity };
    Ok(Fetched { origin, files })
}

/// The licence text of the npm package that the verbatim files come from.
pub(crate) struct Notice(String);

impl Notice {
    /// Reads it from the pinned archive.
    ///
    /// # Errors
    ///
    /// The lock pins no npm package, its archive cannot be fetched or is not the pinned one, or it has no licence.
    pub(crate) fn of_pinned_package(workspace: &Workspace) -> Result<Self> {
        let lock = Lock::read(workspace)?.context("there is no lock; `cargo xtask gen` writes it")?;
        let Origin::Npm { package, version, integrity: pinned } = &lock.source else {
            bail!("the verbatim files are from a {}, and not from an npm package", lock.source);
        };
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let asked = format!("{package}@{version}");
        pack(folder.path(), &asked)?;
        let tarball = tarball(folder.path(), &asked)?;
        let found = integrity(&tarball);
        if found != *pinned {
            bail!("the archive of {asked} has {found}, and the lock pins {pinned}");
        }
        let text = archive::text_file(&tarball, LICENCE).with_context(|| format!("npm package {asked}"))?;
        Ok(Self(format!("The descriptions in these files are part of the npm package {asked}.\n\n{text}")))
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// npm prints its warnings on standard error; only standard output is read.
fn pack(folder: &Path, asked: &str) -> Result<Packed> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(program)
        .args(["pack", asked, "--json", "--ignore-scripts"])
        .current_dir(folder)
        .output()
        .with_context(|| format!("cannot start {program}; install npm, or use `--source github`"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<_> = errors.lines().filter(|line| !line.starts_with("npm warn")).collect();
        bail!("`npm pack {asked}` failed ({}):\n{}", output.status, errors.join("\n"));
    }
    parse(&output.stdout).with_context(|| format!("`npm pack {asked} --json` printed something unexpected"))
}

fn parse(stdout: &[u8]) -> Result<Packed> {
    let mut entries: Vec<Packed> = serde_json::from_slice(stdout)?;
    entries.pop().context("an empty list")
}

/// Looked up in the folder because npm's versions differ in the file name that they report.
fn tarball(folder: &Path, asked: &str) -> Result<Vec<u8>> {
    let entries = std::fs::read_dir(folder).context("cannot read the temporary folder")?;
    let path = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .with_context(|| format!("`npm pack {asked}` left no .tgz file"))?;
    std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Subresource integrity, the form in which npm pins archives.
fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn integrity_is_that_of_the_subresource_integrity_standard() {
        let abc =
            "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        assert_eq!(integrity(b"abc"), abc);
    }

    #[test]
    fn what_npm_prints_is_read_and_anything_else_is_an_error() {
        let packed =
            parse(br#"[{"id": "x", "version": "9.0.0", "integrity": "sha512-x", "files": []}]"#).unwrap();
        assert_eq!((packed.version.as_str(), packed.integrity.as_str()), ("9.0.0", "sha512-x"));
        for odd in ["", "[]", "{}", "npm warn x", r#"[{"version": "1"}]"#] {
            assert!(parse(odd.as_bytes()).is_err(), "{odd}");
        }
    }
}
