use super::Violation;
use super::files::Tree;

// Spelled in pieces, so that this file does not break its own rules.
const UNFINISHED: [&str; 2] = [concat!("todo", "!("), concat!("unimplemented", "!(")];
const IGNORED: [&str; 2] = [concat!("#[", "ignore"), concat!("#![", "ignore")];
const FENCE: &str = concat!("``", "`");

/// No placeholder for code that is to be written.
pub(super) fn nothing_left_to_do(tree: &Tree) -> Vec<Violation> {
    lines_with(tree, &UNFINISHED, "finish it, or take it out")
}

/// A test that does not run proves nothing.
pub(super) fn no_ignored_test(tree: &Tree) -> Vec<Violation> {
    lines_with(tree, &IGNORED, "run the test or delete it; one that needs something absent says so by name")
}

fn lines_with(tree: &Tree, patterns: &[&str], advice: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in &tree.rust {
        for (at, line) in file.code() {
            if let Some(pattern) = patterns.iter().find(|pattern| line.contains(**pattern)) {
                found.push(Violation::new(file.at(at), format!("`{pattern}`: {advice}")));
            }
        }
    }
    found
}

/// Examples that are not compiled go stale.
pub(super) fn doc_examples_compile(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in &tree.rust {
        for (at, line) in file.text.lines().enumerate() {
            let comment =
                line.trim_start().strip_prefix("///").or_else(|| line.trim_start().strip_prefix("//!"));
            let info = comment.and_then(|comment| comment.trim_start().strip_prefix(FENCE));
            if info.is_some_and(|info| info.split(',').any(|word| word.trim() == "ignore")) {
                found.push(Violation::new(
                    file.at(at + 1),
                    "example is ignored; use `no_run`, so that it is compiled",
                ));
            }
        }
    }
    found
}

/// Docs of public items in published members say request, response and so on.
pub(super) fn public_docs_use_the_words(tree: &Tree) -> Vec<Violation> {
    const FOLDERS: [&str; 5] = ["apps/", "codegen/", "crates/", "twilio-openapi/", "twilio-sdk/"];
    let is_published = |path: &str| {
        FOLDERS.iter().any(|folder| path.starts_with(folder))
            && path.contains("/src/")
            && !path.contains("/tests/")
    };
    let files = tree.rust.iter().filter(|file| is_published(&file.path));
    files
        .flat_map(|file| crate::words::hits(file, true))
        .map(|hit| {
            Violation::new(
                format!("{}:{}", hit.path, hit.line),
                format!("`{}`: say {}", hit.found, hit.better),
            )
        })
        .collect()
}
