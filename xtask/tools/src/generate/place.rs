use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::{Files, Workspace, spec_files};

/// Puts both folders into place; the names of those that changed.
///
/// Files are written to a temporary folder beside them and the folders are then renamed. A folder that is
/// already right is not touched, so that nothing is rebuilt without need.
pub(super) fn folders(workspace: &Workspace, verbatim: &Files, distilled: &Files) -> Result<Vec<String>> {
    let openapi = workspace.openapi();
    let staging = tempfile::Builder::new()
        .prefix(".gen-")
        .tempdir_in(&openapi)
        .with_context(|| format!("cannot make a temporary folder in {}", openapi.display()))?;
    let mut staged = Vec::new();
    for (target, files) in [(workspace.upstream(), verbatim), (workspace.specs(), distilled)] {
        if spec_files(&target)?.as_ref() == Some(files) {
            continue;
        }
        let name = target.file_name().unwrap_or_default();
        let (new, old) = (staging.path().join(name), staging.path().join("old").join(name));
        write(&new, files)?;
        std::fs::create_dir_all(staging.path().join("old"))
            .context("cannot write to the temporary folder")?;
        staged.push((new, target, old));
    }
    for (at, (new, target, old)) in staged.iter().enumerate() {
        if let Err(error) = swap(new, target, old) {
            for (new, target, old) in staged.iter().take(at) {
                let undone = std::fs::rename(target, new).and_then(|()| std::fs::rename(old, target));
                undone.with_context(|| format!("cannot put {} back", target.display()))?;
            }
            return Err(error);
        }
    }
    Ok(staged.iter().map(|(_, target, _)| workspace.show(target)).collect())
}

fn write(folder: &Path, files: &Files) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn swap(new: &Path, target: &Path, old: &Path) -> Result<()> {
    let had = target.exists();
    if had {
        std::fs::rename(target, old).with_context(|| format!("cannot move {} away", target.display()))?;
    }
    std::fs::rename(new, target).or_else(|error| {
        if had {
            std::fs::rename(old, target).with_context(|| format!("cannot put {} back", target.display()))?;
        }
        Err(error).with_context(|| format!("cannot put {} into place", target.display()))
    })
}
