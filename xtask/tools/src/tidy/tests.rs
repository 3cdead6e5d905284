use super::files::{File, Tree};
use super::*;

/// A tree of files, manifests and documents told apart by their names.
pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        let file = File { path: (*path).to_owned(), text: (*text).to_owned() };
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("toml") => tree.manifests.push(file),
            Some("md") => tree.documents.push(file),
            _ => tree.rust.push(file),
        }
    }
    tree
}

/// The places that a rule complains about.
pub(super) fn places(rule: fn(&Tree) -> Vec<Violation>, files: &[(&str, &str)]) -> Vec<String> {
    rule(&tree(files)).into_iter().map(|violation| violation.place).collect()
}

#[test]
fn the_model_must_not_depend_on_the_generator() {
    let rule = layers::model_without_generator;
    assert_eq!(
        places(rule, &[("twilio-openapi/Cargo.toml", "[dependencies]\ntwilio-sdk-codegen = \"1\"\n")]),
        ["twilio-openapi/Cargo.toml:2"]
    );
    assert_eq!(
        places(rule, &[("twilio-openapi/src/a.rs", "use twilio_codegen::x;\n")]),
        ["twilio-openapi/src/a.rs:1"]
    );
    assert!(places(rule, &[("codegen/src/a.rs", "use twilio_codegen::x;\n")]).is_empty());
}

#[test]
fn the_generator_must_be_pure() {
    let rule = layers::generator_is_pure;
    for line in [
        "use std::fs::read;",
        "let t = std::time::Instant::now();",
        "use std::{collections::BTreeMap, env};",
        "let s = Spec::load(folder, product)?;",
    ] {
        assert_eq!(places(rule, &[("codegen/src/a.rs", line)]), ["codegen/src/a.rs:1"], "{line}");
    }
    assert_eq!(
        places(rule, &[("codegen/src/a.rs", "use std::{\n    fmt,\n    fs,\n};\nfn env() {}\n")]),
        ["codegen/src/a.rs:3"]
    );
    let fine = "// std::fs is not used\nuse std::fmt;\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    assert!(places(rule, &[("codegen/src/a.rs", fine), ("codegen/tests/a.rs", "use std::fs;")]).is_empty());
}

#[test]
fn progenitor_must_stay_in_one_file() {
    let rule = layers::progenitor_in_one_file;
    let line = "use progenitor::Generator;\n";
    assert_eq!(places(rule, &[("codegen/src/emit/mod.rs", line)]), ["codegen/src/emit/mod.rs:1"]);
    assert!(places(rule, &[("codegen/src/emit/types.rs", line)]).is_empty());
}

#[test]
fn http_must_stay_in_the_runtime() {
    let rule = layers::http_in_runtime;
    let line = "use reqwest::Client;\n";
    assert_eq!(places(rule, &[("twilio-sdk/src/client.rs", line)]), ["twilio-sdk/src/client.rs:1"]);
    let fine = [
        ("twilio-sdk/src/runtime/send.rs", line),
        ("twilio-sdk/src/admin/login/redirect.rs", "use hyper::body;\n"),
    ];
    assert!(places(rule, &fine).is_empty());
}

#[test]
fn the_security_layer_must_not_name_products() {
    let rule = layers::security_without_products;
    for line in
        ["use crate::products;", "use crate::api_v2010::Message;", "client.verify_v2().x()", "preview::x()"]
    {
        assert_eq!(
            places(rule, &[("twilio-sdk/src/vault/mod.rs", line)]),
            ["twilio-sdk/src/vault/mod.rs:1"],
            "{line}"
        );
    }
    assert_eq!(
        places(rule, &[("twilio-sdk/src/access.rs", "crate::products")]),
        ["twilio-sdk/src/access.rs:1"]
    );
    for line in ["let preview = 1;", "let by_products = 1;", "// crate::products", "my_preview::x()"] {
        assert!(places(rule, &[("twilio-sdk/src/audit/mod.rs", line)]).is_empty(), "{line}");
    }
    assert!(places(rule, &[("twilio-sdk/src/accessories.rs", "crate::products")]).is_empty());
}

#[test]
fn a_pass_must_have_a_reason() {
    let rule = layers::passes_have_reasons;
    for text in
        ["// no reason\nconst PASS: Pass = x;\n", "const PASS: Pass = Pass {\n    reason: \"\",\n};\n"]
    {
        assert_eq!(places(rule, &[("codegen/src/pass/a.rs", text)]), ["codegen/src/pass/a.rs"], "{text}");
    }
    let pass = "const PASS: Pass = Pass {\n    reason: \"x\",\n};\n";
    let fine =
        [("codegen/src/pass/b.rs", pass), ("codegen/src/pass/mod.rs", ""), ("codegen/src/pass/walk.rs", "")];
    assert!(places(rule, &fine).is_empty());
}

#[test]
fn files_must_be_small() {
    let lines = |number: usize| "x\n".repeat(number);
    let rule = sizes::files_are_small;
    assert_eq!(places(rule, &[("a.rs", &lines(501)), ("b.rs", "x"), ("c.rs", "x")]), ["a.rs"]);
    assert_eq!(places(rule, &[("a.rs", &lines(201))]), ["all files"]);
    assert!(places(rule, &[("a.rs", &lines(500)), ("b.rs", &lines(200)), ("c.rs", "x")]).is_empty());
}

#[test]
fn nothing_may_be_left_to_do_or_ignored() {
    for (rule, line) in [
        (wording::nothing_left_to_do as fn(&Tree) -> Vec<Violation>, concat!("todo", "!()")),
        (wording::nothing_left_to_do, concat!("unimplemented", "!(\"x\")")),
        (wording::no_ignored_test, concat!("#[", "ignore = \"slow\"]")),
        (wording::doc_examples_compile, concat!("/// ``", "`rust,ignore")),
        (wording::doc_examples_compile, concat!("//! ``", "`ignore")),
    ] {
        assert_eq!(places(rule, &[("a.rs", line)]), ["a.rs:1"], "{line}");
    }
    let fine = concat!("/// ``", "`no_run\n// to", "do!(later)\nlet ignored = 1;\n");
    for rule in [wording::nothing_left_to_do, wording::no_ignored_test, wording::doc_examples_compile] {
        assert!(places(rule, &[("a.rs", fine)]).is_empty());
    }
}

#[test]
fn commands_in_documents_must_exist() {
    let rule = documents::commands_exist;
    let there = ("twilio-sdk/examples/send.rs", "");
    let package = ("tests/Cargo.toml", "[package]\nname = \"twilio-tests\"\n");
    for line in
        ["`cargo xtask nothing`", "cargo run --example none", "cargo test -p none", "cargo run --bin none"]
    {
        assert_eq!(places(rule, &[("README.md", line), there, package]), ["README.md:1"], "{line}");
    }
    let fine = "Run `cargo xtask gen`, then `cargo test -p twilio-tests`.\ncargo run --example send -- --bin x\n\
                `cargo xtask <task>` or cargo build\n";
    assert!(places(rule, &[("README.md", fine), there, package]).is_empty());
    assert_eq!(places(rule, &[]), ["README.md"]);
}

#[test]
fn every_feature_must_be_in_the_guide() {
    let rule = documents::features_documented;
    let manifest = ("twilio-sdk/Cargo.toml", "[features]\ndefault = []\nmessaging-v1 = []\nwebhook = []\n");
    assert_eq!(places(rule, &[manifest]), ["docs/features.md"]);
    assert!(places(rule, &[manifest, ("docs/features.md", "| `webhook` | Adds webhooks. |")]).is_empty());
}

#[test]
fn every_weakness_must_have_a_test() {
    let rule = numbered::weaknesses_have_tests;
    let all = rule(&tree(&[]));
    assert_eq!(all.len(), 39);
    assert!(all[0].message.contains("weakness_01_"), "{}", all[0].message);
    let left = |text: &str| rule(&tree(&[("a.rs", text)])).len();
    assert_eq!(left("#[test]\nfn weakness_01_x() {}\n"), 38);
    assert_eq!(left("#[tokio::test(start_paused = true)]\n#[cfg(unix)]\nasync fn weakness_05_x() {}\n"), 38);
    assert_eq!(left("fn weakness_01_x() {}\n"), 39, "a function that nobody calls shows nothing");
    assert_eq!(left("#[test]\nfn x() {}\nfn weakness_01_x() {}\n"), 39);
    assert_eq!(left("pub(crate) async fn weakness_24_x(store: Store) {}\ncases! { weakness_24_x }\n"), 38);
    assert_eq!(left("#[test]\nfn weakness_99_x() {}\n"), 39);
}

#[test]
fn every_defect_of_the_review_must_have_a_test() {
    let rule = numbered::review_has_tests;
    let left = |text: &str| rule(&tree(&[("a.rs", text)])).len();
    assert_eq!(left(""), 79);
    assert!(rule(&tree(&[]))[78].message.contains("review_79_"));
    assert_eq!(left("#[test]\nfn review_03_x() {}\n"), 78);
    assert_eq!(left("#[test]\nfn review_03_04_x_05() {}\n"), 77);
    assert_eq!(left("#[test]\nfn weakness_03_x() {}\n"), 79);
    assert_eq!(left("fn review_03_x() {}\n"), 79);
}
