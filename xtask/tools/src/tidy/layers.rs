use twilio_openapi::products;

use super::Violation;
use super::files::{File, Tree, has_word};

/// `twilio-openapi` never depends on the generator.
pub(super) fn model_without_generator(tree: &Tree) -> Vec<Violation> {
    let manifests = tree.manifests.iter().filter(|file| file.path == "twilio-openapi/Cargo.toml");
    let lines = manifests.chain(tree.rust_in("twilio-openapi/")).flat_map(|file| {
        file.code()
            .map(move |(at, line)| (file, at, line))
            .filter(|(_, _, line)| line.contains("twilio-sdk-codegen") || line.contains("twilio_codegen"))
    });
    lines
        .map(|(file, at, _)| Violation::new(file.at(at), "depends on the generator; move it to codegen"))
        .collect()
}

/// The generator reads and writes nothing, and asks neither clock nor environment; its tests may.
pub(super) fn generator_is_pure(tree: &Tree) -> Vec<Violation> {
    const MODULES: [&str; 5] = ["fs", "net", "env", "time", "process"];
    const FOLDERS: [&str; 4] = ["Spec::load(", "specs_dir(", "surface_dir(", "upstream_dir("];
    let mut found = Vec::new();
    for file in tree.rust_in("codegen/src/") {
        let mut in_group = false;
        for (at, line) in file.code_before_tests() {
            in_group |= line.contains("use std::{");
            let module = MODULES.iter().find(|module| {
                has_word(&line, &format!("std::{module}")) || (in_group && has_word(&line, module))
            });
            let named = module.or_else(|| FOLDERS.iter().find(|folder| line.contains(**folder)));
            if let Some(named) = named {
                found.push(Violation::new(
                    file.at(at),
                    format!("uses `{named}`; the generator is pure, let its caller do this"),
                ));
            }
            in_group &= !line.contains('}');
        }
    }
    found
}

/// Only `emit/types.rs` names progenitor or typify.
pub(super) fn progenitor_in_one_file(tree: &Tree) -> Vec<Violation> {
    let others = tree.rust_in("codegen/src/").filter(|file| file.path != "codegen/src/emit/types.rs");
    words(others, &["progenitor", "progenitor_impl", "typify", "typify_impl"], |word| {
        format!("names `{word}`; only codegen/src/emit/types.rs may")
    })
}

/// Only the runtime talks HTTP, and the servers: the token server, and where a login comes back to.
pub(super) fn http_in_runtime(tree: &Tree) -> Vec<Violation> {
    let allowed = ["runtime/", "runtime.rs", "admin/login/redirect.rs"];
    let allowed = allowed.map(|path| format!("twilio-sdk/src/{path}"));
    let others =
        tree.rust_in("twilio-sdk/src/").filter(|file| !allowed.iter().any(|a| file.path.starts_with(a)));
    words(others, &["reqwest", "hyper", "hyper_util"], |word| {
        format!("names `{word}`; only twilio-sdk/src/runtime (and admin/login/redirect.rs) talks HTTP")
    })
}

/// Inbound security works without any product feature.
pub(super) fn security_without_products(tree: &Tree) -> Vec<Violation> {
    const PARTS: [&str; 5] = ["access", "vault", "audit", "access_token", "webhook"];
    let is_part = |file: &&File| {
        PARTS.iter().any(|part| {
            let rest = file.path.strip_prefix("twilio-sdk/src/").and_then(|rest| rest.strip_prefix(part));
            rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
        })
    };
    let mut found = Vec::new();
    for file in tree.rust.iter().filter(is_part) {
        for (at, line) in file.code() {
            let product =
                products().iter().map(|product| product.module()).find(|module| names_module(&line, module));
            if let Some(named) = product.or_else(|| has_word(&line, "products").then_some("products")) {
                found.push(Violation::new(
                    file.at(at),
                    format!("names `{named}`; this part must compile without any product feature"),
                ));
            }
        }
    }
    found
}

/// As a path or a call, because one product is called `preview`, which is a word too.
fn names_module(line: &str, module: &str) -> bool {
    [format!("crate::{module}"), format!("{module}::"), format!(".{module}()")]
        .iter()
        .any(|name| line.match_indices(name.as_str()).any(|(at, _)| has_word(&line[at..], module)))
        && has_word(line, module)
}

/// Every pass says which defect it mends.
pub(super) fn passes_have_reasons(tree: &Tree) -> Vec<Violation> {
    let files = tree.rust_in("codegen/src/pass/").filter(|file| !file.path.ends_with("/mod.rs"));
    let passes = files.filter(|file| file.code().any(|(_, line)| has_word(&line, "PASS")));
    passes
        .filter(|file| {
            let fields = || file.text.lines().filter(|line| line.trim_start().starts_with("reason"));
            fields().count() == 0 || fields().any(|line| line.contains("\"\""))
        })
        .map(|file| {
            Violation::new(&file.path, "has no `reason`; say which defect of which specs the pass mends")
        })
        .collect()
}

fn words<'a>(
    files: impl Iterator<Item = &'a File>,
    forbidden: &[&str],
    message: impl Fn(&str) -> String,
) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        for (at, line) in file.code() {
            if let Some(word) = forbidden.iter().find(|word| has_word(&line, word)) {
                found.push(Violation::new(file.at(at), message(word)));
            }
        }
    }
    found
}
