use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::generate::Notice;
use crate::verbatim;
use crate::workspace::Workspace;

/// Whether the packages contain Twilio's descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Descriptions {
    Included,
    LeftOut,
}

impl fmt::Display for Descriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Included => "included, with the licence notice of the package that they come from",
            Self::LeftOut => "left out; documentation is made from the facts of the specs",
        })
    }
}

/// The file with the licence notice, beside the verbatim files.
pub(super) const NOTICE: &str = "LICENSE";

/// Puts the pinned verbatim files and the licence notice of their package into place.
pub(super) fn fetch(workspace: &Workspace) -> Result<Descriptions> {
    verbatim::fetch(workspace)?;
    let notice = Notice::of_pinned_package(workspace).context(
        "Twilio's descriptions need the licence notice of their package; `--without-descriptions` leaves both out",
    )?;
    let path = workspace.upstream().join(NOTICE);
    std::fs::write(&path, notice.text()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Descriptions::Included)
}

/// Keeps the verbatim files out of the packages for as long as it lives.
pub(super) struct SetAside {
    from: PathBuf,
    to: PathBuf,
}

/// Sets the verbatim files aside, which `cargo package` would include.
pub(super) fn set_aside(workspace: &Workspace) -> Result<Option<SetAside>> {
    let from = workspace.upstream();
    if !from.exists() {
        return Ok(None);
    }
    let to = from.with_extension("set-aside");
    std::fs::rename(&from, &to).with_context(|| format!("cannot move {} aside", from.display()))?;
    Ok(Some(SetAside { from, to }))
}

impl Drop for SetAside {
    fn drop(&mut self) {
        if let Err(error) = std::fs::rename(&self.to, &self.from) {
            eprintln!("cannot move {} back to {}: {error}", self.to.display(), self.from.display());
        }
    }
}
