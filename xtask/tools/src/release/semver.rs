use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::package::Member;
use crate::tools;
use crate::workspace::Workspace;

/// Compares the public interface with the last release, if one is tagged.
pub(super) fn check(workspace: &Workspace, members: &[Member]) -> Result<()> {
    let Some(tag) = last_tag(workspace)? else {
        println!(
            "semver: no release is tagged, so there is nothing to compare; the locks in twilio-openapi/surface keep \
             generated names still"
        );
        return Ok(());
    };
    let tool = match tools::SEMVER.ensure(workspace) {
        Ok(tool) => tool,
        Err(error) => {
            println!(
                "semver: cargo-semver-checks is unavailable ({error:#}); comparing the locks of the surface only"
            );
            return locks(workspace, &tag);
        }
    };
    for member in members {
        let mut command = Command::new(&tool);
        command.current_dir(workspace.root());
        command.args(["semver-checks", "--baseline-rev", &tag, "--package", &member.name]);
        workspace.run(command).with_context(|| format!("{} is not compatible with {tag}", member.name))?;
    }
    locks(workspace, &tag)
}

/// The newest tag `vX.Y.Z` that is an ancestor.
fn last_tag(workspace: &Workspace) -> Result<Option<String>> {
    let mut command = Command::new("git");
    command.current_dir(workspace.root()).args(["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]);
    let output = command.output().context("cannot start git")?;
    let tag = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((output.status.success() && !tag.is_empty()).then_some(tag))
}

/// Fails where a lock of the surface changed a name of the tagged release: names are only ever added.
fn locks(workspace: &Workspace, tag: &str) -> Result<()> {
    let mut changed = Vec::new();
    for product in twilio_openapi::products() {
        let file = product.file_name();
        let Some(old) = tagged(workspace, tag, &format!("twilio-openapi/surface/{file}"))? else { continue };
        let path = workspace.surface().join(&file);
        let new = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let new = serde_json::from_slice(&new).with_context(|| format!("{file} is not JSON"))?;
        changed.extend(moved(&old, &new, String::new()).map(|pointer| format!("{file}#{pointer}")));
    }
    if changed.is_empty() {
        println!("semver: no lock of the surface has changed a name since {tag}");
        return Ok(());
    }
    anyhow::bail!(
        "names of {tag} were changed; while the version is 0.x, that needs a new minor version:\n  {}",
        changed.join("\n  ")
    )
}

/// A JSON file as the tagged release has it; `None` where it has none.
fn tagged(workspace: &Workspace, tag: &str, path: &str) -> Result<Option<Value>> {
    let mut command = Command::new("git");
    command.current_dir(workspace.root()).args(["show", &format!("{tag}:{path}")]);
    let output = command.output().context("cannot start git")?;
    match output.status.success() {
        true => {
            Ok(Some(serde_json::from_slice(&output.stdout).with_context(|| format!("{path} is not JSON"))?))
        }
        false => Ok(None),
    }
}

/// The pointer to the first value of `old` that `new` does not have in its place; both may be longer.
pub(crate) fn moved(old: &Value, new: &Value, pointer: String) -> Option<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old.iter().find_map(|(key, value)| {
            let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            match new.get(key) {
                Some(new) => moved(value, new, pointer),
                None => Some(pointer),
            }
        }),
        (Value::Array(old), Value::Array(new)) => old.iter().enumerate().find_map(|(at, value)| {
            let pointer = format!("{pointer}/{at}");
            match new.get(at) {
                Some(new) => moved(value, new, pointer),
                None => Some(pointer),
            }
        }),
        (old, new) => (old != new).then_some(pointer),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_are_added_move_nothing() {
        let old = json!({"operations": {"A": {"required": ["x"]}}});
        let added = json!({"operations": {"A": {"required": ["x", "y"]}, "B": {}}});
        assert_eq!(moved(&old, &added, String::new()), None);
        let renamed = json!({"operations": {"A": {"required": ["z"]}}});
        assert_eq!(moved(&old, &renamed, String::new()).as_deref(), Some("/operations/A/required/0"));
        assert_eq!(moved(&added, &old, String::new()).as_deref(), Some("/operations/A/required/1"));
        assert_eq!(moved(&old, &json!({}), String::new()).as_deref(), Some("/operations"));
    }
}
