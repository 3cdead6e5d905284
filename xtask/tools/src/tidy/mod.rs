mod documents;
mod files;
mod layers;
mod numbered;
mod sizes;
#[cfg(test)]
mod tests;
mod wording;

pub(crate) use files::{File, has_word, rust_files};

use anyhow::{Result, bail};

use crate::output::count;
use crate::workspace::Workspace;
use files::Tree;

/// What `cargo xtask tidy` understands.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    /// `file:line`, or a file.
    place: String,
    /// What is wrong and what to do.
    message: String,
}

impl Violation {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

type Rule = (&'static str, fn(&Tree) -> Vec<Violation>);

const RULES: &[Rule] = &[
    ("the model does not know the generator", layers::model_without_generator),
    ("the generator does no I/O", layers::generator_is_pure),
    ("one file names progenitor and typify", layers::progenitor_in_one_file),
    ("one folder talks HTTP", layers::http_in_runtime),
    ("the security layer does not know generated code", layers::security_without_products),
    ("every pass has a reason", layers::passes_have_reasons),
    ("files are small", sizes::files_are_small),
    ("nothing is left to do", wording::nothing_left_to_do),
    ("no test is ignored", wording::no_ignored_test),
    ("every weakness has a test", numbered::weaknesses_have_tests),
    ("every defect of the review has a test", numbered::review_has_tests),
    ("every doc example is compiled", wording::doc_examples_compile),
    ("commands in the documents exist", documents::commands_exist),
    ("every feature is documented", documents::features_documented),
];

pub(crate) fn run(workspace: &Workspace, _: Args) -> Result<()> {
    let tree = Tree::read(workspace.root())?;
    let mut violations = 0;
    for (name, rule) in RULES {
        for violation in rule(&tree) {
            println!("{}: {} [{name}]", violation.place, violation.message);
            violations += 1;
        }
    }
    for problem in crate::generate::problems(workspace)? {
        println!("{problem}; run `cargo xtask gen` [specs and derived files are up to date]");
        violations += 1;
    }
    let summary = format!("{}, {}", count(RULES.len() + 1, "rule"), sizes::summary(&tree));
    if violations > 0 {
        bail!("{}; {summary}", count(violations, "violation"));
    }
    println!("tidy: {summary}");
    Ok(())
}
