//! What the documentation says of debug builds.

use std::collections::BTreeMap;

const LOCK: &str = include_str!("../../../../Cargo.lock");
const MANIFEST: &str = include_str!("../../../../Cargo.toml");

/// Documents that show them.
const DOCUMENTS: [(&str, &str); 2] = [
    ("src/lib.rs", include_str!("../../src/lib.rs")),
    ("docs/inbound-auth.md", include_str!("../../../../docs/inbound-auth.md")),
];

/// The levels of optimization by package that a manifest sets for debug builds.
fn levels(manifest: &str) -> BTreeMap<String, i64> {
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let packages = manifest["profile"]["dev"]["package"].as_table().expect("packages");
    packages
        .iter()
        .filter_map(|(name, profile)| Some((name.clone(), profile.get("opt-level")?.as_integer()?)))
        .collect()
}

/// The lines of a document that a reader copies.
fn shown(document: &str) -> Option<String> {
    let lines: Vec<&str> =
        document.lines().map(|line| line.strip_prefix("//!").unwrap_or(line).trim()).collect();
    let text = lines.join("\n");
    let block = text.split("```toml\n").skip(1).find(|block| block.starts_with("[profile."))?;
    Some(block.split("```").next()?.to_owned())
}

#[test]
fn review_65_the_documents_show_the_lines_that_mend_slow_debug_builds() {
    let lock: toml::Table = LOCK.parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let package = |name: &str| packages.iter().find(|package| package["name"].as_str() == Some(name));
    for (document, text) in DOCUMENTS {
        let block = shown(text).unwrap_or_else(|| panic!("{document} does not show them"));
        let shown = levels(&block);
        // What this workspace itself is built with, so that the tests show its effect.
        assert_eq!(shown, levels(MANIFEST), "{document}");
        assert!(shown.keys().all(|name| package(name).is_some()) && shown.values().all(|level| *level == 3));
        // The time goes into Argon2 and the hash below it.
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["argon2", "blake2"], "{document}");
        let below = package("argon2").unwrap()["dependencies"].as_array().unwrap();
        assert!(below.iter().any(|name| name.as_str() == Some("blake2")), "{below:?}");
    }
}
