use std::path::Path;

use anyhow::{Context, Result};

/// A text file, its path relative to the repository with `/` between folders.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Returns line numbers and lines without comments and without the contents of string literals; test modules at the end
    /// of a file included.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, String)> {
        let mut literal = None;
        let lines = self.text.lines().enumerate().map(move |(at, line)| (at + 1, bare(line, &mut literal)));
        lines.filter(|(_, line)| !line.trim().is_empty())
    }

    /// The lines of code before the test module.
    pub(super) fn code_before_tests(&self) -> impl Iterator<Item = (usize, String)> {
        self.code().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }

    pub(super) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

/// How a string literal ends that a line leaves open.
#[derive(Clone, Copy)]
enum Literal {
    Escaped,
    /// With so many `#`.
    Raw(usize),
}

/// A line without its comment and without what its string literals hold; `open` is the literal that the line before left
/// open, and then the one that this line does.
fn bare(line: &str, open: &mut Option<Literal>) -> String {
    let mut code = String::new();
    let chars: Vec<char> = line.chars().collect();
    let hashes = |from: usize| chars.iter().skip(from).take_while(|c| **c == '#').count();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        match (*open, c) {
            (Some(Literal::Escaped), '\\') => at += 1,
            (Some(Literal::Escaped), '"') => {
                *open = None;
                code.push(c);
            }
            (Some(Literal::Raw(number)), '"') if hashes(at + 1) >= number => {
                *open = None;
                code.push(c);
                at += number;
            }
            (Some(_), _) => {}
            (None, '/') if chars.get(at + 1) == Some(&'/') => break,
            (None, '"') if code.ends_with('\'') && chars.get(at + 1) == Some(&'\'') => code.push(c),
            (None, '"') if code.ends_with("'\\") => code.push(c),
            (None, '"') => {
                let before = code.trim_end_matches('#');
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let is_raw =
                    before.ends_with('r') && !before.trim_end_matches(['r', 'b', 'c']).ends_with(word);
                *open = Some(if is_raw { Literal::Raw(code.len() - before.len()) } else { Literal::Escaped });
                code.push(c);
            }
            (None, c) => code.push(c),
        }
        at += 1;
    }
    code
}

/// The texts that the rules look at.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) rust: Vec<File>,
    pub(super) manifests: Vec<File>,
    /// The documents at the root, and the guides.
    pub(super) documents: Vec<File>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { rust: rust_files(root)?, ..Self::default() };
        tree.manifests = with_ending(root, ".toml")?;
        tree.manifests.retain(|file| file.path.ends_with("Cargo.toml"));
        tree.documents = with_ending(root, ".md")?;
        tree.documents.retain(|file| !file.path.contains('/') || file.path.starts_with("docs/"));
        Ok(tree)
    }

    pub(super) fn rust_in(&self, folder: &str) -> impl Iterator<Item = &File> {
        self.rust.iter().filter(move |file| file.path.starts_with(folder))
    }
}

/// Every Rust file that people write.
pub(crate) fn rust_files(root: &Path) -> Result<Vec<File>> {
    with_ending(root, ".rs")
}

fn with_ending(root: &Path, ending: &str) -> Result<Vec<File>> {
    let mut files = Vec::new();
    collect(root, root, ending, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(root: &Path, folder: &Path, ending: &str, into: &mut Vec<File>) -> Result<()> {
    let unreadable = || format!("cannot read {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if entry.file_type().with_context(unreadable)?.is_dir() {
            let skipped =
                ["target", "snapshots", "upstream", "specs", "node_modules"].contains(&name.as_str());
            if !skipped && !name.starts_with('.') {
                collect(root, &path, ending, into)?;
            }
        } else if name.ends_with(ending) {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            into.push(File { path: parts.join("/"), text });
        }
    }
    Ok(())
}

/// Whether `word` stands in `line` with nothing alphanumeric on either side.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !is_part(line[..at].chars().next_back()) && !is_part(line[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_not_code() {
        for (line, code) in [
            ("let a = 1; // hyper", "let a = 1; "),
            ("/// hyper", ""),
            (r#"f("https://hyper \" x", y) // z"#, r#"f("", y) "#),
            (r#"let c = '"'; hyper"#, r#"let c = '"'; hyper"#),
        ] {
            assert_eq!(bare(line, &mut None), code, "{line}");
        }
    }

    #[test]
    fn literals_over_several_lines_are_not_code() {
        let text = "let a = \"x\nhyper\ny\"; b\nlet c = r#\"\n\"hyper\n\"#; d\nlet e = '\\\"'; f\n";
        let file = File { path: String::new(), text: text.into() };
        let code: Vec<String> = file.code().map(|(_, line)| line).collect();
        assert!(code.iter().all(|line| !line.contains("hyper")), "{code:?}");
        for end in ["; b", "; d", "; f"] {
            assert!(code.iter().any(|line| line.ends_with(end)), "{end}: {code:?}");
        }
    }
}
