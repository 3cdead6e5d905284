//! Words in documentation and messages that the project's style replaces.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::output::{count, print};
use crate::tidy::{File, has_word, rust_files};
use crate::workspace::Workspace;

/// What `cargo xtask words` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print only the number of hits of each file.
    #[arg(long)]
    count: bool,
    /// Also report the comments of private items, tests included.
    #[arg(long)]
    all: bool,
    /// Report only files whose path contains one of these.
    paths: Vec<String>,
}

/// What is replaced, and by what. A pattern is a word or phrase; `|` separates alternatives.
const PATTERNS: &[(&str, &str)] = &[
    ("answer|answers|answered", "response, returned"),
    ("unless set", "`Default: …`"),
    ("whom|whoever", "the user, the caller"),
    ("nobody|somebody|anybody|everybody", "no client, an attacker, any user"),
    ("is asked|are asked|asked for|is asked for", "requested, queried, prompted"),
    ("tells|tell", "says, returns, reports"),
    ("moment|moments", "timestamp, instant"),
    ("people|person", "users, principal"),
    ("in the making|being put together", "creates, builds"),
    ("under way", "in flight"),
    ("is refused|are refused|refuses|refuse", "rejects, denies, returns 4xx"),
    ("lets in|let in|lets through|let through", "allows, accepts, authenticates"),
    ("turned away|turns away|turn away", "rejected"),
    ("believes|believe|believed", "accepts, trusts"),
    ("on record|for the record", "in the audit log"),
    ("one's own|of its own|of their own|of one's own", "your, custom, its"),
    ("As of [", "`The same errors as [`x`].`"),
    ("time-out|time-outs", "timeout"),
    ("carried out|carries out|carry out", "executed"),
    ("this machine", "localhost, loopback"),
    ("tried again|asked again|read again", "retried, reloaded"),
    ("cannot be had|cannot be told|cannot be asked", "unavailable, unknown, invalid"),
    ("twice is the same as once", "idempotent"),
    ("texts|a text|plain text of its own", "string"),
    ("came back|comes back", "response, returned"),
    ("as long as it is there|is not there|are not there", "exists, is missing"),
];

/// First words of a doc comment that say nothing of what the item does.
const OPENINGS: &[&str] =
    &["Whether", "What", "Which", "Who", "Where", "How", "When", "Whose", "Why", "From", "Until", "As whom"];

/// Lines that use a replaced word rightly: a file's ending, and what the line contains.
const ALLOWED: &[(&str, &str)] = &[
    ("", "phone call"),
    ("", "answer the call"),
    ("", "answered by"),
    ("", "AnsweredBy"),
    ("", "answering machine"),
    ("", "`answer"),
    ("", "answer_"),
    ("", "_answer"),
    ("", "no-answer"),
    ("", "plain text"),
    ("", "for people"),
    ("", "fields of their own"),
    ("", "a field of their own"),
    ("", "connections of their own"),
    ("", "stack of its own"),
    ("", "can be read again"),
    ("", "repaired and read again"),
    ("words.rs", ""),
];

/// A line with a replaced word.
pub(crate) struct Hit {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) found: String,
    pub(crate) better: String,
    text: String,
}

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let files = rust_files(workspace.root())?;
    let chosen = files.iter().filter(|file| {
        args.paths.is_empty() || args.paths.iter().any(|path| file.path.contains(path.as_str()))
    });
    let found: Vec<Hit> = chosen.flat_map(|file| hits(file, !args.all)).collect();
    let mut text = String::new();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for hit in &found {
        *files.entry(&hit.path).or_default() += 1;
        if !args.count {
            text += &format!("{}:{}: `{}` -> {}: {}\n", hit.path, hit.line, hit.found, hit.better, hit.text);
        }
    }
    if args.count {
        let mut files: Vec<_> = files.iter().collect();
        files.sort_by(|a, b| b.1.cmp(a.1));
        files.iter().for_each(|(path, number)| text += &format!("{number:>5} {path}\n"));
    }
    print(&format!("{text}{}, {}\n", count(found.len(), "hit"), count(files.len(), "file")))
}

/// The hits of a file: docs of public items, or every comment.
pub(crate) fn hits(file: &File, public_only: bool) -> Vec<Hit> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    let mut in_code = false;
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        if public_only && trimmed == "#[cfg(test)]" {
            break;
        }
        let Some(comment) = comment(trimmed, public_only) else {
            in_code = false;
            continue;
        };
        if comment.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let is_inner = trimmed.starts_with("//!");
        if in_code || (public_only && !is_inner && !is_public(&lines, at)) {
            continue;
        }
        let mut hit = |word: &str, better: &str| {
            let allowed = ALLOWED.iter().any(|(end, text)| file.path.ends_with(end) && line.contains(text));
            if !allowed {
                found.push(Hit {
                    path: file.path.clone(),
                    line: at + 1,
                    found: word.to_owned(),
                    better: better.to_owned(),
                    text: trimmed.to_owned(),
                });
            }
        };
        for (words, better) in PATTERNS {
            if let Some(word) = words.split('|').find(|word| contains(comment, word)) {
                hit(word, better);
            }
        }
        let is_first = at == 0 || !lines[at - 1].trim_start().starts_with("//");
        let is_doc = trimmed.starts_with("///") || is_inner;
        if let Some(word) = OPENINGS.iter().find(|word| starts_with_word(comment.trim_start(), word))
            && is_first
            && is_doc
            && (is_inner || !is_field(&lines, at))
        {
            hit(word, "a verb in the third person, or a noun of the type");
        }
    }
    found
}

fn comment(line: &str, public_only: bool) -> Option<&str> {
    let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
    if public_only { doc } else { doc.or_else(|| line.split_once("// ").map(|(_, comment)| comment)) }
}

fn contains(text: &str, word: &str) -> bool {
    let lower = text.to_lowercase();
    let word = word.to_lowercase();
    if word.ends_with('[') { lower.contains(&word) } else { has_word(&lower, &word) }
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// The item that a doc comment belongs to.
fn item<'t>(lines: &[&'t str], at: usize) -> Option<&'t str> {
    lines.iter().skip(at).map(|line| line.trim_start()).find(|line| {
        !line.is_empty() && !line.starts_with("//") && !line.starts_with("#[") && !line.starts_with(')')
    })
}

/// Whether a doc comment belongs to a field or a variant, which may say what it holds: "When the event occurred."
fn is_field(lines: &[&str], at: usize) -> bool {
    const ITEMS: [&str; 8] = ["fn", "async", "struct", "enum", "trait", "type", "const", "mod"];
    item(lines, at).is_some_and(|item| {
        let item = item.strip_prefix("pub ").unwrap_or(item);
        !ITEMS.iter().any(|word| starts_with_word(item, word))
    })
}

/// Whether the item behind a doc comment is public: `pub`, a variant, a field of an enum's variant, a trait's item.
fn is_public(lines: &[&str], at: usize) -> bool {
    let Some(item) = item(lines, at) else { return false };
    if item.starts_with("pub ") {
        return true;
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = lines.get(at).map_or(0, |line| indent(line));
    if own == 0 {
        return false;
    }
    // Variants and items of traits carry no `pub`; what encloses them says whether they are seen.
    let outer = lines[..at].iter().rev().find(|line| {
        !line.trim().is_empty() && indent(line) < own && !line.trim_start().starts_with(['/', '#', '}', ')'])
    });
    outer.is_some_and(|line| {
        let line = line.trim_start();
        line.starts_with("pub enum ") || line.starts_with("pub trait ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, public_only: bool) -> Vec<String> {
        let file = File { path: "a.rs".into(), text: text.into() };
        hits(&file, public_only).into_iter().map(|hit| hit.found).collect()
    }

    #[test]
    fn words_in_docs_of_public_items_are_found() {
        assert_eq!(words("/// The answer of it.\npub fn x() {}\n", true), ["answer"]);
        assert_eq!(words("/// Whether it is so.\n#[must_use]\npub fn x() {}\n", true), ["Whether"]);
        assert!(words("pub struct A {\n    /// When it was made.\n    pub b: u64,\n}\n", true).is_empty());
        assert_eq!(words("pub enum A {\n    /// Nobody did.\n    B,\n}\n", true), ["nobody"]);
        assert_eq!(words("//! What it is.\n", true), ["What"]);
    }

    #[test]
    fn private_items_code_and_true_uses_are_not() {
        assert!(words("/// The answer.\nfn x() {}\n", true).is_empty());
        assert_eq!(words("/// The answer.\nfn x() {}\n", false), ["answer"]);
        assert!(words("/// ```\n/// let answer = 1;\n/// ```\npub fn x() {}\n", true).is_empty());
        assert!(
            words("/// The answering machine.\npub fn x() {}\n/// whatever\npub fn y() {}\n", true)
                .is_empty()
        );
        assert!(words("/// Sends it.\n/// Whether it is sent.\npub fn x() {}\n", true).is_empty());
    }
}
