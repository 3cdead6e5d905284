use std::path::Path;

use anyhow::{Context, Result};

/// A text file, its path relative to the repository with `/` between folders.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Line numbers and lines without comments and texts; test modules at the end of a file included.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, String)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, bare(line)));
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

/// A line without its comment and without what its string literals hold. A literal over several lines is taken
/// for code, which is good enough for rules.
fn bare(line: &str) -> String {
    let mut code = String::new();
    let mut chars = line.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                chars.next();
            }
            '"' if in_string || !code.ends_with('\'') => {
                in_string = !in_string;
                code.push(c);
            }
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            c if !in_string => code.push(c),
            _ => {}
        }
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
            assert_eq!(bare(line), code, "{line}");
        }
    }
}
