//! The members of the workspace and their features, as their manifests say.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A package of the workspace.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// The package's name.
    pub name: String,
    /// Its folder, relative to the repository.
    pub folder: PathBuf,
    /// The features that tests and lints enable, without products and bundles of products.
    pub features: Vec<String>,
    /// Whether it is published.
    pub published: bool,
    /// The names of its test programs that the manifest or the folder `tests` lists.
    pub tests: Vec<String>,
}

impl Member {
    /// Returns whether it has a test program of this name.
    pub fn has_test(&self, name: &str) -> bool {
        self.tests.iter().any(|test| test == name)
    }
}

/// Products that the SDK's own tests use besides the default ones.
const PRODUCTS: &[&str] =
    &["conversations-v1", "iam-organizations", "lookups-v1", "memory-v1", "numbers-v1", "serverless-v1"];

/// Features that tests and lints leave out: they need a desktop's libraries, or are bundles of others.
const LEFT_OUT: &[&str] = &["all-products", "default", "full", "keyring", "plain", "vault-keyring"];

/// Reads the manifests of all members.
///
/// # Errors
///
/// A manifest cannot be read.
pub fn members(root: &Path) -> Result<Vec<Member>> {
    let text = read(&root.join("Cargo.toml"))?;
    let mut folders = Vec::new();
    for entry in array(&text, "members") {
        match entry.strip_suffix("/*") {
            Some(parent) => folders.extend(subfolders(root, parent)?),
            None => folders.push(PathBuf::from(entry)),
        }
    }
    folders.into_iter().map(|folder| member(root, folder)).collect()
}

/// Returns the argument of `--features` for members: `package/feature,…`, without those in `without`.
pub fn features(members: &[&Member], without: &[&str]) -> String {
    let all = members.iter().flat_map(|member| {
        let features = member.features.iter().filter(|feature| !without.contains(&feature.as_str()));
        features.map(|feature| format!("{}/{feature}", member.name))
    });
    all.collect::<Vec<_>>().join(",")
}

fn member(root: &Path, folder: PathBuf) -> Result<Member> {
    let text = read(&root.join(&folder).join("Cargo.toml"))?;
    let name = value(&text, "package", "name").with_context(|| format!("{}: no name", folder.display()))?;
    let mut features: Vec<String> = keys(&products_removed(&text), "features");
    features.retain(|feature| !LEFT_OUT.contains(&feature.as_str()));
    if name == "twilio-sdk" {
        features.extend(PRODUCTS.iter().map(|product| (*product).to_owned()));
    }
    let published = !text.lines().any(|line| line.trim() == "publish = false");
    let tests = tests(root, &folder, &text);
    Ok(Member { name, folder, features, published, tests })
}

/// The manifest without the list of products that `cargo xtask gen` writes.
fn products_removed(text: &str) -> String {
    let (mut kept, mut in_products) = (String::new(), false);
    for line in text.lines() {
        in_products |= line.starts_with("# products: begin");
        if !in_products {
            kept.push_str(line);
            kept.push('\n');
        }
        in_products &= !line.starts_with("# products: end");
    }
    kept
}

fn tests(root: &Path, folder: &Path, manifest: &str) -> Vec<String> {
    let mut tests = Vec::new();
    let mut in_test = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_test = line.trim() == "[[test]]";
        } else if let Some(name) = line.strip_prefix("name = ").filter(|_| in_test) {
            tests.push(name.trim().trim_matches('"').to_owned());
        }
    }
    let entries = std::fs::read_dir(root.join(folder).join("tests")).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let is_test = path.extension().is_some_and(|e| e == "rs") || path.join("main.rs").is_file();
        if let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_test) {
            tests.push(name.to_owned());
        }
    }
    tests.sort();
    tests.dedup();
    tests
}

fn subfolders(root: &Path, parent: &str) -> Result<Vec<PathBuf>> {
    let folder = root.join(parent);
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| Path::new(parent).join(entry.file_name()))
        .collect();
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The lines of a table of a manifest.
fn table<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let heading = format!("[{name}]");
    let lines = text.lines().skip_while(move |line| line.trim() != heading).skip(1);
    lines.take_while(|line| !line.starts_with('['))
}

fn value(text: &str, section: &str, key: &str) -> Option<String> {
    table(text, section).find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The keys of a table; values may be arrays over several lines.
fn keys(text: &str, section: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for line in table(text, section) {
        let line = line.split('#').next().unwrap_or_default();
        if depth == 0
            && let Some((name, _)) = line.split_once('=')
        {
            found.push(name.trim().trim_matches('"').to_owned());
        }
        depth = (depth + line.matches('[').count()).saturating_sub(line.matches(']').count());
    }
    found
}

/// The strings of an array of the workspace's manifest, on one line or several.
fn array(text: &str, key: &str) -> Vec<String> {
    let Some(start) = text.lines().position(|line| line.starts_with(&format!("{key} = ["))) else {
        return Vec::new();
    };
    let rest: String = text.lines().skip(start).collect::<Vec<_>>().join("\n");
    let body = rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(body, _)| body);
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn the_members_of_this_workspace_are_found() {
        let found = members(Workspace::here().root()).unwrap();
        let named = |name: &str| found.iter().find(|member| member.name == name).unwrap();
        assert!(!named("xtask").published);
        let sdk = named("twilio-sdk");
        assert!(sdk.published && sdk.features.contains(&"stream".to_owned()), "{sdk:?}");
        assert!(!sdk.features.iter().any(|f| f == "default" || f == "full" || f == "video-v1"), "{sdk:?}");
    }

    #[test]
    fn manifests_are_read_line_by_line() {
        let text = "[package]\nname = \"a\" \n[features]\n# b = []\nx = [\n  \"y\",\n]\nz = [] # c = d\n[dependencies]\nw = \"1\"\n";
        assert_eq!(value(text, "package", "name").unwrap(), "a");
        assert_eq!(keys(text, "features"), ["x", "z"]);
        assert_eq!(array("members = [\n \"a\", \"b/*\"]\n", "members"), ["a", "b/*"]);
        let products = "[features]\na = []\n# products: begin (x)\nb = []\n# products: end\nc = []\n";
        assert_eq!(keys(&products_removed(products), "features"), ["a", "c"]);
    }
}
