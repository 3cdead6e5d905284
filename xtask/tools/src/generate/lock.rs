use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::source::{Fetched, Origin};
use crate::workspace::{Files, Workspace, write_if_changed};

const HEADER: &str = "# Written by cargo xtask gen; do not edit.\n\n";

/// `upstream.lock.toml`: which files the specs were made from, and what they and the specs hash to.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    pub(crate) source: Origin,
    /// SHA-256 of every verbatim file.
    pub(crate) files: BTreeMap<String, String>,
    /// SHA-256 of every distilled file, so that an edit by hand shows where no verbatim file is at hand.
    pub(crate) specs: BTreeMap<String, String>,
}

impl Lock {
    pub(crate) fn of(fetched: &Fetched, specs: &Files) -> Self {
        Self { source: fetched.origin.clone(), files: hashes(&fetched.files), specs: hashes(specs) }
    }

    /// The lock of the repository; `None` where there is none yet.
    pub(crate) fn read(workspace: &Workspace) -> Result<Option<Self>> {
        let path = workspace.lock();
        let shown = workspace.show(&path);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(Self::parse(&text).with_context(|| format!("{shown} is damaged"))?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {shown}")),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }

    pub(super) fn to_text(&self) -> Result<String> {
        Ok(format!("{HEADER}{}", toml::to_string(self).context("the lock cannot be written as TOML")?))
    }

    /// Writes the lock if it differs; the name of the file if it was written.
    pub(crate) fn write(&self, workspace: &Workspace) -> Result<Option<String>> {
        let path = workspace.lock();
        let written = write_if_changed(&path, &self.to_text()?)?;
        Ok(written.then(|| workspace.show(&path)))
    }

    /// Whether these are the pinned verbatim files.
    pub(crate) fn pins(&self, verbatim: &Files) -> bool {
        self.files == hashes(verbatim)
    }

    /// Fails when files that are pinned come with another content. Another version is an update, and so is
    /// whatever `update` permits.
    pub(crate) fn accepts(&self, fetched: &Fetched, update: bool) -> Result<()> {
        if update || !self.source.names_same(&fetched.origin) {
            return Ok(());
        }
        let mut complaints = differences(&self.files, &hashes(&fetched.files));
        if let (Origin::Npm { integrity: pinned, .. }, Origin::Npm { integrity: found, .. }) =
            (&self.source, &fetched.origin)
            && pinned != found
        {
            complaints.insert(0, format!("the archive: {pinned} is pinned, {found} was found"));
        }
        if complaints.is_empty() {
            return Ok(());
        }
        bail!(
            "{} is not what upstream.lock.toml pins; nothing was changed:\n  {}\n\
             find out why; if the new content is right, accept it with --update",
            fetched.origin,
            complaints.join("\n  ")
        )
    }
}

/// The SHA-256 of each file.
pub(super) fn hashes(files: &Files) -> BTreeMap<String, String> {
    files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect()
}

/// Each file whose hash is not the pinned one, with both hashes.
pub(super) fn differences(
    pinned: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut names: Vec<_> = pinned.keys().chain(found.keys()).collect();
    names.sort();
    names.dedup();
    let shown =
        |hash: Option<&String>| hash.map_or("no such file".to_owned(), |hash| format!("sha256 {hash}"));
    names
        .into_iter()
        .filter(|name| pinned.get(*name) != found.get(*name))
        .map(|name| {
            let (pinned, found) = (shown(pinned.get(name)), shown(found.get(name)));
            format!("{name}: {pinned} is pinned, {found} was found")
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
