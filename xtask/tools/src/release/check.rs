use anyhow::Result;
use serde_json::Value;

use super::descriptions::{Descriptions, NOTICE};
use super::package::{Member, Package};
use crate::workspace::Workspace;

/// The registry rejects larger packages.
const MAX_BYTES: u64 = 10 << 20;

/// Problems of the manifests: versions, pins, metadata, docs.rs settings.
pub(super) fn manifests(workspace: &Workspace, members: &[Member]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let version = members.first().map(|member| member.version.as_str()).unwrap_or_default();
    for member in members {
        let (name, facts) = (&member.name, &member.facts);
        if member.version != version {
            problems.push(format!("{name}: has version {} and not {version}", member.version));
        }
        for field in ["description", "license", "repository", "documentation", "readme", "rust_version"] {
            if facts[field].as_str().is_none_or(str::is_empty) {
                problems.push(format!("{name}: `{field}` is missing; set it in its Cargo.toml"));
            }
        }
        for (list, most) in [("keywords", 5), ("categories", 5), ("authors", usize::MAX)] {
            match facts[list].as_array().map_or(0, Vec::len) {
                0 => problems.push(format!("{name}: `{list}` is empty; set it in its Cargo.toml")),
                found if found > most => problems.push(format!("{name}: more than {most} {list}")),
                _ => {}
            }
        }
        let docs = &facts["metadata"]["docs"]["rs"];
        if docs["all-features"] != Value::Bool(true) || docs["rustdoc-args"].as_array().is_none() {
            problems.push(format!(
                "{name}: [package.metadata.docs.rs] needs `all-features = true` and `rustdoc-args`"
            ));
        }
        for dependency in facts["dependencies"].as_array().into_iter().flatten() {
            let is_sister = dependency["path"].is_string() && dependency["kind"] != "dev";
            let pin = format!("={version}");
            if is_sister && dependency["req"].as_str() != Some(&pin) {
                problems.push(format!("{name}: {} is not pinned to {pin}", dependency["name"]));
            }
        }
    }
    let log = std::fs::read_to_string(workspace.root().join("CHANGELOG.md"))?;
    if !log.contains(&format!("## {version}")) && !log.contains("## Unreleased") {
        problems.push(format!("CHANGELOG.md: has neither a section {version} nor one that is unreleased"));
    }
    Ok(problems)
}

/// Problems of the packed files: licence texts, READMEs, size, and Twilio's descriptions with their notice.
pub(super) fn packages(packages: &[Package], descriptions: Descriptions) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for package in packages {
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "Cargo.toml"] {
            if package.files.get(file).copied().unwrap_or_default() == 0 {
                problems.push(format!("{}: the package has no {file}", package.name));
            }
        }
        if package.bytes > MAX_BYTES {
            problems.push(format!(
                "{}: {} bytes packed, more than the registry takes",
                package.name, package.bytes
            ));
        }
        if package.name == "twilio-sdk-openapi" {
            let verbatim = package.files.keys().any(|path| path.starts_with("upstream/twilio_"));
            let notice = package.files.contains_key(&format!("upstream/{NOTICE}"));
            let included = descriptions == Descriptions::Included;
            if (verbatim, notice) != (included, included) {
                problems.push(format!(
                    "{}: verbatim files: {verbatim}, their licence notice: {notice}, and both should be {included}",
                    package.name
                ));
            }
        }
    }
    Ok(problems)
}
