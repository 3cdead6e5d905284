use super::Violation;
use super::files::{File, Tree};

/// The commands that the documents show are there: tasks, packages, examples and programs.
pub(super) fn commands_exist(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    if !tree.documents.iter().any(|file| file.path == "README.md") {
        found.push(Violation::new("README.md", "is missing"));
    }
    let tasks = crate::task_names();
    for document in &tree.documents {
        for (at, line) in document.text.lines().enumerate() {
            for command in commands(line) {
                if let Some(problem) = problem(tree, &tasks, &command) {
                    found.push(Violation::new(
                        document.at(at + 1),
                        format!("`{}`: {problem}", command.join(" ")),
                    ));
                }
            }
        }
    }
    found
}

/// Every `cargo ...` of a line, up to what ends a command.
fn commands(line: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("cargo ") {
        if line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'))
        {
            continue;
        }
        let command = line[at..].split(['`', '#', ';', '|', '&', ')', '"']).next().unwrap_or_default();
        found.push(command.split_whitespace().collect());
    }
    found
}

fn problem(tree: &Tree, tasks: &[String], command: &[&str]) -> Option<String> {
    if let ["cargo", "xtask", task, ..] = command
        && task.starts_with(|c: char| c.is_ascii_lowercase())
    {
        let task = task.trim_end_matches([',', '.', ':']);
        return (!tasks.iter().any(|known| known == task)).then(|| format!("there is no task `{task}`"));
    }
    let options = command.iter().zip(command.iter().skip(1)).take_while(|(option, _)| **option != "--");
    for (option, value) in options {
        let value = value.trim_end_matches([',', '.', ':']);
        let exists = match *option {
            "-p" | "--package" => tree.manifests.iter().any(|file| names(file, value)),
            "--example" => tree.rust.iter().any(|file| is_program(file, "examples", value)),
            "--bin" => {
                tree.rust.iter().any(|file| is_program(file, "bin", value))
                    || tree.manifests.iter().any(|file| names(file, value))
            }
            _ => true,
        };
        if !exists && value.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Some(format!("there is no `{option} {value}`"));
        }
    }
    None
}

fn names(manifest: &File, name: &str) -> bool {
    manifest.text.lines().any(|line| line.replace(' ', "") == format!("name=\"{name}\""))
}

fn is_program(file: &File, folder: &str, name: &str) -> bool {
    [format!("/{folder}/{name}.rs"), format!("/{folder}/{name}/main.rs")]
        .iter()
        .any(|end| file.path.ends_with(end))
}

/// `docs/features.md` has a row for every library feature of the SDK.
pub(super) fn features_documented(tree: &Tree) -> Vec<Violation> {
    const GUIDE: &str = "docs/features.md";
    let Some(manifest) = tree.manifests.iter().find(|file| file.path == "twilio-sdk/Cargo.toml") else {
        return Vec::new();
    };
    let guide = tree.documents.iter().find(|file| file.path == GUIDE).map_or("", |file| file.text.as_str());
    let manifest: toml::Table = manifest.text.parse().unwrap_or_default();
    let features = manifest.get("features").and_then(toml::Value::as_table).into_iter().flatten();
    let is_product = |name: &str| twilio_openapi::products().iter().any(|product| product.feature() == name);
    let missing = features
        .map(|(name, _)| name)
        .filter(|name| !is_product(name) && *name != "default" && !guide.contains(&format!("`{name}`")));
    missing.map(|name| Violation::new(GUIDE, format!("has no row for the feature `{name}`"))).collect()
}
