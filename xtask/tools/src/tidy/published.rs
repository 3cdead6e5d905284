//! What every published member's manifest and folder hold.

use std::path::Path;

use super::Violation;
use super::family::members;
use super::files::Tree;

/// Texts that each package carries, because each is published by itself.
const FILES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
const KEYS: [&str; 4] = ["categories", "description", "documentation", "keywords"];
const INHERITED: [&str; 5] = ["authors", "edition", "license", "repository", "rust-version"];

/// Published members describe themselves, and say how docs.rs builds them.
pub(super) fn manifests_are_complete(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for member in members(tree).iter().filter(|member| member.published) {
        let place = format!("{}Cargo.toml", member.folder);
        let Some(package) = member.manifest.get("package") else { continue };
        let mut missing: Vec<String> =
            KEYS.iter().filter(|key| package.get(**key).is_none()).map(|key| (*key).to_owned()).collect();
        let inherited = |key: &&&str| package.get(**key).and_then(|value| value.get("workspace")).is_none();
        missing.extend(INHERITED.iter().filter(inherited).map(|key| format!("{key}.workspace = true")));
        let docs =
            package.get("metadata").and_then(|metadata| metadata.get("docs")?.get("rs")?.get("all-features"));
        if docs.and_then(toml::Value::as_bool) != Some(true) {
            missing.push("[package.metadata.docs.rs] all-features = true".to_owned());
        }
        if !missing.is_empty() {
            found.push(Violation::new(place, format!("lacks {}", missing.join(", "))));
        }
    }
    found
}

/// Published members carry licences and a README of their own: links to the root are lost on Windows.
pub(super) fn missing_files(root: &Path, tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for member in members(tree).iter().filter(|member| member.published) {
        let readme = member.manifest.get("package").and_then(|package| package.get("readme")?.as_str());
        for name in FILES.into_iter().chain([readme.unwrap_or("README.md")]) {
            let path = root.join(&member.folder).join(name);
            let is_file = std::fs::symlink_metadata(&path).is_ok_and(|data| data.is_file());
            if !is_file {
                found.push(Violation::new(
                    format!("{}{name}", member.folder),
                    "is missing, or a link; add a file",
                ));
            }
        }
    }
    found
}
