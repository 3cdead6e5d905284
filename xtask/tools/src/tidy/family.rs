//! Who may depend on whom among the members, and how.

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use super::files::{Tree, has_word};

/// The sisters that each published member may depend on, and through them on what those may depend on. `?` marks what must
/// be optional.
const TABLE: &[(&str, &[&str])] = &[
    ("twilio-sdk-openapi", &[]),
    ("twilio-sdk-codegen", &["twilio-sdk-openapi"]),
    ("twilio-sdk-types", &[]),
    ("twilio-sdk-config", &["twilio-sdk-types"]),
    ("twilio-sdk-redact", &["twilio-sdk-types"]),
    ("twilio-sdk-http", &["twilio-sdk-config", "twilio-sdk-types"]),
    ("twilio-sdk-audit", &["twilio-sdk-config", "twilio-sdk-redact", "twilio-sdk-types"]),
    ("twilio-sdk-access-token", &["twilio-sdk-types"]),
    ("twilio-sdk-webhook", &["twilio-sdk-types"]),
    ("twilio-sdk-twiml", &["twilio-sdk-types"]),
    ("twilio-sdk-realtime", &["twilio-sdk-types", "twilio-sdk-webhook"]),
    ("twilio-sdk-oauth", &["twilio-sdk-audit", "twilio-sdk-http"]),
    ("twilio-sdk-vault", &["twilio-sdk-audit", "twilio-sdk-config", "twilio-sdk-http?"]),
    (
        "twilio-sdk-inbound-auth",
        &["twilio-sdk-audit", "twilio-sdk-config", "twilio-sdk-http?", "twilio-sdk-types"],
    ),
    ("twilio-sdk-access", &["twilio-sdk-audit", "twilio-sdk-config", "twilio-sdk-inbound-auth?"]),
    (
        "twilio-emulator",
        &[
            "twilio-sdk-config",
            "twilio-sdk-openapi",
            "twilio-sdk-realtime",
            "twilio-sdk-redact",
            "twilio-sdk-twiml",
            "twilio-sdk-types",
            "twilio-sdk-webhook",
        ],
    ),
    (
        "twilio-sdk",
        &[
            "twilio-emulator?",
            "twilio-sdk-access-token?",
            "twilio-sdk-access?",
            "twilio-sdk-audit",
            "twilio-sdk-codegen",
            "twilio-sdk-config",
            "twilio-sdk-http",
            "twilio-sdk-inbound-auth?",
            "twilio-sdk-oauth?",
            "twilio-sdk-openapi",
            "twilio-sdk-realtime?",
            "twilio-sdk-redact",
            "twilio-sdk-twiml?",
            "twilio-sdk-types",
            "twilio-sdk-vault?",
            "twilio-sdk-webhook?",
        ],
    ),
    ("twilio-sdk-campaign", &["twilio-sdk"]),
    (
        "twilio-token-server",
        &[
            "twilio-sdk",
            "twilio-sdk-access-token",
            "twilio-sdk-audit",
            "twilio-sdk-http",
            "twilio-sdk-inbound-auth",
        ],
    ),
    (
        "twilio-admin",
        &[
            "twilio-sdk",
            "twilio-sdk-access",
            "twilio-sdk-audit",
            "twilio-sdk-inbound-auth",
            "twilio-sdk-oauth",
            "twilio-sdk-vault",
        ],
    ),
    ("twilio-cli", &["twilio-sdk"]),
];

/// A member as its manifest says.
pub(super) struct Member {
    pub(super) name: String,
    /// `crates/types/`, with the slash.
    pub(super) folder: String,
    pub(super) manifest: toml::Table,
    pub(super) published: bool,
    /// As code writes it.
    library: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    kind: Kind,
    optional: bool,
    /// The entry itself.
    entry: toml::Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Build,
    Dev,
}

/// The members of the workspace; a manifest that cannot be read is left to cargo.
pub(super) fn members(tree: &Tree) -> Vec<Member> {
    let mut found = Vec::new();
    for file in &tree.manifests {
        let Some(folder) = file.path.strip_suffix("Cargo.toml").filter(|folder| !folder.is_empty()) else {
            continue;
        };
        let Ok(manifest) = file.text.parse::<toml::Table>() else { continue };
        let name =
            manifest.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str());
        // What has a workspace of its own is no member.
        let Some(name) = name.filter(|_| !manifest.contains_key("workspace")) else { continue };
        let library = manifest.get("lib").and_then(|lib| lib.get("name")).and_then(|name| name.as_str());
        let library = library.map_or_else(|| name.replace('-', "_"), str::to_owned);
        let published = manifest["package"].get("publish").and_then(toml::Value::as_bool) != Some(false);
        let mut dependencies = Vec::new();
        collect(&manifest, &mut dependencies);
        for target in manifest.get("target").and_then(|target| target.as_table()).into_iter().flatten() {
            target.1.as_table().into_iter().for_each(|table| collect(table, &mut dependencies));
        }
        let (name, folder) = (name.to_owned(), folder.to_owned());
        found.push(Member { name, folder, manifest, published, library, dependencies });
    }
    found
}

fn collect(table: &toml::Table, into: &mut Vec<Dependency>) {
    let kinds = [
        ("dependencies", Kind::Normal),
        ("build-dependencies", Kind::Build),
        ("dev-dependencies", Kind::Dev),
    ];
    for (section, kind) in kinds {
        for (name, entry) in table.get(section).and_then(|section| section.as_table()).into_iter().flatten() {
            let name = entry.get("package").and_then(|name| name.as_str()).unwrap_or(name).to_owned();
            let optional = entry.get("optional").and_then(toml::Value::as_bool) == Some(true);
            into.push(Dependency { name, kind, optional, entry: entry.clone() });
        }
    }
}

/// Published members depend only on the sisters that the table allows.
pub(super) fn dependencies_are_allowed(tree: &Tree) -> Vec<Violation> {
    let members = members(tree);
    let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut found = Vec::new();
    for member in members.iter().filter(|member| member.published) {
        let place = format!("{}Cargo.toml", member.folder);
        let Some((_, listed)) = TABLE.iter().find(|(name, _)| *name == member.name) else {
            found.push(Violation::new(
                place,
                "is in no row of the table in xtask/tools/src/tidy/family.rs; add one",
            ));
            continue;
        };
        let allowed = allowed(listed);
        let sisters =
            member.dependencies.iter().filter(|dependency| names.contains(dependency.name.as_str()));
        for sister in sisters.filter(|sister| sister.kind != Kind::Dev) {
            let message = match allowed.get(sister.name.as_str()) {
                None => "may not depend on it; see `cargo xtask tidy --dependencies`",
                Some(false) if !sister.optional => "must depend on it optionally, behind a feature",
                Some(_) => continue,
            };
            found.push(Violation::new(&place, format!("`{}`: {message}", sister.name)));
        }
    }
    found
}

/// What a row allows, by name, and whether it need not be optional.
fn allowed<'a>(listed: &[&'a str]) -> BTreeMap<&'a str, bool> {
    let mut allowed: BTreeMap<&str, bool> = BTreeMap::new();
    // What a sister brings along anyway may be named directly. What some path allows without a feature needs none.
    let mut next: Vec<(&str, bool)> = listed.iter().map(|name| (*name, true)).collect();
    while let Some((name, plain)) = next.pop() {
        let bare = name.trim_end_matches('?');
        let plain = plain && bare == name;
        if allowed.get(bare).is_some_and(|before| *before || !plain) {
            continue;
        }
        allowed.insert(bare, plain);
        let row = TABLE.iter().filter(|(row, _)| *row == bare).flat_map(|(_, listed)| *listed);
        next.extend(row.map(|name| (*name, plain)));
    }
    allowed
}

/// Sisters are pinned exactly, at one place; development dependencies have no version, so that packaging drops them.
pub(super) fn sisters_are_pinned(tree: &Tree) -> Vec<Violation> {
    let members = members(tree);
    let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut found = Vec::new();
    let root = tree.manifests.iter().find(|file| file.path == "Cargo.toml");
    let root = root.and_then(|file| file.text.parse::<toml::Table>().ok()).unwrap_or_default();
    let workspace = root.get("workspace");
    let version = workspace
        .and_then(|workspace| workspace.get("package")?.get("version")?.as_str())
        .unwrap_or_default();
    let pinned = workspace.and_then(|workspace| workspace.get("dependencies")?.as_table());
    for (name, entry) in pinned.into_iter().flatten().filter(|(name, _)| names.contains(name.as_str())) {
        let given = entry.get("version").and_then(|version| version.as_str()).unwrap_or_default();
        if given != format!("={version}") {
            found.push(Violation::new(
                "Cargo.toml",
                format!("`{name}` is not pinned; write version = \"={version}\""),
            ));
        }
    }
    for member in members.iter().filter(|member| member.published) {
        let sisters =
            member.dependencies.iter().filter(|dependency| names.contains(dependency.name.as_str()));
        for sister in sisters {
            let inherits = sister.entry.get("workspace").is_some();
            let has_version = sister.entry.as_str().is_some() || sister.entry.get("version").is_some();
            let message = match sister.kind {
                Kind::Dev if inherits || has_version => {
                    "write a development dependency with a path and no version, so that packaging drops it"
                }
                Kind::Normal | Kind::Build if !inherits => {
                    "write `workspace = true`, where the version is pinned"
                }
                _ => continue,
            };
            found.push(Violation::new(
                format!("{}Cargo.toml", member.folder),
                format!("`{}`: {message}", sister.name),
            ));
        }
        let own = member.manifest.get("package").and_then(|package| package.get("version"));
        if own.is_none_or(|version| version.get("workspace").is_none()) {
            found.push(Violation::new(
                format!("{}Cargo.toml", member.folder),
                "write `version.workspace = true`",
            ));
        }
    }
    found
}

/// No member names a sister that is not a dependency of its own.
pub(super) fn only_dependencies_are_named(tree: &Tree) -> Vec<Violation> {
    let members = members(tree);
    let mut found = Vec::new();
    for file in &tree.rust {
        // The innermost folder wins: `xtask/tools/` lies in `xtask/`. What has a workspace of its own is no member.
        let folders = tree.manifests.iter().filter_map(|file| file.path.strip_suffix("Cargo.toml"));
        let folder = folders.filter(|folder| file.path.starts_with(folder)).max_by_key(|folder| folder.len());
        let Some(owner) = members.iter().find(|member| Some(member.folder.as_str()) == folder) else {
            continue;
        };
        let others = members.iter().filter(|other| {
            other.name != owner.name
                && !owner.dependencies.iter().any(|dependency| dependency.name == other.name)
        });
        let others: Vec<&Member> = others.filter(|other| other.library.starts_with("twilio_")).collect();
        for (at, line) in file.code() {
            if let Some(other) = others.iter().find(|other| has_word(&line, &other.library)) {
                let message = format!("names `{}`, on which `{}` does not depend", other.library, owner.name);
                found.push(Violation::new(file.at(at), message));
            }
        }
    }
    found
}

/// The table as `cargo xtask tidy --dependencies` prints it: what each member depends on, `?` for optional.
pub(super) fn table(tree: &Tree) -> String {
    let members = members(tree);
    let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut text = format!("{:<24} {:<62} allowed besides\n", "member", "depends on");
    for (name, listed) in TABLE {
        let Some(member) = members.iter().find(|member| member.name == *name) else { continue };
        let short = |name: &str| name.replace("twilio-sdk-", "");
        let mut used: BTreeMap<&str, bool> = BTreeMap::new();
        for sister in &member.dependencies {
            if sister.kind != Kind::Dev && names.contains(sister.name.as_str()) {
                *used.entry(&sister.name).or_insert(true) &= sister.optional;
            }
        }
        let shown: Vec<String> = used
            .iter()
            .map(|(name, optional)| format!("{}{}", short(name), if *optional { "?" } else { "" }))
            .collect();
        let rest = listed.iter().filter(|name| !used.contains_key(name.trim_end_matches('?')));
        let rest: Vec<String> = rest.map(|name| short(name)).collect();
        text += format!("{name:<24} {:<62} {}", shown.join(" "), rest.join(" ")).trim_end();
        text.push('\n');
    }
    text
}
