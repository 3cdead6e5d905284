//! Whether the version moves as the lock of the public surface says that it must.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Violation;
use crate::workspace::Workspace;

/// Compares the locks with those of the last release's tag. Without a tag nothing was released, so nothing can break.
pub(super) fn problems(workspace: &Workspace) -> Result<Vec<Violation>> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(workspace.root()).args(arguments).output();
        output.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    let Some(tag) = git(&["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]) else {
        return Ok(Vec::new());
    };
    let tag = String::from_utf8_lossy(&tag).trim().to_owned();
    let mut breaks = Vec::new();
    let folder = workspace.show(&workspace.surface());
    let listed = git(&["ls-tree", "--name-only", &tag, &format!("{folder}/")]).unwrap_or_default();
    for path in String::from_utf8_lossy(&listed).lines().filter(|path| path.ends_with(".json")) {
        let Some(then) = git(&["show", &format!("{tag}:{path}")]) else { continue };
        let then: Value = serde_json::from_slice(&then).with_context(|| format!("{tag}:{path}"))?;
        let now = std::fs::read(workspace.root().join(path)).unwrap_or_default();
        let now: Value = serde_json::from_slice(&now).unwrap_or(Value::Null);
        gone(&then, &now, path, &mut breaks);
    }
    let root =
        std::fs::read_to_string(workspace.root().join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let root: toml::Table = root.parse().context("cannot read Cargo.toml")?;
    let version = root["workspace"]["package"]["version"].as_str().unwrap_or_default().to_owned();
    let log =
        std::fs::read_to_string(workspace.root().join("CHANGELOG.md")).context("cannot read CHANGELOG.md")?;
    Ok(judge(&tag, &version, &breaks, &log))
}

/// What a version and its change log owe to breaks since a tag.
fn judge(tag: &str, version: &str, breaks: &[String], log: &str) -> Vec<Violation> {
    let Some(first) = breaks.first() else { return Vec::new() };
    let mut found = Vec::new();
    if !is_breaking(tag.trim_start_matches('v'), version) {
        found.push(Violation::new(
            "Cargo.toml",
            format!(
                "{} names left the surface since {tag}, such as {first}; raise the minor version",
                breaks.len()
            ),
        ));
    }
    let section = log.split("\n## ").nth(1).unwrap_or_default();
    if !section.contains("### Breaking") {
        found.push(Violation::new("CHANGELOG.md", format!("has no section `### Breaking` for {first}")));
    }
    found
}

/// Whether a version may break callers of an older one: a higher minor version while it is 0.x, a higher major later.
fn is_breaking(then: &str, now: &str) -> bool {
    let parts = |version: &str| {
        let mut numbers = version.split(['.', '-', '+']).map(|part| part.parse::<u64>().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    };
    let ((old_major, old_minor), (major, minor)) = (parts(then), parts(now));
    major > old_major || (old_major == 0 && major == 0 && minor > old_minor)
}

/// The places of a lock whose value is gone or another; what is new breaks nobody.
fn gone(then: &Value, now: &Value, place: &str, into: &mut Vec<String>) {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            for (key, value) in then {
                gone(value, now.get(key).unwrap_or(&Value::Null), &format!("{place}/{key}"), into);
            }
        }
        // Arguments in their order: one more is a break too.
        (then, now) if then != now => into.push(place.to_owned()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_leaves_a_lock_breaks_and_what_is_new_does_not() {
        let then = json!({ "a": { "method": "x", "required": ["to"] } });
        let breaks = |now: Value| {
            let mut into = Vec::new();
            gone(&then, &now, "lock", &mut into);
            into
        };
        assert!(breaks(json!({ "a": { "method": "x", "required": ["to"], "b": 1 }, "c": {} })).is_empty());
        assert_eq!(breaks(json!({ "a": { "method": "y", "required": ["to"] } })), ["lock/a/method"]);
        assert_eq!(
            breaks(json!({ "a": { "method": "x", "required": ["to", "from"] } })),
            ["lock/a/required"]
        );
        assert_eq!(breaks(json!({})), ["lock/a"]);
    }

    #[test]
    fn a_break_needs_a_version_and_a_word_in_the_change_log() {
        let breaks = ["lock/a".to_owned()];
        let log = "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- a is gone\n";
        assert!(judge("v0.1.0", "0.2.0", &breaks, log).is_empty());
        assert_eq!(judge("v0.1.0", "0.1.1", &breaks, log)[0].place, "Cargo.toml");
        assert_eq!(
            judge("v0.1.0", "0.2.0", &breaks, "# Changelog\n\n## Unreleased\n")[0].place,
            "CHANGELOG.md"
        );
        assert!(judge("v0.1.0", "0.1.0", &[], "").is_empty());
        assert!(
            is_breaking("1.2.0", "2.0.0") && !is_breaking("1.2.0", "1.3.0") && is_breaking("0.1.0", "1.0.0")
        );
    }
}
