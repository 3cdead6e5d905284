use super::Violation;
use super::files::Tree;
use crate::output::count;

const MOST: usize = 500;
const MEDIAN: usize = 200;

/// No file over 500 lines, and half of them at most 200.
pub(super) fn files_are_small(tree: &Tree) -> Vec<Violation> {
    let long =
        tree.rust.iter().map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > MOST);
    let mut found: Vec<_> = long
        .map(|(file, lines)| {
            Violation::new(&file.path, format!("{lines} lines; split it, no file has more than {MOST}"))
        })
        .collect();
    let median = median(tree);
    if median > MEDIAN {
        found.push(Violation::new(
            "all files",
            format!("half of them have more than {median} lines; the median is to be at most {MEDIAN}"),
        ));
    }
    found
}

pub(super) fn summary(tree: &Tree) -> String {
    format!("{}, median {}", count(tree.rust.len(), "Rust file"), count(median(tree), "line"))
}

fn median(tree: &Tree) -> usize {
    let mut lines: Vec<_> = tree.rust.iter().map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    lines.get(lines.len() / 2).copied().unwrap_or(0)
}
