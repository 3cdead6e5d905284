mod documents;
mod family;
#[cfg(test)]
mod family_tests;
mod files;
mod layers;
mod numbered;
mod published;
mod sizes;
mod surface;
#[cfg(test)]
mod tests;
mod wording;

pub(crate) use files::{File, has_word, rust_files};

use anyhow::{Result, bail};

use crate::output::{count, print};
use crate::workspace::Workspace;
use files::Tree;

/// What `cargo xtask tidy` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print the dependencies between the members, and what else the table allows.
    #[arg(long)]
    dependencies: bool,
}

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
    ("members depend on whom they may", family::dependencies_are_allowed),
    ("sisters are pinned exactly", family::sisters_are_pinned),
    ("only dependencies are named", family::only_dependencies_are_named),
    ("published manifests are complete", published::manifests_are_complete),
    ("every pass has a reason", layers::passes_have_reasons),
    ("files are small", sizes::files_are_small),
    ("nothing is left to do", wording::nothing_left_to_do),
    ("no test is ignored", wording::no_ignored_test),
    ("public docs use the words of the style", wording::public_docs_use_the_words),
    ("every weakness has a test", numbered::weaknesses_have_tests),
    ("every defect of the review has a test", numbered::review_has_tests),
    ("every doc example is compiled", wording::doc_examples_compile),
    ("commands in the documents exist", documents::commands_exist),
    ("every feature is documented", documents::features_documented),
];

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let tree = Tree::read(workspace.root())?;
    if args.dependencies {
        return print(&family::table(&tree));
    }
    let mut found: Vec<(Violation, &str)> = Vec::new();
    for (name, rule) in RULES {
        found.extend(rule(&tree).into_iter().map(|violation| (violation, *name)));
    }
    let missing = published::missing_files(workspace.root(), &tree);
    found.extend(missing.into_iter().map(|violation| (violation, "packages carry licences and a README")));
    let moved = surface::problems(workspace)?;
    found.extend(moved.into_iter().map(|violation| (violation, "the version moves with the surface")));
    for (violation, rule) in &found {
        println!("{}: {} [{rule}]", violation.place, violation.message);
    }
    let stale = crate::generate::problems(workspace)?;
    for problem in &stale {
        println!("{problem}; run `cargo xtask gen` [specs and derived files are up to date]");
    }
    let summary = format!("{}, {}", count(RULES.len() + 3, "rule"), sizes::summary(&tree));
    let violations = found.len() + stale.len();
    if violations > 0 {
        bail!("{}; {summary}", count(violations, "violation"));
    }
    println!("tidy: {summary}");
    Ok(())
}
